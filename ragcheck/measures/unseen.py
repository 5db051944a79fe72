"""Labelled text that stands in chunks, but only where the embedder does not read (METRICS, 6)."""

from __future__ import annotations

import numpy as np

from ragcheck.measures.boundaries import best_of
from ragcheck.measures.corpus import Alternatives, Reals, Text
from ragcheck.records import Chunks, Int32s
from ragcheck.spans import Ints, union


def unseen(text: Text, gold: Alternatives, chunks: Chunks, read: Int32s | None) -> Reals | None:
    """Share of each item that chunks hold and that is read in none of them: float64[i] in 0..1.

    `read` int32[n] is where reading of each chunk ends in its document; None, and so the answer,
    without an embedder. Of the alternatives of an item the one counts of which most is read; of
    equals, the one of which more is unseen.
    """
    if read is None:
        return None
    place = text.offset[chunks.document]
    start, end, stop = (text.unit(place + one) for one in (chunks.start, chunks.end, read))
    length = gold.end - gold.start
    held, seen = _within(gold, start, end) / length, _within(gold, start, stop) / length
    best = seen == best_of(gold, seen)[gold.item]
    return best_of(gold, np.where(best, held - seen, 0.0))


def _within(gold: Alternatives, start: Ints, end: Ints) -> Ints:
    """Units of every alternative that lie in any of the intervals: int64[a]."""
    low, high = union(start, end)
    before = np.concatenate(([0], np.cumsum(high - low)))

    def covered(position: Ints) -> Ints:
        """Units of the intervals that lie before each position."""
        number = np.searchsorted(low, position, side="right")
        inside = np.minimum(position, np.append(-1, high)[number]) - np.append(0, low)[number]
        return np.asarray(before[np.maximum(number - 1, 0)] + np.where(number, inside, 0))

    return covered(gold.end) - covered(gold.start)
