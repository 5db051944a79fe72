"""The engines of the benchmarks at a small size: they run, and agree where they must."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

import pytest

from benchmarks import bm25, document, peers, scale
from benchmarks.language import Language
from benchmarks.process import alone
from ragcheck.retrieval.words import words


@pytest.fixture(autouse=True)
def _few_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """A vocabulary of a million words takes a second to write."""
    for module in (scale, document):
        monkeypatch.setattr(module, "Language", partial(Language, 5_000))
    monkeypatch.setattr(scale, "SEARCHES", 2)


def test_dense_search_ranks_as_a_plain_product(tmp_path: Path) -> None:
    scale.store(str(tmp_path), 500)
    ours, theirs = scale.dense(str(tmp_path)), scale.dense_numpy(str(tmp_path))
    assert len(ours["found"]) == scale.QUESTIONS
    assert ours["found"] == theirs["found"]
    assert len(ours["cpu"]["search"]) == scale.SEARCHES


def test_bm25_is_built_and_searched_by_all_engines() -> None:
    assert scale.bm25(200)["texts_mib"] > 0
    assert set(scale.bm25_peer(200)["cpu"]) == {"build", "search"}
    language = Language(5_000)
    texts = list(language.chunks(300))
    engines = bm25.Engines([words(text) for text in texts], language.questions(texts, 40))
    engines.run()
    assert engines.same == [1.0]
    assert [row.peer for row in engines.rows()][:2] == ["rank-bm25", "rank-bm25"]


def test_a_document_goes_through_every_step() -> None:
    found = document.sweep(0.05)
    assert {"read", "chunk section", "BM25 search", "judge"} <= set(found["cpu"])
    assert found["chunks"] > 10


def test_work_alone_says_its_own_peak() -> None:
    # A process that only counts needs less than one that has loaded ragcheck's parts.
    assert 5 < alone("json:loads", "{}")["peak_mib"] < 200


def test_the_peer_is_left_out_with_a_reason(capsys: pytest.CaptureFixture[str]) -> None:
    assert peers.run("", 1, []) == []
    assert "its python was not named" in capsys.readouterr().out
    assert peers.run(sys.executable, 1, []) == []
    assert "cannot import chunklab" in capsys.readouterr().out
