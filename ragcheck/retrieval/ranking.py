"""The best k of a row of scores, in one order everywhere: best first, ties by position."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ragcheck.records import Floats, Rankings

Positions = npt.NDArray[np.intp]
Scores = npt.NDArray[np.floating[Any]]


def top(scores: Scores, k: int, *, above: float = -np.inf) -> Positions:
    """Positions of the `k` best scores greater than `above` (fewer where fewer are).

    The order is decided in the dtype of `scores`; equal scores stand in order of position, also
    where the k-th place is shared. A full sort is avoided: the k-th best of the maxima of m groups
    cannot be better than the k-th best score, and few scores reach it.
    """
    groups = max(512, 4 * k)
    depth = len(scores) // groups
    bound = -np.inf
    if depth > 1:
        best = scores[: depth * groups].reshape(depth, groups).max(axis=0)
        bound = float(np.partition(best, groups - k)[groups - k]) if k else np.inf
    enough = scores >= bound if bound > above else scores > above
    found = np.flatnonzero(enough)
    return found[np.argsort(-scores[found], kind="stable")[:k]]


def pack(rows: Sequence[tuple[Positions, Scores]]) -> Rankings:
    """Rankings from each query's positions and scores, best first, padded with -1 and -inf."""
    width = max((len(chunk) for chunk, _ in rows), default=0)
    chunk = np.full((len(rows), width), -1, dtype=np.int32)
    score = np.full((len(rows), width), -np.inf, dtype=np.float32)
    for row, (positions, values) in enumerate(rows):
        chunk[row, : len(positions)] = positions
        score[row, : len(positions)] = values
    return Rankings(chunk, score)


class Best:
    """The `k` best columns of each of several rows of scores, which come in blocks of columns.

    Ties stand in order of column. Memory is bounded by the largest block: only what can still be
    among the best is kept. `rows` and `k` are at least 1.
    """

    def __init__(self, rows: int, k: int) -> None:
        self._column = np.full((rows, k), -1, dtype=np.int32)
        self._score = np.full((rows, k), -np.inf, dtype=np.float32)
        self._waiting: list[tuple[Positions, Positions, Floats]] = []
        self._seen = 0

    def add(self, block: Floats) -> None:
        """Takes float32[rows, n], the scores of the next n columns."""
        full = self._seen >= self._score.shape[1]
        row, column = np.divmod(np.flatnonzero(block > self._bound(block, full)), block.shape[1])
        self._waiting.append((row, column + self._seen, block[row, column]))
        self._seen += block.shape[1]
        # Sorted as soon as there is a bound, and then only when as many wait as are kept.
        if not full or sum(len(rows) for rows, _, _ in self._waiting) > self._score.size:
            self._sort()

    def rankings(self) -> Rankings:
        """The best columns with their scores; -1 and -inf where there were fewer than `k`."""
        self._sort()
        return Rankings(self._column, self._score)

    def _bound(self, block: Floats, full: bool) -> Floats:
        """What a score must exceed to count, float32[rows, 1].

        That is the k-th best before, because later columns lose ties. Before there are k, it is
        just below what k maxima of groups of the block's own columns reach.
        """
        rows, k = self._score.shape
        groups = max(512, 4 * k)
        depth = block.shape[1] // groups
        if full or depth < 2:
            return self._score[:, -1:]
        best = block[:, : depth * groups].reshape(rows, depth, groups).max(axis=1)
        least = np.partition(best, groups - k, axis=1)[:, groups - k, None]
        return np.nextafter(least, np.float32(-np.inf))

    def _sort(self) -> None:
        """Merges what waits into the best so far."""
        rows, k = self._score.shape
        kept = np.repeat(np.arange(rows), k), self._column.ravel(), self._score.ravel()
        row, column, score = map(np.concatenate, zip(kept, *self._waiting, strict=True))
        order = np.lexsort((column, -score, row))
        first = np.searchsorted(row[order], np.arange(rows))
        chosen = order[first[:, None] + np.arange(k)]
        self._column, self._score = column[chosen].astype(np.int32), score[chosen]
        self._waiting.clear()
