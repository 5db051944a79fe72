"""BM25 against rank-bm25 and bm25s in one process: build, search, peak memory, same rankings.

    python -m benchmarks.bm25 [runs]

50,000 chunks of an invented language (`language.py`) and 1,000 questions of 8 words, top 10. All
three get the same lists of words. rank-bm25 answers 20 of the questions, and its seconds are taken
fifty times. bm25s searches with numpy, its default, and with numba where that is installed; its
scores are not Okapi's. Seconds are those of all processors.
"""

from __future__ import annotations

import importlib.util
import sys
import tracemalloc
from collections.abc import Callable
from typing import Any

import bm25s
import numpy as np
from rank_bm25 import BM25Okapi

from benchmarks.language import Language
from benchmarks.process import Clock
from benchmarks.table import Row, lines, pair, save
from ragcheck.retrieval.bm25 import BM25
from ragcheck.retrieval.words import words

CHUNKS, QUESTIONS, ASKED, TOP, RUNS = 50_000, 1_000, 20, 10, 5
WORK = f"BM25, {CHUNKS:,} chunks, {QUESTIONS:,} questions"

Words = list[list[str]]


class Engines:
    """The three over the same words; every method is timed by the clock of its engine."""

    def __init__(self, chunks: Words, questions: list[str]) -> None:
        self.chunks = chunks
        self.lines = questions
        self.questions = [words(question) for question in questions]
        self.clocks: dict[str, Clock] = {}
        self.same: list[float] = []

    def run(self) -> None:
        """Every engine once, one after the other."""
        ours = self._build("ragcheck", lambda: BM25().index_words(self.chunks))
        found = self._search("ragcheck", lambda: ours.search(self.lines, k=TOP).chunk)
        peer = self._build("rank-bm25", lambda: BM25Okapi(self.chunks))
        order = self._search("rank-bm25", lambda: self._okapi(peer))
        self.same.append(np.mean([(a == b).all() for a, b in zip(found, order, strict=False)]))
        for backend in ("numpy", "numba"):
            if importlib.util.find_spec(backend):
                self._bm25s(backend)

    def _okapi(self, index: Any) -> list[Any]:
        scores = (index.get_scores(query) for query in self.questions[:ASKED])
        return [np.argsort(-each, kind="stable")[:TOP] for each in scores]

    def _bm25s(self, backend: str) -> None:
        name = f"bm25s ({backend})"

        def build() -> Any:
            engine = bm25s.BM25(backend=backend)
            engine.index(self.chunks, show_progress=False)
            return engine

        index = self._build(name, build)
        if backend == "numba" and len(self.same) == 1:
            index.retrieve(self.questions, k=TOP, show_progress=False)  # compiles
        self._search(name, lambda: index.retrieve(self.questions, k=TOP, show_progress=False))

    def _build(self, engine: str, action: Callable[[], Any]) -> Any:
        with self.clocks.setdefault(engine, Clock()).time("build"):
            return action()

    def _search(self, engine: str, action: Callable[[], Any]) -> Any:
        with self.clocks[engine].time("search"):
            return action()

    def rows(self) -> list[Row]:
        """Ours against each of the others."""
        figures = {name: clock.figures() for name, clock in self.clocks.items()}
        ours = figures.pop("ragcheck")
        searched = figures["rank-bm25"]["cpu"]["search"]
        figures["rank-bm25"]["cpu"]["search"] = [s * QUESTIONS / ASKED for s in searched]
        rows = [row for name in figures for row in pair(WORK, name, "cpu s", ours, figures[name])]
        same = f"{np.mean(self.same):.1%} of its rankings identical"
        noted = {("rank-bm25", "search"): same}
        return [Row(**{**vars(row), "note": noted.get((row.peer, row.figure), "")}) for row in rows]


def run(runs: int = RUNS) -> list[Row]:
    """All rows of this benchmark."""
    language = Language()
    texts = list(language.chunks(CHUNKS))
    engines = Engines([words(text) for text in texts], language.questions(texts, QUESTIONS))
    for _ in range(runs):
        engines.run()
    return [*engines.rows(), *_memory(engines.chunks)]


def _memory(chunks: Words) -> list[Row]:
    """The most that Python and NumPy held while building, beside the words."""
    peaks = {}
    for name, build in (
        ("ragcheck", lambda: BM25().index_words(chunks)),
        ("rank-bm25", lambda: BM25Okapi(chunks)),
        ("bm25s", lambda: bm25s.BM25().index(chunks, show_progress=False)),
    ):
        tracemalloc.start()
        build()
        peaks[name] = tracemalloc.get_traced_memory()[1] / 2**20
        tracemalloc.stop()
    ours = peaks.pop("ragcheck")
    return [Row(WORK, "build memory", peer, "MiB", (ours,), (mib,)) for peer, mib in peaks.items()]


def main() -> None:
    """Print the rows and keep them."""
    rows = run(int(sys.argv[1]) if len(sys.argv) > 1 else RUNS)
    print(lines(rows))
    save("bm25", rows)


if __name__ == "__main__":
    main()
