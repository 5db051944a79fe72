"""By what an embedder counts when it stops reading: evidence from single texts, and its sum."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence

import numpy as np

from ragcheck.embedding.probing import SPACELESS
from ragcheck.spans import SPACES, Ints

#: A count no text reaches.
NEVER = 1 << 62
#: Share of the cut texts that a ruler may be wrong on: at a tokenizer's whim, by a word.
_WHIMS = 0.2
_WORD = re.compile(r"\S+")
#: Nearly what models cut words into: at 254 of its own pieces, one of them counts these with a
#: standard deviation of 3%, words and characters with 15%.
_PART = re.compile(rf"[{SPACELESS}]|[^\W\d_{SPACELESS}]{{1,8}}|\d{{1,3}}|[^\w\s]|_")

#: Least and largest count after which reading may stop.
Limit = tuple[int, int]


class Ruler:
    """Counts something in texts. If it fits, reading stops after the same count in every text.

    `measure` gives where each unit of it ends in each text, int64, not decreasing. `limit` is None
    when the texts seen so far, `seen` of them, show that it does not fit.
    """

    def __init__(self, measure: Callable[[Sequence[str]], Sequence[Ints]]) -> None:
        self.limit: Limit | None = (1, NEVER)
        self._measure = measure
        self.seen = 0
        self._whole = 1  # units that were read of a text that is read to its end
        self._stops: list[Limit] = []  # what each cut text says of the limit

    def ends(self, texts: Sequence[str]) -> list[Ints]:
        """Where each unit ends in each text; white space belongs to what stands before it."""
        return [
            _trimmed(ends, text) for ends, text in zip(self._measure(texts), texts, strict=True)
        ]

    def learn(self, ends: Ints, steps: Ints, last: int) -> None:
        """Take note of a text with units `ends`, of whose `steps` the one at `last` is read last.

        Something of that step is read: more than what ends before it, and no more than its end.
        """
        self.seen += 1
        before = int(np.searchsorted(ends, steps[last - 1], side="right")) if last else 0
        if last == len(steps) - 1:
            self._whole = max(self._whole, before + 1)
        else:
            self._stops.append((before + 1, int(np.searchsorted(ends, steps[last], side="right"))))
        self.limit = self._agreed()

    @property
    def least(self) -> int:
        """The least that was read of a text that is cut."""
        return min((low for low, _ in self._stops), default=NEVER)

    def estimate(self) -> tuple[float, Limit]:
        """How far the cut texts lie apart, relative to their median, and that median as limit."""
        low, high = np.array(self._stops, np.float64).T
        if (high < low).any():  # nothing of it where reading stops
            return math.inf, (NEVER, NEVER)
        middle = (low + high) / 2
        median = round(float(np.median(middle)))
        return float(np.ptp(middle)) / median, (median, median)

    def _agreed(self) -> Limit | None:
        """What nearly all cut texts agree on, unless a text read whole is longer."""
        if not self._stops:
            return self._whole, NEVER
        low, high = np.array(self._stops, np.int64).T
        # How many hold a value: those that begin by then, less those that end before it.
        holding = np.searchsorted(np.sort(low), low, side="right")
        holding -= np.searchsorted(np.sort(high), low)
        least = int(low[np.argmax(holding)])
        agreeing = (low <= least) & (least <= high)
        if agreeing.sum() < (1 - _WHIMS) * len(low):
            return None
        limit = max(least, self._whole), int(high[agreeing].min())
        return limit if limit[0] <= limit[1] else None


def bracket(limit: Limit, ends: Ints, steps: Ints) -> tuple[int, int]:
    """The first and the last step of a text at which reading stops by a ruler's limit."""
    last = len(steps) - 1
    low, high = (
        min(int(np.searchsorted(steps, ends[count - 1])), last) if count < len(ends) else last
        for count in limit
    )
    return low, high


def words(texts: Sequence[str]) -> list[Ints]:
    """Where each word ends, by white space."""
    return [_matches(_WORD, text) for text in texts]


def parts(texts: Sequence[str]) -> list[Ints]:
    """Where each part of a word ends: up to eight letters, three digits, or one other sign."""
    return [_matches(_PART, text) for text in texts]


def characters(texts: Sequence[str]) -> list[Ints]:
    """Where each character ends."""
    return [np.arange(1, len(text) + 1) for text in texts]


def _matches(pattern: re.Pattern[str], text: str) -> Ints:
    return np.array([found.end() for found in pattern.finditer(text)], np.int64)


def _trimmed(ends: Ints, text: str) -> Ints:
    """The same ends, those in white space moved back to the last character that is none."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    solid = np.where(np.isin(codes, SPACES), 0, np.arange(1, len(codes) + 1))
    return np.asarray(np.maximum.accumulate(np.append(0, solid))[ends], np.int64)
