"""Why a cell missed what it missed, and what that adds to its tables and to `run.json`."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ragcheck.diagnosis import Case, Searcher, diagnose, distractors_measure
from ragcheck.records import SystemResult
from ragcheck.scores import clusters, first_document
from ragcheck.sweep import tables
from ragcheck.sweep.answers import MEND, naming
from ragcheck.sweep.cells import Searched, Shared
from ragcheck.sweep.searching import Built

_HINT = f"{MEND}, or leave out its causes with `--diagnosis off`"


def diagnose_cell(one: Searched, built: Sequence[Built], shared: Shared) -> SystemResult:
    """Diagnose a searched cell against all that are `built` on its chunks; write its tables.

    Raises ComponentError where a component fails under it.
    """
    started = time.perf_counter()
    plan, chunking = shared.plan, shared.chunking
    collection, cell = plan.collection, one.built.cell
    siblings = tuple(_searcher(other) for other in built if other.cell.key != cell.key)
    case = Case(
        collection=collection,
        corpus=shared.corpus,
        chunks=chunking.chunks,
        judged=one.judged,
        system=_searcher(one.built),
        clusters=clusters([first_document(question) for question in collection.questions]),
        read=one.read,
        size=target(cell.chunker.made),
        siblings=siblings,
    )
    with naming(cell.system.id, _HINT):
        found = diagnose(case)
    measure = distractors_measure(plan.judging.at)
    counted = {measure: np.where(one.judged.answerable, found.distractors, np.nan)}
    kept = {known: v for known, v in one.values.items() if str(known) != str(measure)}
    values = kept | counted
    shared.folder.write_table("values", cell.key, tables.values(values, collection))
    ids = [sibling.id for sibling in siblings]
    shared.folder.write_table("causes", cell.key, tables.causes(found.misses, collection, ids))
    seconds = time.perf_counter() - started
    whole = one.built.seconds + one.seconds + seconds
    timing = {"diagnosis_s": seconds, "diagnosis_share": seconds / whole}
    return replace(
        one.result,
        measures={**one.result.measures, **tables.summaries(counted, collection)},
        timing={**one.result.timing, **timing},
        diagnosis=found.diagnosis,
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
