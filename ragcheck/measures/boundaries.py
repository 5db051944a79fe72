"""How the boundaries of a chunking meet the labelled passages; no retriever needed.

METRICS, section 4. Per item the best alternative counts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ragcheck.measures.corpus import Alternatives, Reals, Text
from ragcheck.measures.ranges import prefix_max, spread
from ragcheck.records import Chunks
from ragcheck.spans import Ints

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Bounds:
    """A chunking in units: `start`, `end` int64[n]; `start` and `far` do not decrease.

    `far` is the largest end up to each chunk: no chunk that begins by then reaches further.
    """

    start: Ints
    end: Ints
    far: Ints

    @classmethod
    def of(cls, text: Text, chunks: Chunks) -> Bounds:
        """The chunks of `text`, in their own order."""
        place = text.offset[chunks.document]
        start = text.unit(place + chunks.start)
        end = text.unit(place + chunks.end)
        return cls(start, end, prefix_max(end))

    def reach(self, position: Ints) -> Ints:
        """Furthest end of a chunk that begins at or before each position, -1 where none does."""
        count = np.searchsorted(self.start, position, side="right")
        return np.concatenate(([-1], self.far))[count]


@dataclass(frozen=True, slots=True, eq=False)
class Touching:
    """Chunks that share units with an alternative: arrays of length p, by alternative, then chunk.

    `first` int64[a + 1] is each alternative's first row; `overlap` is in units.
    """

    alternative: Ints
    chunk: Ints
    overlap: Ints
    first: Ints

    @classmethod
    def of(cls, gold: Alternatives, bounds: Bounds) -> Touching:
        """Every pair of alternative and chunk with at least one unit in common."""
        low = np.searchsorted(bounds.far, gold.start, side="right")
        high = np.searchsorted(bounds.start, gold.end, side="left")
        count = np.maximum(high - low, 0)
        alternative = np.repeat(np.arange(len(gold)), count)
        chunk = spread(low, count)
        overlap = np.minimum(bounds.end[chunk], gold.end[alternative])
        overlap -= np.maximum(bounds.start[chunk], gold.start[alternative])
        met = overlap > 0
        alternative = alternative[met]
        first = np.searchsorted(alternative, np.arange(len(gold) + 1))
        return cls(alternative, chunk[met], overlap[met], first)


@dataclass(frozen=True, slots=True, eq=False)
class Breaks:
    """Per item: `severed`, `unavoidable` bool[i], `severity` float64[i] in 0..1, `pieces` int64[i].

    `pieces` is the fewest chunks that cover the item, 0 where none do because text is missing from
    the index. `unavoidable`: longer than every chunk, in units.
    """

    severed: Flags
    unavoidable: Flags
    severity: Reals
    pieces: Ints


def breaks(gold: Alternatives, bounds: Bounds, touching: Touching) -> Breaks:
    """What the boundaries do to each item."""
    length = gold.end - gold.start
    largest = np.zeros(len(gold), dtype=np.int64)
    np.maximum.at(largest, touching.alternative, touching.overlap)
    longest_chunk = int((bounds.end - bounds.start).max(initial=0))
    best = best_of(gold, largest / length)
    pieces = cover_counts(gold.start, gold.end, bounds)
    fewest = np.where(pieces > 0, pieces, np.iinfo(np.int64).max)
    fewest = np.minimum.reduceat(fewest, gold.first[:-1]) if len(gold) else fewest
    return Breaks(
        severed=best < 1,
        unavoidable=best_of(gold, (length <= longest_chunk).astype(np.float64)) < 1,
        severity=1 - best,
        pieces=np.where(fewest < np.iinfo(np.int64).max, fewest, 0),
    )


def best_of(gold: Alternatives, values: Reals) -> Reals:
    """Largest value among the alternatives of each item: [a] or [a, c] to [i] or [i, c]."""
    if not len(gold):
        return values
    return np.asarray(np.maximum.reduceat(values, gold.first[:-1], axis=0))


def cover_counts(start: Ints, end: Ints, bounds: Bounds) -> Ints:
    """Fewest chunks whose union covers each interval, 0 where none does.

    Taking the chunk that reaches furthest is exact for intervals on a line. Every step serves all
    intervals at once.
    """
    count = np.zeros(len(start), dtype=np.int64)
    open_, position = np.arange(len(start)), start.copy()
    while len(open_):
        reached = bounds.reach(position)
        stuck = reached <= position
        count[open_] += 1
        count[open_[stuck]] = 0
        going = ~stuck & (reached < end[open_])
        open_, position = open_[going], reached[going]
    return count
