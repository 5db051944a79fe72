"""What BM25 finds, in words a user would type; its numbers are held by tests/oracle."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from ragcheck.errors import ConfigError
from ragcheck.protocols import Retriever, ScoringIndex
from ragcheck.retrieval import bm25
from ragcheck.retrieval.bm25 import BM25

TEXTS = [
    "Late fees are capped at $8 per month.",
    "Error ERR-4012 means that the token has expired; see max_seq_length.",
    "東京の天気は晴れです。",
    "학교에서 점심을 먹습니다.",
    "วันนี้อากาศดีมาก",
    "الطقس جميل اليوم في القاهرة",
    "The limit is 1,200 requests per minute.",
]


@pytest.mark.parametrize(
    ("query", "place"),
    [
        ("late fee fees?", 0),
        ("err-4012", 1),
        ("MAX_SEQ_LENGTH", 1),
        ("天気", 2),
        ("晴", 2),
        ("학교", 3),
        ("อากาศ", 4),
        ("القاهرة", 5),
        ("1200", 6),
    ],
)
def test_a_query_finds_its_text_in_any_script(query: str, place: int) -> None:
    assert BM25().index(TEXTS).search([query], k=1).chunk.tolist() == [[place]]


def test_texts_without_a_query_word_are_not_returned() -> None:
    found = BM25().index(TEXTS).search(["expired", "zebra", "", "😀"], k=5)
    assert found.chunk.tolist() == [[1], [-1], [-1], [-1]]
    assert np.isneginf(found.score[1:]).all()


@pytest.mark.parametrize("variant", ["okapi", "l", "plus"])
def test_a_shared_word_is_found_even_when_it_weighs_nothing(variant: Any) -> None:
    # In half of the texts, Okapi's idf is exactly 0.
    found = BM25(variant=variant).index(["a b", "a c", "d", "e"]).search(["a"], k=4)
    assert found.chunk.tolist() == [[0, 1]]
    # In all texts it is negative, and so is the mean that the floor is made of.
    found = BM25(variant=variant).index(["a", "a", "a"]).search(["a"], k=4)
    assert found.chunk.tolist() == [[0, 1, 2]]


@pytest.mark.parametrize("texts", [[], ["", "?!"], [""]])
def test_an_index_without_words_returns_nothing(texts: list[str]) -> None:
    for variant in ("okapi", "l", "plus"):
        index = BM25(variant=variant).index(texts)  # type: ignore[arg-type]
        assert index.search(["a", ""], k=3).chunk.shape == (2, 0)
        assert index.scores("a").tolist() == [0.0] * len(texts)
        assert np.isneginf(index.score("a", ["a", "b"])).all()
    assert BM25().index(TEXTS).search([], k=3).chunk.shape == (0, 0)


@pytest.mark.parametrize("variant", ["okapi", "l", "plus"])
@pytest.mark.parametrize("idf", ["variant", "lucene"])
def test_common_words_score_the_same_bits_however_they_are_added(
    monkeypatch: pytest.MonkeyPatch, variant: Any, idf: Any
) -> None:
    random = np.random.default_rng(9)
    texts = [" ".join(f"w{i}" for i in random.zipf(1.2, 30).clip(max=500)) for _ in range(700)]
    quick = BM25(variant=variant, idf=idf).index(texts)
    assert quick._columns
    monkeypatch.setattr(bm25, "_MANY", len(texts))
    plain = BM25(variant=variant, idf=idf).index(texts)
    assert not plain._columns
    for query in ("w1", "w2 w1 w9 w1", "w400 w1 unknown", "w3 w2 w5 w4"):
        assert quick.scores(query).tobytes() == plain.scores(query).tobytes()
        assert quick.search([query], k=50).chunk.tobytes() == (
            plain.search([query], k=50).chunk.tobytes()
        )


def test_injected_texts_are_scored_with_the_statistics_of_the_index() -> None:
    index = BM25().index(TEXTS)
    scores = index.score("token expired", ["the token", "the token has expired", "nothing"])
    assert scores.dtype == np.float32
    assert scores[1] > scores[0] > 0
    assert np.isneginf(scores[2])
    assert index.score("token", []).shape == (0,)


def test_lucene_idf_follows_its_formula_and_is_never_negative() -> None:
    texts = ["a b", "a c", "a d"]
    scores = BM25(idf="lucene", k1=0).index(texts).scores("a b")
    rarity = np.log(1 + (3 - np.array([3, 1]) + 0.5) / (np.array([3, 1]) + 0.5))
    np.testing.assert_allclose(scores, [rarity.sum(), rarity[0], rarity[0]], rtol=1e-15)
    assert (scores > 0).all()


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"variant": "okapy"}, "variant"),
        ({"idf": "robertson"}, "idf"),
        ({"k1": -1}, "k1"),
        ({"k1": float("nan")}, "k1"),
        ({"b": 1.5}, "b"),
        ({"delta": -0.1}, "delta"),
        ({"epsilon": float("inf")}, "epsilon"),
    ],
)
def test_an_option_out_of_range_is_named(options: dict[str, Any], named: str) -> None:
    with pytest.raises(ConfigError, match=f"bm25 {named}: "):
        BM25(**options)


def test_it_fits_the_seams() -> None:
    assert isinstance(BM25(), Retriever)
    assert isinstance(BM25().index([]), ScoringIndex)


def test_bm25_never_imports_torch() -> None:
    code = (
        "import sys\n"
        "from ragcheck.retrieval.bm25 import BM25\n"
        "assert BM25().index(['a b']).search(['a'], k=1).chunk.tolist() == [[0]]\n"
        "print({'torch', 'sentence_transformers', 'transformers'} & set(sys.modules))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
