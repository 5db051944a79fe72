"""One cell: search, judge and measure it, write its tables, say what `run.json` holds of it."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ragcheck.measures import evaluate, judge, parity_values
from ragcheck.measures.corpus import Corpus, Reals
from ragcheck.measures.judging import Judged
from ragcheck.records import Int32s, Measure, Rankings, SystemResult
from ragcheck.run import RunWriter
from ragcheck.sweep import explained, tables
from ragcheck.sweep.answers import naming
from ragcheck.sweep.chunkings import Chunking
from ragcheck.sweep.phases import phase_facts
from ragcheck.sweep.plan import Cell, SweepPlan
from ragcheck.sweep.reading import reading, reading_facts
from ragcheck.sweep.searching import Built, query_times, search


@dataclass(frozen=True, slots=True, eq=False)
class Shared:
    """What all cells of one chunking have in common."""

    plan: SweepPlan
    corpus: Corpus
    chunking: Chunking
    breaks: Mapping[str, Mapping[str, float | int | None]]
    folder: RunWriter


@dataclass(frozen=True, slots=True, eq=False)
class Searched:
    """A cell whose tables are written, with what a diagnosis needs of it.

    `read` is where reading of each chunk ends, None without an embedder; searching, judging and
    writing took `seconds`.
    """

    built: Built
    judged: Judged
    read: Int32s | None
    values: tables.Values
    result: SystemResult
    seconds: float


def search_cell(built: Built, shared: Shared, elsewhere: Sequence[Reals]) -> Searched:
    """Search, judge and measure one cell and write its tables.

    `elsewhere` is its mean recall from every other starting point.
    """
    started = time.perf_counter()
    cell, plan, chunks = built.cell, shared.plan, shared.chunking.chunks
    judging, collection = plan.judging, plan.collection
    with naming(cell.system.id):
        rankings = search(built.index, plan, chunks)
        times = query_times(built.index, plan, chunks)
        read = reading(chunks, collection.documents, cell.retriever.embedders)
    judged = judge(shared.corpus, chunks, rankings, judging.asked, judging.at, read)
    values = (
        evaluate(judged)
        | parity_values(judging.parity, judging.cuts, collection, chunks, rankings)
        | _to_come(plan)
    )
    _write(shared, cell.key, judged, values, rankings)
    summaries = tables.summaries(values, collection)
    result = SystemResult(
        system=cell.system,
        key=cell.key,
        chunking=shared.chunking.key,
        chunks=tables.chunk_facts(chunks) | reading_facts(chunks, shared.corpus, read),
        measures=summaries,
        breaks=shared.breaks,
        costs=tables.costs(summaries, judged),
        timing={"index_s": built.seconds, "query_ms": times, **_runtimes(cell)},
        phase=phase_facts(cell.chunker.made, cell.phases, judged, elsewhere),
    )
    return Searched(built, judged, read, values, result, time.perf_counter() - started)


def _runtimes(cell: Cell) -> dict[str, list[str]]:
    """What computed the vectors of its embedders that were made in this sweep, if any was."""
    made = [embedder.runtime for embedder in cell.retriever.embedders]
    return {"embedded_by": [name for name in made if name]} if made else {}


def _to_come(plan: SweepPlan) -> dict[Measure, Reals]:
    """What only a diagnosis can tell, without a value until then."""
    if not plan.judging.diagnosis:
        return {}
    nothing = np.full(len(plan.collection.questions), np.nan)
    told = explained.measures(plan.judging.at)
    return {replace(measure, null="not diagnosed yet"): nothing for measure in told}


def _write(
    shared: Shared, key: str, judged: Judged, values: tables.Values, rankings: Rankings
) -> None:
    collection, folder = shared.plan.collection, shared.folder
    folder.write_table("values", key, tables.values(values, collection))
    folder.write_table("items", key, tables.items(judged, collection))
    folder.write_table("hits", key, tables.hits(judged, rankings, collection))
