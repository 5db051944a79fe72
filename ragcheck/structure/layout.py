"""Words, lines and paragraphs: what white space alone says about a text."""

from __future__ import annotations

from typing import Literal

import numpy as np

from ragcheck.records import Int32s
from ragcheck.spans import SPACES, Ints

#: Line ends a character counts for: LF, NEL and LINE SEPARATOR one, PARAGRAPH SEPARATOR two.
_BREAKS = {0x0A: 1, 0x85: 1, 0x2028: 1, 0x2029: 2}
_LEAST = {"word": 0, "line": 1, "paragraph": 2}


def runs(text: str, kind: Literal["word", "line", "paragraph"]) -> Int32s:
    """Spans of the words, lines or paragraphs of a text: int32[n, 2].

    They begin and end with a character that is not white space and hold every such character.
    Between two words is white space, between two lines at least one line end, between two
    paragraphs at least two, with nothing but white space between them.
    """
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    solid = np.zeros(len(codes) + 2, dtype=np.int8)
    solid[1:-1] = ~np.isin(codes, SPACES)
    change = np.diff(solid)
    start, end = np.flatnonzero(change == 1), np.flatnonzero(change == -1)
    if _LEAST[kind]:
        apart = _breaks(codes, end[:-1], start[1:]) >= _LEAST[kind]
        start = start[np.concatenate((start[:1] >= 0, apart))]
        end = end[np.concatenate((apart, end[-1:] >= 0))]
    # Columns lie together in memory: searchsorted would copy anything else.
    return np.stack((start, end)).astype(np.int32).T


def _breaks(codes: np.ndarray, start: Ints, end: Ints) -> Ints:
    """Line ends in each of the given spans."""
    counts = np.zeros(len(codes) + 1, dtype=np.int32)
    for code, weight in _BREAKS.items():
        counts[1:] += (codes == code) * np.int32(weight)
    np.cumsum(counts, out=counts)
    return (counts[end] - counts[start]).astype(np.int64)
