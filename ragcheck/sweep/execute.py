"""Carrying out a plan cell by cell into a run folder, resuming what an earlier attempt finished."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np

from ragcheck.chunking import chunk_collection
from ragcheck.errors import ComponentError, RagcheckError
from ragcheck.measures import evaluate, judge, parity_values
from ragcheck.measures.corpus import Corpus, Reals
from ragcheck.measures.depth import depth, trim
from ragcheck.measures.judging import Judged
from ragcheck.measures.structural import structural_breaks
from ragcheck.protocols import Fusion, Index
from ragcheck.records import Chunks, Collection, Config, Notice, Rankings, SystemResult
from ragcheck.run import RunWriter
from ragcheck.sweep import tables
from ragcheck.sweep.answers import CheckedIndex
from ragcheck.sweep.phases import mean_recall, phase_facts
from ragcheck.sweep.plan import Cell, SweepPlan
from ragcheck.sweep.reading import reading, reading_facts, truncation_notices
from ragcheck.sweep.watch import Watch, Work

#: Queries that are timed one by one; the median of more is no better.
_TIMED = 50


@dataclass(frozen=True, slots=True)
class Chunking:
    """The chunks that several cells share, and what to call them in the run folder.

    `phases` are the same windows from other starting points, for the cells that ask for them.
    """

    key: str
    chunks: Chunks
    cells: tuple[Cell, ...]
    phases: tuple[Chunking, ...] = ()


def chunk_all(plan: SweepPlan, unfinished: Sequence[Cell]) -> list[Chunking]:
    """Cut the documents for every chunking that an unfinished cell needs."""
    documents = plan.collection.documents
    found = []
    for key, group in groupby(unfinished, key=lambda cell: cell.chunking):
        cells = tuple(group)
        chunker = cells[0].chunker
        with _naming(chunker.id):
            chunks = chunk_collection(documents, chunker.made, plan.judging.tokenizer)
        phases = _phases(key, cells, plan)
        found.append(Chunking(key, chunks, cells, phases))
    return found


def _phases(key: str, cells: Sequence[Cell], plan: SweepPlan) -> tuple[Chunking, ...]:
    """The chunks of every other starting point, with the cells that ask for them."""
    asking = tuple(cell for cell in cells if cell.phases)
    documents, tokenizer = plan.collection.documents, plan.judging.tokenizer
    return tuple(
        Chunking(key, chunk_collection(documents, chunker, tokenizer), asking)
        for chunker in (asking[0].phases if asking else ())
    )


def measure_work(plan: SweepPlan, chunkings: Sequence[Chunking]) -> Work:
    """What embedding is ahead. Looks texts up in the cache; loads no model."""
    documents, questions = plan.collection.documents, plan.collection.questions
    wanted: dict[tuple[int, str], dict[str, int]] = {}
    embedders: dict[int, Any] = {}
    for chunking in (one for whole in chunkings for one in (whole, *whole.phases)):
        texts: list[str] | None = None
        for embedder in _embedders(chunking.cells):
            texts = texts if texts is not None else chunking.chunks.texts(documents)
            embedders[id(embedder)] = embedder
            tokens = chunking.chunks.tokens.tolist()
            known = wanted.setdefault((id(embedder), "document"), {})
            known.update(zip(texts, tokens, strict=True))
            wanted[id(embedder), "query"] = {question.text: 0 for question in questions}
    texts_ahead = sum(len(texts) for texts in wanted.values())
    cached = tokens_ahead = 0
    for (owner, kind), costs in wanted.items():
        missing = embedders[owner].missing(list(costs), kind=kind)
        cached += len(costs) - len(missing)
        tokens_ahead += sum(costs[text] for text in missing)
    planned = len(plan.cells)
    ahead = sum(len(chunking.cells) for chunking in chunkings)
    return Work(planned, planned - ahead, texts_ahead, cached, tokens_ahead)


def execute(plan: SweepPlan, folder: RunWriter, watch: Watch) -> None:
    """Run every cell that `folder` does not hold yet.

    Finished cells are kept whatever happens. Raises ComponentError naming the cell that failed.
    """
    finished = {result.key for result in folder.run.systems}
    chunkings = chunk_all(plan, [cell for cell in plan.cells if cell.key not in finished])
    watch.planned(measure_work(plan, chunkings))
    notices = folder.run.warnings
    _warn(folder, watch, notices)
    if not chunkings:
        return
    corpus = Corpus.of(plan.collection, plan.judging.tokenizer)
    for chunking in chunkings:
        folder.write_table("chunks", chunking.key, tables.chunks(chunking.chunks))
        breaks = structural_breaks(plan.collection.documents, chunking.chunks)
        elsewhere = _elsewhere(chunking, plan, corpus)
        for cell, index, seconds in _indexes(chunking, plan):
            watch.begins(cell.system.id)
            with _naming(cell.system.id):
                rankings = search(index, plan, chunking.chunks)
                times = _query_times(index, plan, chunking.chunks)
                timing: Config = {"index_s": seconds, "query_ms": times}
                read = reading(chunking.chunks, plan.collection.documents, cell.retriever.embedders)
            judged = judge(
                corpus, chunking.chunks, rankings, plan.judging.asked, plan.judging.at, read
            )
            values = evaluate(judged) | parity_values(
                plan.judging.parity, plan.judging.cuts, plan.collection, chunking.chunks, rankings
            )
            _write_tables(folder, cell.key, judged, values, rankings, plan.collection)
            summaries = tables.summaries(values, plan.collection)
            folder.add(
                SystemResult(
                    system=cell.system,
                    key=cell.key,
                    chunking=chunking.key,
                    chunks=tables.chunk_facts(chunking.chunks)
                    | reading_facts(chunking.chunks, corpus, read),
                    measures=summaries,
                    breaks=breaks,
                    costs=tables.costs(summaries, plan.judging.at),
                    timing=timing,
                    phase=phase_facts(cell.chunker.made, cell.phases, judged, elsewhere[cell.key]),
                )
            )
            _warn(folder, watch, notices)
            watch.finished(cell.system.id)


def _warn(folder: RunWriter, watch: Watch, notices: Sequence[Notice]) -> None:
    """Add what the finished cells give to notice after the run's own notices, and tell it once."""
    known = folder.run.warnings
    found = (*notices, *truncation_notices(folder.run.systems))
    for notice in found:
        if notice not in known:
            watch.noticed(notice.text)
    if found != known:
        folder.save(warnings=found)


def _elsewhere(chunking: Chunking, plan: SweepPlan, corpus: Corpus) -> dict[str, list[Reals]]:
    """Recall of each cell, by its key, from every other starting point: float64[c]."""
    found: dict[str, list[Reals]] = {cell.key: [] for cell in chunking.cells}
    for start in chunking.phases:
        for cell, index, _ in _indexes(start, plan):
            with _naming(cell.system.id):
                rankings = search(index, plan, start.chunks)
            judging = plan.judging
            judged = judge(corpus, start.chunks, rankings, judging.cuts, judging.at)
            found[cell.key].append(mean_recall(judged))
    return found


def _write_tables(
    folder: RunWriter,
    key: str,
    judged: Judged,
    values: tables.Values,
    rankings: Rankings,
    collection: Collection,
) -> None:
    folder.write_table("values", key, tables.values(values, collection))
    folder.write_table("items", key, tables.items(judged, collection))
    folder.write_table("hits", key, tables.hits(judged, rankings, collection))


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


def _indexes(chunking: Chunking, plan: SweepPlan) -> Iterator[tuple[Cell, Index, float]]:
    """The index of each cell with the seconds it took; parts of a fusion are built once."""
    texts = chunking.chunks.texts(plan.collection.documents)
    built: list[tuple[Any, Index, float]] = []

    def build(retriever: Any) -> tuple[Index, float]:
        for known, index, seconds in built:
            if known == retriever:
                return index, seconds
        started = time.perf_counter()
        if isinstance(retriever, Fusion):
            parts = [build(part) for part in retriever.parts]
            fused = retriever.fuse([part for part, _ in parts])
            index = CheckedIndex(fused, len(texts))
            seconds = sum(part_seconds for _, part_seconds in parts)
        else:
            index = CheckedIndex(retriever.index(texts), len(texts))
            seconds = time.perf_counter() - started
        built.append((retriever, index, seconds))
        return index, seconds

    for cell in chunking.cells:
        with _naming(cell.system.id):
            index, seconds = build(cell.retriever.made)
        yield cell, index, seconds


def _query_times(index: Index, plan: SweepPlan, chunks: Chunks) -> Config:
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


def _embedders(cells: Sequence[Cell]) -> list[Any]:
    return list({id(e): e for cell in cells for e in cell.retriever.embedders}.values())


@contextmanager
def _naming(name: str) -> Iterator[None]:
    """Turn whatever a component raises into an error that names the system or chunker."""
    try:
        yield
    except RagcheckError as error:
        raise type(error)(f"{name}: {error.message}", hint=error.hint) from error
    except Exception as error:
        raise ComponentError(
            f"{name}: {type(error).__name__}: {error}",
            hint="finished cells are kept; mend the component and run the same command again",
        ) from error
