"""Building indexes, searching them as deep as the cut-offs need, and timing single queries."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ragcheck.measures.depth import depth, trim
from ragcheck.protocols import Fusion, Index, SpanRetriever
from ragcheck.records import Chunks, Config, Document, Notice, Rankings, SystemResult
from ragcheck.sweep.answers import checked, naming
from ragcheck.sweep.chunkings import Chunking
from ragcheck.sweep.plan import Cell, SweepPlan

#: Queries that are timed one by one; the median of more is no better.
_TIMED = 50


def search(index: Index, plan: SweepPlan, chunks: Chunks) -> Rankings:
    """Rankings as deep as the cut-offs need: five times the largest k, and the largest budget."""
    queries = [question.text for question in plan.collection.questions]
    cuts = plan.judging.cuts
    budget = max((cut.value for cut in cuts if cut.unit == "t"), default=0)
    k = 5 * max((cut.value for cut in cuts if cut.unit == "k"), default=1)
    if len(chunks):
        k = max(k, int(1.5 * budget / max(1.0, float(chunks.tokens.mean()))))
    while True:
        k = min(k, max(len(chunks), 1))
        rankings = index.search(queries, k=k)
        found = depth(chunks, rankings, cuts)
        # With fewer than asked for, a retriever has given all it has.
        if not found.deeper or rankings.chunk.shape[1] < k or k >= len(chunks):
            return trim(rankings, found.keep)
        k *= 2


@dataclass(frozen=True, slots=True, eq=False)
class Built:
    """A cell's index with the `seconds` it took; `parts` are the indexes that a fusion fuses."""

    cell: Cell
    index: Index
    parts: tuple[Index, ...]
    seconds: float


def indexes(chunking: Chunking, plan: SweepPlan) -> Iterator[Built]:
    """The index of each cell to be run, then of those beside it; no retriever is built twice."""
    builder = _Builder(plan.collection.documents, chunking.chunks)
    for cell in (*chunking.cells, *chunking.beside):
        with naming(cell.system.id):
            index, parts, seconds = builder.build(cell.retriever.made)
        yield Built(cell, index, parts, seconds)


#: An index, those that it fuses, and the seconds it took.
_Made = tuple[Index, tuple[Index, ...], float]


class _Builder:
    """Builds indexes over the same chunks, each once.

    An object and no function in a function: one that calls itself would keep all indexes alive.
    """

    def __init__(self, documents: Sequence[Document], chunks: Chunks) -> None:
        self._documents = documents
        self._chunks = chunks
        self._texts = chunks.texts(documents)
        self._built: list[tuple[Any, _Made]] = []

    def build(self, retriever: Any) -> _Made:
        """What `retriever` makes of the chunks, built now or before."""
        for known, made in self._built:
            if known == retriever:
                return made
        started = time.perf_counter()
        if isinstance(retriever, Fusion):
            found = [self.build(part) for part in retriever.parts]
            parts = tuple(index for index, _, _ in found)
            seconds = sum(part_seconds for _, _, part_seconds in found)
            made = checked(retriever.fuse(parts), len(self._texts)), parts, seconds
        else:
            index = checked(self._index(retriever), len(self._texts))
            made = index, (), time.perf_counter() - started
        self._built.append((retriever, made))
        return made

    def _index(self, retriever: Any) -> Index:
        index = None
        if isinstance(retriever, SpanRetriever):
            index = retriever.index_spans(self._documents, self._chunks)
        made: Index = retriever.index(self._texts) if index is None else index
        return made


def query_times(index: Index, plan: SweepPlan, chunks: Chunks) -> Config:
    """Median and 95th percentile of single searches in ms, each query's vector at hand."""
    k = max(1, min(max(plan.judging.ks, default=10), len(chunks)))
    times = []
    for question in plan.collection.questions[:_TIMED]:
        started = time.perf_counter()
        index.search([question.text], k=k)
        times.append(1000 * (time.perf_counter() - started))
    if not times:
        return {"median": None, "p95": None}
    return {"median": float(np.median(times)), "p95": float(np.percentile(times, 95))}


def pool_notices(results: Sequence[SystemResult]) -> tuple[Notice, ...]:
    """One for each fusion whose pool is too small to fill the largest budget of some questions.

    Its recall there is that of a shorter context than its parts are given.
    """
    found = []
    for result in results:
        pool, unfilled = result.system.retriever.get("pool"), result.costs.get("unfilled")
        held = result.chunks.get("count")
        if isinstance(pool, int) and isinstance(held, int) and unfilled and 2 * pool < held:
            text = (
                f"{result.system.id}: fuses the best {pool} of each part, which leaves the largest "
                f"budget unfilled for {unfilled:.0%} of the questions; a larger `pool` fills it"
            )
            found.append(Notice("pool", text, result.system.id))
    return tuple(found)
