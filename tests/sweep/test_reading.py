"""A sweep says what its embedders do not read, in the run, per item and aloud."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from ragcheck import evaluate, open_run
from ragcheck.embedding.cache import CachedEmbedder
from ragcheck.protocols import TextKind
from ragcheck.records import Floats, Notice, System, SystemResult
from ragcheck.report.html import render
from ragcheck.run import RunFolder
from ragcheck.sweep.reading import reading, truncation_notices
from tests.conftest import ROOT
from tests.embedding.reading import Reader, first_words
from tests.measures.build import chunks as build_chunks
from tests.measures.build import collection, span

WORDS = [f"word{number:03}" for number in range(400)]


@dataclass(frozen=True)
class FirstWords:
    """Reads the first words of a text."""

    asked: ClassVar[list[str]] = []

    count: int = 60

    @property
    def fingerprint(self) -> str:
        return f"first-words-{self.count}"

    def embed(self, texts: Sequence[str], *, kind: TextKind) -> Floats:
        self.asked.extend(texts)
        return Reader(first_words(self.count)).embed(texts, kind=kind)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Four hundred words of two tokens each; one passage is read in a chunk, one is not."""
    monkeypatch.setenv("RAGCHECK_CACHE_DIR", str(tmp_path / "cache"))
    FirstWords.asked.clear()
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.txt").write_text(" ".join(WORDS))
    passages = [{"doc": "a.txt", "text": " ".join(WORDS[a:b])} for a, b in ((2, 6), (80, 84))]
    label = {"id": "q", "question": "word003 ?", "passages": passages}
    (tmp_path / "q.jsonl").write_text(json.dumps(label) + "\n")
    return tmp_path


def sweep(project: Path, count: int = 60, **settings: object) -> RunFolder:
    given = {"retrievers": "bm25,dense,hybrid", "chunkers": "fixed", "out": project / "run"}
    return evaluate(
        project / "docs", project / "q.jsonl", chunk_sizes=[200],
        embedder=f"{__name__}:FirstWords,count={count}", **{**given, **settings},
    )  # fmt: skip


def test_what_is_not_read_stands_in_the_run(project: Path) -> None:
    folder = sweep(project)
    bm25, *others = folder.run.systems
    for result in others:
        facts, name = result.chunks, result.system.id
        assert facts["truncated"] == facts["count"] == 4
        assert facts["truncated_tokens"] == 4 * (100 - 60) * 2
        assert facts["truncated_share"] == 0.4
        assert facts["read_tokens"] == 60 * 2
        assert folder.items(name)["unseen"].to_pylist() == [0, 1]
        assert folder.values(name)["gold_unseen"].to_pylist() == [0.5]
    for name in ("truncated", "truncated_tokens", "truncated_share", "read_tokens"):
        assert bm25.chunks[name] is None
    assert folder.items(bm25.system.id)["unseen"].to_pylist() == [None, None]
    summary = bm25.measures["gold_unseen"]
    assert (summary.mean, dict(summary.nulls)) == (None, {"the system has no embedder": 1})


def test_one_warning_reaches_run_report_and_resumed_sweeps(project: Path) -> None:
    folder = sweep(project)
    (notice,) = [notice for notice in folder.run.warnings if notice.code == "truncation"]
    assert notice.text.startswith("fixed-200: ")
    assert "reads only about the first" in notice.text
    assert "of the text is never seen by it" in notice.text
    assert notice.text in render(folder).decode().replace("&#39;", "'")
    asked = len(FirstWords.asked)
    assert sweep(project).run == folder.run
    assert open_run(folder.path).run == folder.run
    assert len(FirstWords.asked) == asked


def test_a_warm_sweep_asks_the_embedder_nothing_and_says_the_same(project: Path) -> None:
    first = sweep(project)
    asked = len(FirstWords.asked)
    again = sweep(project, out=project / "again")
    assert len(FirstWords.asked) == asked
    assert again.run.warnings == first.run.warnings
    facts = [[result.chunks for result in folder.run.systems] for folder in (first, again)]
    assert facts[0] == facts[1]


def test_an_embedder_that_reads_everything_gives_no_warning(project: Path) -> None:
    folder = sweep(project, count=1000)
    assert folder.run.warnings == ()
    for result in folder.run.systems[1:]:
        facts = result.chunks
        assert [facts[f"truncated{what}"] for what in ("", "_tokens", "_share")] == [0, 0, 0]
        assert facts["read_tokens"] is None
        assert folder.items(result.system.id)["unseen"].to_pylist() == [0, 0]


def test_text_that_an_overlapping_chunk_reads_is_seen(project: Path) -> None:
    folder = sweep(project, chunkers="overlap,overlap=100", retrievers="dense")
    (result,) = folder.run.systems
    assert result.chunks["truncated"] > 3
    assert 0 < result.chunks["truncated_share"] < 0.25
    assert folder.items(result.system.id)["unseen"].to_pylist()[0] == 0


def test_only_bm25_probes_nothing(project: Path) -> None:
    folder = sweep(project, retrievers="bm25")
    assert FirstWords.asked == []
    assert folder.run.warnings == ()


def test_the_terminal_is_warned_and_bm25_imports_no_torch(project: Path) -> None:
    command = [sys.executable, "-m", "ragcheck", "sweep", "--docs", "docs", "--labels", "q.jsonl"]
    command += ["--chunkers", "fixed", "--chunk-sizes", "200", "-q"]
    dense = ["--retrievers", "dense,bm25", "--embedder", f"{__name__}:FirstWords"]
    environment = {"PYTHONPATH": str(ROOT), "RAGCHECK_CACHE_DIR": str(project / "cache")}
    done = subprocess.run(
        [*command, *dense], cwd=project, capture_output=True, text=True, env=environment
    )
    assert done.returncode == 0, done.stderr
    (line,) = [line for line in (done.stdout + done.stderr).splitlines() if "never seen" in line]
    assert line.startswith("warning: fixed-200: ")
    code = (
        "import sys; from ragcheck.__main__ import main\n"
        "try: main()\n"
        "except SystemExit: print({'torch', 'sentence_transformers'} & set(sys.modules))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *command[3:], "--retrievers", "bm25"],
        cwd=project, capture_output=True, text=True, env=environment, check=True,
    )  # fmt: skip
    assert done.stdout.endswith("set()\n")


def result(system: str, share: float | None, **options: object) -> SystemResult:
    facts = {"count": 10, "truncated": 4, "truncated_share": share, "read_tokens": 250.0}
    retriever = {"name": "dense", "embedder": {"name": "sentence-transformer", **options}}
    hybrid = {"name": "hybrid", "first": {"name": "bm25"}, "second": retriever}
    made = System(system, {}, hybrid if system.endswith("hybrid") else retriever)  # type: ignore[arg-type]
    return SystemResult(made, system, system.partition("/")[0], facts, {}, {}, {}, {})


def test_a_warning_for_each_chunking_and_embedder_and_only_a_loud_one() -> None:
    assert truncation_notices(
        [
            result("fixed-512/dense", 0.384, model="/models/small-en"),
            result("fixed-512/hybrid", 0.384, model="/models/small-en"),
            result("fixed-512/other", 0.5, model="hub/large"),
            result("fixed-256/dense", 0.009, model="hub/large"),
            result("section-512/dense", 0.01),
            result("section-512/bm25", None),
        ]
    ) == tuple(
        Notice(
            "truncation",
            f"{chunking}: {model} reads only about the first 250 tokens of a chunk and cuts 4 of "
            f"10; {share} of the text is never seen by it",
        )
        for chunking, model, share in (
            ("fixed-512", "small-en", "38%"),
            ("fixed-512", "large", "50%"),
            ("section-512", "sentence-transformer", "1%"),
        )
    )


def test_a_prefix_takes_room_from_what_is_read(tmp_path: Path) -> None:
    texts = {"a.txt": "one two three four five six seven eight"}
    made = collection(texts)
    places = [span(texts, "a.txt", "one two three four"), span(texts, "a.txt", "three four five")]
    chunks = build_chunks(made, places, ["Title: ", "A title of many words: "])
    three, five = (CachedEmbedder(Reader(first_words(n), f"{n}"), tmp_path) for n in (3, 5))
    assert reading(chunks, made.documents, []) is None
    for embedders, expected in (([three], [7, 8]), ([five], [18, 8]), ([three, five], [18, 8])):
        read = reading(chunks, made.documents, embedders)
        assert read is not None
        assert (read.dtype, read.tolist()) == (np.int32, expected)
