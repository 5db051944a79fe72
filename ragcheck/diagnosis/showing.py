"""What an order of chunks shows, and where in it a passage becomes whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from ragcheck.measures.boundaries import Bounds, cover_counts
from ragcheck.measures.corpus import Corpus
from ragcheck.records import Chunks, Cut
from ragcheck.spans import Ints

#: How much deeper than the working cut `deeper` looks (METRICS, section 6: 5K).
DEEPER = 5


@dataclass(frozen=True, slots=True)
class Extent:
    """A text that is no chunk, or a chunk with another prefix.

    `start`..`end` are characters of all documents end to end (`Text.offset`), `prefix` is tokens.
    """

    start: int
    end: int
    prefix: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where a passage becomes whole.

    `rank` counts from 1; `tokens` is what all chunks by then cost, `needed` the smallest budget
    that shows the passage whole.
    """

    rank: int
    tokens: int
    needed: int


@dataclass(frozen=True, slots=True)
class Goal:
    """A stretch of text that must be whole in the context: units, `low` < `high`."""

    low: int
    high: int


_NONE: Mapping[int, Extent] = MappingProxyType({})


class Showing:
    """A chunking with the cut at which its context ends."""

    def __init__(self, corpus: Corpus, chunks: Chunks, cut: Cut) -> None:
        place = corpus.text.offset[chunks.document]
        self.corpus = corpus
        self.chunks = chunks
        self.cut = cut
        self.start = place + chunks.start
        self.end = place + chunks.end
        self.bounds = Bounds.of(corpus.text, chunks)
        # With an entry for the number -1 of a text that is no chunk.
        self._low = np.append(self.bounds.start, 0)
        self._high = np.append(self.bounds.end, 0)
        self._cost = np.append(chunks.tokens, 0).astype(np.int64)

    def within(self, place: Place | None, factor: int = 1) -> bool:
        """Whether a passage is whole by `factor` times the cut."""
        return self.reach(place) <= factor

    def reach(self, place: Place | None) -> float:
        """How much of the cut it takes to show a passage whole: 1 for all of it, inf: never."""
        if place is None:
            return np.inf
        return (place.rank if self.cut.unit == "k" else place.needed) / self.cut.value

    def place(self, goal: Goal, order: Ints, extra: Mapping[int, Extent] = _NONE) -> Place | None:
        """Where `goal` becomes whole in an order of chunks, None where it never does.

        Numbers in `extra` stand for those texts instead of chunks.
        """
        low, high, cost = self._low[order], self._high[order], self._cost[order]
        for number, extent in extra.items():
            at = order == number
            low[at], high[at] = self.corpus.text.unit(np.array([extent.start, extent.end]))
            cost[at] = extent.prefix + self.corpus.tokens.count(extent.start, extent.end)
        left = [(goal.low, goal.high)]
        for at in np.flatnonzero((low < goal.high) & (goal.low < high)).tolist():
            before, left = left, _minus(left, int(low[at]), int(high[at]))
            if not left:
                number = int(order[at])
                extent = extra.get(number) or self._extent(number)
                paid = int(cost[:at].sum())
                last = min(max(end for _, end in before), int(high[at]))
                return Place(at + 1, paid + int(cost[at]), paid + self._shown_by(extent, last))
        return None

    def touching(self, goal: Goal) -> Ints:
        """The chunks that share units with `goal`, in order."""
        bounds = self.bounds
        first = np.searchsorted(bounds.far, goal.low, side="right")
        near = np.arange(first, np.searchsorted(bounds.start, goal.high), dtype=np.int64)
        return near[bounds.end[near] > goal.low]

    def possible(self, goal: Goal) -> bool:
        """Whether any ranking of these chunks could show `goal` whole by the cut."""
        if self.cut.unit == "t":
            place = self.corpus.text.position(np.array([goal.low, goal.high - 1]))
            return int(self.corpus.tokens.count(place[0] + 1, place[1] + 1)) <= self.cut.value
        pieces = cover_counts(np.array([goal.low]), np.array([goal.high]), self.bounds)
        return 0 < int(pieces[0]) <= self.cut.value

    def shown(self, order: Ints, factor: int = 1) -> tuple[Ints, Ints, Ints]:
        """Chunks that `factor` times the cut shows anything of, and what of each: int64[s] each.

        The chunk's number, and `start`..`end` in characters of all documents end to end.
        """
        value = factor * self.cut.value
        if self.cut.unit == "k":
            order = order[:value]
            return order, self.start[order], self.end[order]
        cost = self._cost[order]
        before = np.cumsum(cost) - cost
        order, room = order[before < value], (value - before)[before < value]
        start, end = self.start[order], self.end[order]
        prefix = self.chunks.tokens[order] - self.corpus.tokens.count(start, end)
        reach = self.corpus.tokens.cut(start, np.maximum(room - prefix, 0))
        return order, start, np.where(room > prefix, np.minimum(end, reach), start)

    def full(self, kept: int, tokens: int) -> bool:
        """Whether a context of so many chunks and tokens is at the cut or past it."""
        return (kept if self.cut.unit == "k" else tokens) >= self.cut.value

    def _extent(self, chunk: int) -> Extent:
        start, end = int(self.start[chunk]), int(self.end[chunk])
        tokens = int(self.chunks.tokens[chunk]) - int(self.corpus.tokens.count(start, end))
        return Extent(start, end, tokens)

    def _shown_by(self, extent: Extent, unit: int) -> int:
        """Fewest tokens of a text, prefix included, that show it up to `unit`."""
        text, tokens = self.corpus.text, self.corpus.tokens
        position = int(text.position(np.array([unit - 1]))[0]) + 1
        count = int(tokens.count(extent.start, position))
        # A token may end inside a character, which fewer tokens then show as well.
        while count and tokens.cut(extent.start, count - 1) >= position:
            count -= 1
        return extent.prefix + count


def _minus(open_: list[tuple[int, int]], low: int, high: int) -> list[tuple[int, int]]:
    """What is left of disjoint intervals without `low`..`high`."""
    left = [part for a, b in open_ for part in ((a, min(b, low)), (max(a, high), b))]
    return [(a, b) for a, b in left if a < b]
