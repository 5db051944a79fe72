"""The best k of a row of scores, in one order everywhere: best first, ties by position."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ragcheck.records import Rankings

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
