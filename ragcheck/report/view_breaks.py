"""Places where a chunking cuts the structure of documents in two: examples to look at.

The counts are the run's (`SystemResult.breaks`); these are found again in the texts it holds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ragcheck.report.load import Cell, Ints, Loaded
from ragcheck.structure import is_markdown, structure

#: Examples of each kind, and the characters of documents that are searched for them.
SHOWN, SEARCHED = 3, 400_000


@dataclass(frozen=True, slots=True)
class Example:
    """A unit that no chunk holds whole: document (position), start, end."""

    document: int
    start: int
    end: int


def examples(data: Loaded, cell: Cell) -> dict[str, list[Example]]:
    """Up to three places per kind that the chunks of a system break, in document order."""
    wanted = {kind for kind, found in cell.result.breaks.items() if found.get("broken")}
    wanted -= {"header_loss"}
    out: dict[str, list[Example]] = {kind: [] for kind in cell.result.breaks if kind in wanted}
    searched = 0
    for number, document in enumerate(data.documents):
        if not wanted or searched > SEARCHED:
            break
        searched += len(document.text)
        mine = cell.chunks["document"] == number
        bounds = (cell.chunks["start"][mine], cell.chunks["end"][mine])
        parts = structure(document.text, is_markdown(document.id))
        for kind in sorted(wanted):
            for start, end in _broken(getattr(parts, kind), *bounds):
                out[kind].append(Example(number, start, end))
        out = {kind: found[:SHOWN] for kind, found in out.items()}
        wanted -= {kind for kind, found in out.items() if len(found) == SHOWN}
    return {kind: found for kind, found in out.items() if found}


def _broken(units: Ints, starts: Ints, ends: Ints) -> list[tuple[int, int]]:
    """The first units, no longer than the longest chunk, that none holds whole; starts ascend."""
    if not len(starts) or not len(units):
        return []
    # The chunk that reaches furthest among those that begin at or before a unit.
    reach = np.maximum.accumulate(ends)
    before = np.searchsorted(starts, units[:, 0], side="right") - 1
    held = (before >= 0) & (reach[np.maximum(before, 0)] >= units[:, 1])
    fits = units[:, 1] - units[:, 0] <= (ends - starts).max()
    touched = (before >= 0) & (reach[np.maximum(before, 0)] > units[:, 0])
    return [(int(a), int(b)) for a, b in units[~held & fits & touched][:SHOWN]]
