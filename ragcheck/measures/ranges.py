"""Many ranges at once: enumerate them, and add up over consecutive groups."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import numpy.typing as npt

from ragcheck.spans import Ints

Number = TypeVar("Number", np.int64, np.float64)


def spread(low: Ints, count: Ints) -> Ints:
    """The ranges [low, low + count) one after another: int64[count.sum()]."""
    before = np.cumsum(count) - count
    return np.asarray(np.arange(int(count.sum()), dtype=np.int64) + np.repeat(low - before, count))


def group_sums(values: npt.NDArray[Number], first: Ints) -> npt.NDArray[Number]:
    """Sums of the rows first[g] .. first[g + 1] for every g; 0 for an empty group.

    `values` is [n] or [n, c]; `first` int64[g + 1] does not decrease and runs from 0 to n; the
    result is [g] or [g, c]. Every group is added on its own, so equal groups have equal sums.
    """
    sums = np.zeros((len(first) - 1, *values.shape[1:]), dtype=values.dtype)
    filled = first[1:] > first[:-1]
    if filled.any():
        sums[filled] = np.add.reduceat(values, first[:-1][filled], axis=0)
    return sums


def distinct(values: Ints) -> Ints:
    """The values in order, each once; on long arrays much faster than numpy.unique."""
    ordered = np.sort(values)
    first = np.append(True, ordered[1:] != ordered[:-1])[: len(ordered)]
    return np.asarray(ordered[first])


def ratio(part: npt.NDArray[Number], whole: npt.NDArray[Number]) -> npt.NDArray[np.float64]:
    """`part` over `whole`, of one shape; NaN where `whole` is 0."""
    empty = np.full(part.shape, np.nan)
    return np.asarray(np.divide(part, whole, out=empty, where=whole > 0), dtype=np.float64)


def prefix_max(values: Ints) -> Ints:
    """Largest of the values up to each position."""
    return np.maximum.accumulate(values) if len(values) else values
