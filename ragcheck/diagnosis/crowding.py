"""What a context would show had it no near copies, or no text twice (METRICS, section 6)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ragcheck.diagnosis.bench import Bench
from ragcheck.diagnosis.showing import Showing
from ragcheck.diagnosis.trial import Trial
from ragcheck.likeness import near_copies
from ragcheck.records import Document
from ragcheck.retrieval.words import words
from ragcheck.spans import Ints, union

#: Whether a chunk is left out because of those kept before it.
Skip = Callable[[int, list[int]], bool]


class Crowd:
    """The skipping rules for the chunks of one collection, with what was compared before."""

    def __init__(self, showing: Showing, documents: tuple[Document, ...]) -> None:
        self._showing = showing
        self._documents = documents
        self._words: dict[int, list[str]] = {}
        self._copies: dict[tuple[int, int], bool] = {}

    def duplicate(self, chunk: int, kept: list[int]) -> bool:
        """Whether a chunk nearly repeats another one, of another place."""
        return any(self._are_copies(chunk, other) for other in kept)

    def overlap(self, chunk: int, kept: list[int]) -> bool:
        """Whether less than half of a chunk's text is new."""
        bounds = self._showing.bounds
        low, high = int(bounds.start[chunk]), int(bounds.end[chunk])
        start = np.maximum(bounds.start[kept], low)
        end = np.minimum(bounds.end[kept], high)
        first, last = union(start, end)
        return 2 * (high - low - int((last - first).sum())) < high - low

    def _are_copies(self, one: int, other: int) -> bool:
        pair = (min(one, other), max(one, other))
        if pair not in self._copies:
            self._copies[pair] = not self._meet(*pair) and near_copies(*map(self.words_of, pair))
        return self._copies[pair]

    def _meet(self, one: int, other: int) -> bool:
        """Whether two chunks share text by their places: that is overlap, not duplication."""
        bounds = self._showing.bounds
        return bool(bounds.start[one] < bounds.end[other] and bounds.start[other] < bounds.end[one])

    def words_of(self, chunk: int) -> list[str]:
        """The words of a chunk's text, without its prefix."""
        if chunk not in self._words:
            chunks = self._showing.chunks
            text = self._documents[chunks.document[chunk]].text
            self._words[chunk] = words(text[chunks.start[chunk] : chunks.end[chunk]])
        return self._words[chunk]


def crowding(bench: Bench, skip: Skip) -> Trial:
    """Every missed item in the context that leaves out the chunks that `skip` names."""
    missed, showing = bench.missed, bench.showing
    walks = [walk(order, showing, skip) for order in missed.orders]
    places = (showing.place(miss.goal, walks[miss.row]) for miss in missed.misses)
    return Trial.of([bench.outcome(place) for place in places])


def walk(order: Ints, showing: Showing, skip: Skip) -> Ints:
    """The chunks kept of an order, best first, until the context is full."""
    kept: list[int] = []
    tokens = 0
    for chunk in order.tolist():
        if showing.full(len(kept), tokens):
            break
        if not kept or not skip(chunk, kept):
            kept.append(chunk)
            tokens += int(showing.chunks.tokens[chunk])
    return np.array(kept, np.int64)
