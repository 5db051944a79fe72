"""Half-open intervals of code points, and the algebra on arrays of them.

Everything ragcheck measures is a union, an intersection or a length of spans. Lengths are counted
in *units*: characters for which `str.isspace` is false, so that a splitter that strips spaces loses
nothing (METRICS, section 1).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]

#: Every code point for which `str.isspace` is true, in order.
SPACES = np.array([c for c in range(0x3001) if chr(c).isspace()], dtype=np.uint32)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """`document[start:end]` in Unicode code points; `start < end`."""

    document: str
    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"a span needs 0 <= start < end, not [{self.start}, {self.end})")


def units_before(text: str) -> Ints:
    """Number of units before each position: int64[len(text) + 1].

    `units_before(t)[end] - units_before(t)[start]` is the length |t[start:end]| in units.
    """
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    counts = np.zeros(len(codes) + 1, dtype=np.int64)
    np.cumsum(~np.isin(codes, SPACES), out=counts[1:])
    return counts


def union(start: Ints, end: Ints) -> tuple[Ints, Ints]:
    """The disjoint, sorted intervals that cover the same positions as the given ones.

    Empty intervals vanish; intervals that touch become one.
    """
    keep = start < end
    start, end = start[keep], end[keep]
    if not len(start):
        return start, end
    order = np.argsort(start, kind="stable")
    start, reach = start[order], np.maximum.accumulate(end[order])
    first = np.concatenate(([True], start[1:] > reach[:-1]))
    last = np.concatenate((first[1:], [True]))
    return start[first], reach[last]


def intersection(a: tuple[Ints, Ints], b: tuple[Ints, Ints]) -> tuple[Ints, Ints]:
    """Common positions of two disjoint, sorted sets of intervals, as such a set."""
    (a_start, a_end), (b_start, b_end) = a, b
    low = np.searchsorted(b_end, a_start, side="right")
    high = np.searchsorted(b_start, a_end, side="left")
    count = np.maximum(high - low, 0)
    left = np.repeat(np.arange(len(a_start)), count)
    offset = np.arange(len(left)) - np.repeat(np.cumsum(count) - count, count)
    right = np.repeat(low, count) + offset
    start = np.maximum(a_start[left], b_start[right])
    end = np.minimum(a_end[left], b_end[right])
    keep = start < end
    return start[keep], end[keep]


def length(intervals: tuple[Ints, Ints], before: Ints) -> int:
    """Units in a disjoint set of intervals; `before` is `units_before` of their document."""
    start, end = intervals
    return int((before[end] - before[start]).sum())
