"""Carrying out a plan cell by cell into a run folder, resuming what an earlier attempt finished."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ragcheck.measures import evaluate, judge, parity_values
from ragcheck.measures.corpus import Corpus, Reals
from ragcheck.measures.judging import Judged
from ragcheck.measures.structural import structural_breaks
from ragcheck.protocols import Index
from ragcheck.records import Collection, Notice, Rankings, SystemResult
from ragcheck.run import RunWriter
from ragcheck.sweep import tables
from ragcheck.sweep.answers import naming
from ragcheck.sweep.chunkings import Chunking, chunk_all, measure_work
from ragcheck.sweep.phases import mean_recall, phase_facts
from ragcheck.sweep.plan import Cell, SweepPlan
from ragcheck.sweep.reading import reading, reading_facts, truncation_notices
from ragcheck.sweep.searching import indexes, pool_notices, query_times, search
from ragcheck.sweep.watch import Watch


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
        folder.write_table("chunks", chunking.key, tables.chunks(chunking.chunks, folder.texts))
        breaks = structural_breaks(plan.collection.documents, chunking.chunks)
        shared = _Shared(plan, corpus, chunking, breaks, folder)
        elsewhere = _elsewhere(chunking, plan, corpus)
        for cell, index, seconds in indexes(chunking, plan):
            watch.begins(cell.system.id)
            folder.add(_finish(cell, index, seconds, shared, elsewhere[cell.key]))
            _warn(folder, watch, notices)
            watch.finished(cell.system.id)


@dataclass(frozen=True, slots=True)
class _Shared:
    """What all cells of one chunking have in common."""

    plan: SweepPlan
    corpus: Corpus
    chunking: Chunking
    breaks: Mapping[str, Mapping[str, float | int | None]]
    folder: RunWriter


def _finish(
    cell: Cell, index: Index, seconds: float, shared: _Shared, elsewhere: Sequence[Reals]
) -> SystemResult:
    """Search, judge and measure one cell, write its tables, and say what `run.json` holds of it."""
    plan, chunks = shared.plan, shared.chunking.chunks
    judging, collection = plan.judging, plan.collection
    with naming(cell.system.id):
        rankings = search(index, plan, chunks)
        times = query_times(index, plan, chunks)
        read = reading(chunks, collection.documents, cell.retriever.embedders)
    judged = judge(shared.corpus, chunks, rankings, judging.asked, judging.at, read)
    values = evaluate(judged) | parity_values(
        judging.parity, judging.cuts, collection, chunks, rankings
    )
    _write_tables(shared.folder, cell.key, judged, values, rankings, collection)
    summaries = tables.summaries(values, collection)
    return SystemResult(
        system=cell.system,
        key=cell.key,
        chunking=shared.chunking.key,
        chunks=tables.chunk_facts(chunks) | reading_facts(chunks, shared.corpus, read),
        measures=summaries,
        breaks=shared.breaks,
        costs=tables.costs(summaries, judged),
        timing={"index_s": seconds, "query_ms": times},
        phase=phase_facts(cell.chunker.made, cell.phases, judged, elsewhere),
    )


def _warn(folder: RunWriter, watch: Watch, notices: Sequence[Notice]) -> None:
    """Add what the finished cells give to notice after the run's own notices, and tell it once."""
    known = folder.run.warnings
    systems = folder.run.systems
    found = (*notices, *truncation_notices(systems), *pool_notices(systems))
    for notice in found:
        if notice not in known:
            watch.warned(notice)
    if found != known:
        folder.save(warnings=found)


def _elsewhere(chunking: Chunking, plan: SweepPlan, corpus: Corpus) -> dict[str, list[Reals]]:
    """Recall of each cell, by its key, from every other starting point: float64[c]."""
    found: dict[str, list[Reals]] = {cell.key: [] for cell in chunking.cells}
    for start in chunking.phases:
        for cell, index, _ in indexes(start, plan):
            with naming(cell.system.id):
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
