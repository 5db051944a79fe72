"""Which faults are planted for which chunker, and the cases drawn of each."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from benchmarks.planted import burying, crowding, cutting, doubling, naming, wording
from benchmarks.planted.cases import FAMILIES, Case, Family
from benchmarks.planted.drafting import Draft, Kit
from benchmarks.planted.dropping import DropNotes
from benchmarks.planted.words import HALVES, bank
from ragcheck.chunking import Fixed, Overlap
from ragcheck.protocols import Chunker


@dataclass(frozen=True, slots=True)
class Setup:
    """One collection: its chunker, also as settings of a sweep, and the faults planted in it.

    Each fault is drawn `draws` times, or as often as `seldom` says; not every draw holds for every
    kind of system.
    """

    name: str
    chunker: Chunker
    settings: Mapping[str, Any]
    faults: Mapping[str, Draft]
    draws: int
    families: tuple[Family, ...] = FAMILIES
    twins: bool = True
    seldom: Mapping[str, int] = field(default_factory=dict)

    def limited(self, families: str) -> Setup | None:
        """The same for some kinds of systems, by comma; None where none of its own is left."""
        own = tuple(family for family in self.families if family in families.split(","))
        return replace(self, families=own) if own else None


def _fixed(size: int) -> dict[str, Any]:
    return {"chunkers": "fixed", "chunk_sizes": (size,)}


SETUPS: tuple[Setup, ...] = (
    Setup(
        "short",
        Fixed(96),
        _fixed(96),
        {
            "boundary": cutting.boundary,
            "neighbours": cutting.neighbours,
            "context": naming.lost_context,
            "synonyms": wording.synonyms,
            "code": wording.code,
            "outranked": crowding.outranked,
            "wrong": wording.wrong_label,
            "cut-twin": cutting.cut_and_twin,
        },
        draws=60,
    ),
    # Copies would crowd other cases too.
    Setup(
        "crowded",
        Fixed(96),
        _fixed(96),
        {
            "copies-2": crowding.crowd_2,
            "copies-12": crowding.crowd_12,
            "cut-crowd": cutting.cut_and_crowd,
            "context-crowd": naming.context_and_crowd,
        },
        draws=44,
        seldom={"cut-crowd": 72, "context-crowd": 56},
    ),
    Setup(
        "overlapping",
        Overlap(96, 0.75),
        {"chunkers": "overlap", "chunk_sizes": (96,), "overlaps": (0.75,)},
        {"overlap": crowding.overlap},
        draws=72,
    ),
    Setup(
        "long",
        Fixed(200),
        _fixed(200),
        {
            "dilution": burying.dilution,
            "twin": doubling.verbatim,
            "twin-edited": doubling.reworded,
        },
        draws=30,
        twins=False,
    ),
    Setup(
        "unread",
        Fixed(512),
        _fixed(512),
        {"truncation": burying.truncation, "unread-crowd": burying.unread_and_crowd},
        draws=24,
        seldom={"unread-crowd": 100},
    ),
    Setup(
        "dropped",
        DropNotes(),
        {"chunkers": "benchmarks.planted.dropping:DropNotes", "chunk_sizes": (96,)},
        {"gap": cutting.gap},
        draws=30,
    ),
    Setup(
        "alone",
        Fixed(96),
        _fixed(96),
        {"synonyms-alone": wording.synonyms_alone},
        draws=24,
        families=("bm25",),
    ),
)


def draw(setup: Setup, half: str) -> list[Case]:
    """Every fault of a setup as often as it asks; what could not be laid out is left out."""
    found = []
    for fault, draft in setup.faults.items():
        for number in range(setup.seldom.get(fault, setup.draws)):
            seed = [HALVES.index(half), zlib.crc32(fault.encode()), number]
            kit = Kit(
                f"{fault}-{number:03}", bank(half), np.random.default_rng(seed), setup.chunker
            )
            case = draft(kit)
            if case is not None:
                found.append(case)
    return found
