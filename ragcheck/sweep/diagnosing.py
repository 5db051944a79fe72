"""Why a cell missed what it missed, and what that adds to its tables and to `run.json`."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any

from ragcheck.diagnosis import Case, Searcher, diagnose
from ragcheck.records import SystemResult
from ragcheck.scores import clusters, first_document
from ragcheck.sweep import explained, tables
from ragcheck.sweep.answers import MEND, naming
from ragcheck.sweep.cells import Searched, Shared
from ragcheck.sweep.searching import Built

_HINT = f"{MEND}, or leave out its causes with `--diagnosis off`"


@contextmanager
def remembering(built: Sequence[Built]) -> Iterator[None]:
    """Keep in memory what the embedders of these cells are asked for, over and over, meanwhile."""
    embedders = {id(e): e for one in built for e in one.cell.retriever.embedders}
    with ExitStack() as stack:
        for embedder in embedders.values():
            stack.enter_context(embedder.remembering())
        yield


def diagnose_cell(one: Searched, built: Sequence[Built], shared: Shared) -> SystemResult:
    """Diagnose a searched cell beside all that are `built` on its chunks, and write its tables.

    Raises ComponentError where a component fails under it.
    """
    started = time.perf_counter()
    cell, collection, folder = one.built.cell, shared.plan.collection, shared.folder
    case = _case(one, built, shared)
    with naming(cell.system.id, _HINT):
        found = diagnose(case)
    told = explained.values(one.judged, found)
    names = {str(measure) for measure in told}
    kept = {measure: v for measure, v in one.values.items() if str(measure) not in names}
    folder.write_table("values", cell.key, tables.values(kept | told, collection))
    ids = [sibling.id for sibling in case.siblings]
    folder.write_table("causes", cell.key, tables.causes(found.misses, collection, ids))
    seconds = time.perf_counter() - started
    whole = one.built.seconds + one.seconds + seconds
    timing = {"diagnosis_s": seconds, "diagnosis_share": seconds / whole}
    return replace(
        one.result,
        measures={**one.result.measures, **tables.summaries(told, collection)},
        timing={**one.result.timing, **timing},
        diagnosis=found.diagnosis,
    )


def _case(one: Searched, built: Sequence[Built], shared: Shared) -> Case:
    cell, collection = one.built.cell, shared.plan.collection
    return Case(
        collection=collection,
        corpus=shared.corpus,
        chunks=shared.chunking.chunks,
        judged=one.judged,
        system=_searcher(one.built),
        clusters=clusters([first_document(question) for question in collection.questions]),
        read=one.read,
        size=target(cell.chunker.made),
        siblings=tuple(_searcher(other) for other in built if other.cell.key != cell.key),
    )


def target(chunker: Any) -> int | None:
    """What a chunker aims at in tokens: its `size`, where it has one and counts tokens."""
    size = getattr(chunker, "size", None)
    unit = getattr(chunker, "unit", "tokens")
    return size if isinstance(size, int) and unit == "tokens" else None


def _searcher(built: Built) -> Searcher:
    retriever = built.cell.retriever
    id = built.cell.system.id
    return Searcher(id, retriever.made, built.index, built.parts, retriever.embedders)
