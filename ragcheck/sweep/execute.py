"""Carrying out a plan cell by cell into a run folder, resuming what an earlier attempt finished."""

from __future__ import annotations

import time
from collections.abc import Sequence

from ragcheck.measures import judge
from ragcheck.measures.corpus import Corpus, Reals
from ragcheck.measures.structural import structural_breaks
from ragcheck.records import Notice
from ragcheck.run import RunWriter
from ragcheck.sweep import tables
from ragcheck.sweep.answers import naming
from ragcheck.sweep.cells import Searched, Shared, search_cell
from ragcheck.sweep.chunkings import Chunking, chunk_all, expect, measure_work
from ragcheck.sweep.diagnosing import diagnose_cell, remembering
from ragcheck.sweep.phases import mean_recall
from ragcheck.sweep.plan import SweepPlan
from ragcheck.sweep.reading import prefix_notices, truncation_notices
from ragcheck.sweep.searching import Built, indexes, pool_notices, search
from ragcheck.sweep.watch import Cost, Watch


def execute(plan: SweepPlan, folder: RunWriter, watch: Watch) -> None:
    """Run every cell that `folder` does not hold yet.

    All cells of a chunking are searched, judged and written; then, where the plan asks for it, each
    is diagnosed beside the others and written again. What is written is kept whatever happens.
    Raises ComponentError naming the cell that failed.
    """
    started = time.perf_counter()
    finished = plan.finished(folder.run)
    chunkings = chunk_all(plan, finished)
    watch.planned(measure_work(plan, chunkings))
    expect(chunkings)
    notices = folder.run.warnings
    _warn(folder, watch, notices)
    if not chunkings:
        return
    corpus = Corpus.of(plan.collection, plan.judging.tokenizer)
    for chunking in chunkings:
        breaks = structural_breaks(plan.collection.documents, chunking.chunks)
        _carry_out(Shared(plan, corpus, chunking, breaks, folder), watch, notices)
    if plan.judging.diagnosis:
        fresh = [result for result in folder.run.systems if result.key not in finished]
        watch.diagnosed(Cost.of(fresh, time.perf_counter() - started))


def _carry_out(shared: Shared, watch: Watch, notices: Sequence[Notice]) -> None:
    """All cells of one chunking, whose indexes live no longer than this call."""
    plan, chunking, folder = shared.plan, shared.chunking, shared.folder
    folder.write_table("chunks", chunking.key, tables.chunks(chunking.chunks, folder.texts))
    elsewhere = _elsewhere(chunking, plan, shared.corpus)
    built: list[Built] = []
    searched: list[Searched] = []
    for one in indexes(chunking, plan):
        built.append(one)
        if one.cell.key not in elsewhere:
            continue  # finished before, and built for the others' diagnosis
        name = one.cell.system.id
        watch.begins(name)
        searched.append(search_cell(one, shared, elsewhere[one.cell.key]))
        folder.add(searched[-1].result)
        _warn(folder, watch, notices)
        watch.judged(name)
        if not plan.judging.diagnosis:
            watch.finished(name)
    if plan.judging.diagnosis:
        with remembering(built):
            _diagnose_all(searched, built, shared, watch)


def _diagnose_all(
    searched: Sequence[Searched], built: Sequence[Built], shared: Shared, watch: Watch
) -> None:
    for cell in searched:
        name = cell.result.system.id
        watch.diagnoses(name)
        shared.folder.add(diagnose_cell(cell, built, shared))
        watch.finished(name)


def _warn(folder: RunWriter, watch: Watch, notices: Sequence[Notice]) -> None:
    """Add what the finished cells give to notice after the run's own notices, and tell it once."""
    known = folder.run.warnings
    systems = folder.run.systems
    of_systems = (truncation_notices, prefix_notices, pool_notices)
    found = (*notices, *(notice for ask in of_systems for notice in ask(systems)))
    for notice in found:
        if notice not in known:
            watch.warned(notice)
    if found != known:
        folder.save(warnings=found)


def _elsewhere(chunking: Chunking, plan: SweepPlan, corpus: Corpus) -> dict[str, list[Reals]]:
    """Recall of each cell to be run, by its key, from every other starting point: float64[c]."""
    found: dict[str, list[Reals]] = {cell.key: [] for cell in chunking.cells}
    for start in chunking.phases:
        for one in indexes(start, plan):
            with naming(one.cell.system.id):
                rankings = search(one.index, plan, start.chunks)
            judging = plan.judging
            judged = judge(corpus, start.chunks, rankings, judging.cuts, judging.at)
            found[one.cell.key].append(mean_recall(judged))
    return found
