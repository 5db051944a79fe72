"""Lost context: a passage's chunks with title and headings before them, in their places."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ragcheck.diagnosis.bench import Bench
from ragcheck.diagnosis.ranking import Scored
from ragcheck.diagnosis.showing import Extent, Goal, Place
from ragcheck.diagnosis.trial import Outcome
from ragcheck.spans import Ints

#: The best competitors, which a real change would prefix as well.
_COMPETITORS = 10


@dataclass(frozen=True, slots=True, eq=False)
class Patient:
    """A stretch of text that the ranking of a query does not show whole, and the chunks of it."""

    row: int
    goal: Goal
    touching: Ints


def add_context(
    bench: Bench, patients: Sequence[Patient], purposes: tuple[str, str]
) -> list[Outcome | None]:
    """Where each goal is whole with what is above its chunks before them.

    First its own chunks get what is above them; where that recovers it, so do its best competitors.
    None where there is nothing to put before any of its chunks. `purposes` are what the encodings
    of the two steps count as.
    """
    own = [[c for c in p.touching.tolist() if bench.prefixes.missing(c)] for p in patients]
    first = [
        chunks if bench.showing.possible(p.goal) else []
        for p, chunks in zip(patients, own, strict=True)
    ]
    alone = _ranked(bench, patients, first, purposes[0])
    second = [
        [*chunks, *_competitors(bench, patient)] if bench.showing.within(place) else []
        for patient, chunks, place in zip(patients, first, alone, strict=True)
    ]
    joined = _ranked(bench, patients, second, purposes[1])
    within = bench.showing.within
    last = [both if within(one) else one for one, both in zip(alone, joined, strict=True)]
    return [
        bench.outcome(place) if chunks else None for place, chunks in zip(last, own, strict=True)
    ]


def _competitors(bench: Bench, patient: Patient) -> list[int]:
    order = bench.missed.orders[patient.row]
    others = order[~np.isin(order, patient.touching)][:_COMPETITORS]
    return [chunk for chunk in others.tolist() if bench.prefixes.missing(chunk)]


def _ranked(
    bench: Bench, patients: Sequence[Patient], chosen: Sequence[list[int]], purpose: str
) -> list[Place | None]:
    """Where each goal is whole once the chosen chunks have their prefixes; None for none chosen."""
    prefixed = [[bench.prefixes.prefixed(chunk) for chunk in chunks] for chunks in chosen]
    wanted = [
        (patient.row, text)
        for patient, texts in zip(patients, prefixed, strict=True)
        for text, _ in texts
    ]
    scores = iter(bench.scorer.scores(wanted, purpose))
    places: list[Place | None] = []
    for patient, chunks, texts in zip(patients, chosen, prefixed, strict=True):
        fresh = [Scored(chunk, next(scores)) for chunk in chunks]
        extra: dict[int, Extent] = {
            chunk: extent for chunk, (_, extent) in zip(chunks, texts, strict=True)
        }
        order = bench.missed.lists.changed(patient.row, np.zeros(0, np.int64), fresh)
        places.append(bench.showing.place(patient.goal, order, extra) if chunks else None)
    return places
