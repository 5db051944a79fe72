"""BM25 against rank-bm25 and bm25s, in one process: build, search, peak memory, same top 10.

    python -m benchmarks.bm25 [--full]

Texts are words drawn by Zipf's law, 60 to 180 to a chunk; a query is 8 words of one chunk, so that
stop words stand in it as often as in text. All three get the same lists of words. rank-bm25 is
timed on 50 of the queries and scaled, unless `--full` is given (minutes).
"""

from __future__ import annotations

import sys
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import bm25s
import numpy as np
from rank_bm25 import BM25Okapi

from ragcheck.retrieval.bm25 import BM25

CHUNKS, QUERIES, WORDS, TOP = 50_000, 1_000, 8, 10


@dataclass(frozen=True)
class Row:
    """One engine: seconds, MiB of Python and NumPy memory while building, and agreement."""

    engine: str
    build_s: float
    search_s: float
    peak_mib: float
    same_top: float | None
    """Share of queries whose top 10 equals rank-bm25's, best first, ties by position."""


def run(*, full: bool = False) -> list[Row]:
    """A row per engine, ours first."""
    chunks, queries = _texts()
    asked = queries if full else queries[:50]

    ours, build, peak = _built(lambda: BM25().index_words(chunks))
    lines = [" ".join(query) for query in queries]
    found, search = _timed(lambda: ours.search(lines, k=TOP).chunk, repeat=3)

    peer, peer_build, peer_peak = _built(lambda: BM25Okapi(chunks))
    order, peer_search = _timed(
        lambda: [np.argsort(-peer.get_scores(query), kind="stable")[:TOP] for query in asked]
    )
    same = float(np.mean([np.array_equal(a, b) for a, b in zip(found, order, strict=False)]))

    def build_bm25s() -> Any:
        engine = bm25s.BM25()
        engine.index(chunks, show_progress=False)
        return engine

    fast, fast_build, fast_peak = _built(build_bm25s)
    _, fast_search = _timed(lambda: fast.retrieve(queries, k=TOP, show_progress=False), repeat=3)
    return [
        Row("ragcheck", build, search, peak, same),
        Row("rank-bm25", peer_build, peer_search * QUERIES / len(asked), peer_peak, None),
        Row("bm25s", fast_build, fast_search, fast_peak, None),
    ]


def _texts() -> tuple[list[list[str]], list[list[str]]]:
    random = np.random.default_rng(20)
    share = 1 / np.arange(1, 60_001)
    names = np.array([f"w{number}" for number in range(len(share))], object)
    lengths = random.integers(60, 181, CHUNKS)
    drawn = names[random.choice(len(share), lengths.sum(), p=share / share.sum())]
    chunks = [list(words) for words in np.split(drawn, np.cumsum(lengths)[:-1])]
    sources = random.integers(0, CHUNKS, QUERIES)
    return chunks, [list(random.choice(chunks[source], WORDS)) for source in sources]


def _timed(action: Callable[[], Any], *, repeat: int = 1) -> tuple[Any, float]:
    """The result and the least seconds of `repeat` calls."""
    seconds = []
    for _ in range(repeat):
        start = time.perf_counter()
        result = action()
        seconds.append(time.perf_counter() - start)
    return result, min(seconds)


def _built(build: Callable[[], Any]) -> tuple[Any, float, float]:
    """An index, the seconds it took, and the peak MiB of building it a second time."""
    index, seconds = _timed(build)
    tracemalloc.start()
    build()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return index, seconds, peak / 2**20


def main() -> None:
    """Print the table; ratios are engine / ragcheck, so more than 1 is in our favour."""
    rows = run(full="--full" in sys.argv[1:])
    ours = rows[0]
    print(f"{CHUNKS} chunks, {QUERIES} queries of {WORDS} words, top {TOP}")
    print(f"{'':10} {'build s':>15} {'search s':>17} {'peak MiB':>15}")
    for row in rows:
        print(
            f"{row.engine:10} {row.build_s:7.2f} {row.build_s / ours.build_s:6.1f}x"
            f" {row.search_s:8.3f} {row.search_s / ours.search_s:7.1f}x"
            f" {row.peak_mib:7.0f} {row.peak_mib / ours.peak_mib:6.1f}x"
        )
    print(f"top {TOP} identical with rank-bm25: {ours.same_top:.1%} of the queries asked of both")


if __name__ == "__main__":
    main()
