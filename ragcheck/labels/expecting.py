"""Where a passage should be now, judged by how far the sure ones of its document moved."""

from __future__ import annotations

import bisect
from collections.abc import Iterable
from dataclasses import dataclass

_LEAST = 200.0  # characters: an edit next to a passage moves it about this far
_DRIFT = 0.05  # of the way to the next sure passage, where there is none on the other side


@dataclass(frozen=True, slots=True)
class Expected:
    """An offset, and how many characters beside it are still no surprise."""

    start: float
    slack: float

    def closeness(self, start: int) -> float:
        """1 at the expected offset, 1/2 at `slack` characters from it, towards 0 far away."""
        return 1 / (1 + abs(start - self.start) / self.slack)


class Expectation:
    """Maps old offsets to new ones between passages that were found in one place only.

    A passage whose own place was deleted may be found, alone, at a far twin. So only the longest
    chain of passages that kept their order is believed.
    """

    def __init__(self, sure: Iterable[tuple[int, int]]) -> None:
        chain = [(0, 0), *_longest_chain(sorted(set(sure)))]
        self._old = [old for old, _ in chain]
        self._new = [new for _, new in chain]

    def at(self, start: int) -> Expected:
        """Where a passage that began at `start` should begin now."""
        after = bisect.bisect_left(self._old, start)
        before = max(after - 1, 0)
        if after == len(self._old):
            shift = self._new[before] - self._old[before]
            return Expected(start + shift, max(_LEAST, _DRIFT * (start - self._old[before])))
        low, high = self._new[before], self._new[after]
        width = self._old[after] - self._old[before]
        share = (start - self._old[before]) / width if width else 0.0
        return Expected(low + share * (high - low), max(_LEAST, abs(high - low - width)))


def _longest_chain(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest selection, in order, whose new offsets never decrease (patience sorting)."""
    ends: list[int] = []  # least last new offset of a chain of each length
    lasts: list[int] = []  # position in `pairs` of that chain's last pair
    before: list[int] = []
    for position, (_, new) in enumerate(pairs):
        length = bisect.bisect_right(ends, new)
        before.append(lasts[length - 1] if length else -1)
        ends[length : length + 1] = [new]
        lasts[length : length + 1] = [position]
    chain: list[tuple[int, int]] = []
    at = lasts[-1] if lasts else -1
    while at >= 0:
        chain.append(pairs[at])
        at = before[at]
    return chain[::-1]
