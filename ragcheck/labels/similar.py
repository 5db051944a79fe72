"""The place in a long text that is most like a given passage."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

_WHOLE = 1000  # longer passages are looked for by their ends only, which is enough and quick
_ENDS = (64, 24)  # characters of a passage's beginning and end that are looked for by themselves
_AROUND = 4000  # characters on each side of the expected place that are looked at first
_ENDS_ALIKE = 85.0  # percent: an end that was changed more says too little


@dataclass(frozen=True, slots=True)
class Similar:
    """`text[start:end]`, and how much it is like the passage: 0 to 1, normalised indel ratio."""

    start: int
    end: int
    ratio: float


def most_similar(passage: str, text: str, expected: int | None, *, lowest: float) -> Similar | None:
    """The stretch of `text` most like `passage`, or None if none reaches the ratio `lowest`.

    Looked at are the stretches that match the passage as a whole, and those from where its
    beginning matches to where its end does, so that lines inserted in the middle do not hide it;
    first around `expected`, then in the whole text. Of equals the first found counts. Stretches
    begin and end at word boundaries.
    """
    best: Similar | None = None
    regions = [(0, len(text), _ENDS if expected is None else _ENDS[:1])]
    if expected is not None:
        low, high = expected - _AROUND, expected + len(passage) + _AROUND
        regions.insert(0, (max(0, low), min(len(text), high), _ENDS))
    for low, high, ends in regions:
        for start, end in _candidates(passage, text[low:high], lowest * 100, ends):
            start, end = _words(text, start + low, end + low)  # noqa: PLW2901
            ratio = fuzz.ratio(passage, text[start:end]) / 100
            if ratio >= lowest and (best is None or ratio > best.ratio):
                best = Similar(start, end, ratio)
    return best


def _candidates(
    passage: str, text: str, cutoff: float, ends: Sequence[int]
) -> Iterator[tuple[int, int]]:
    size = len(passage)
    if size > len(text) * 2:
        return
    if size <= _WHOLE:
        yield from _align(passage, text, cutoff)
    for end in ends:
        if end * 2 > size:
            continue
        heads = list(_align(passage[:end], text, _ENDS_ALIKE))
        tails = list(_align(passage[-end:], text, _ENDS_ALIKE))
        yield from ((head, min(head + size, len(text))) for head, _ in heads)
        yield from ((max(tail - size, 0), tail) for _, tail in tails)
        for head, _ in heads:
            yield from ((head, tail) for _, tail in tails if 0 < tail - head <= 2 * size)


def _align(part: str, text: str, cutoff: float) -> Iterator[tuple[int, int]]:
    if not part or len(part) > len(text):
        return
    found = fuzz.partial_ratio_alignment(part, text, score_cutoff=cutoff)
    if found is not None and found.dest_start < found.dest_end:
        yield found.dest_start, found.dest_end


def _words(text: str, start: int, end: int) -> tuple[int, int]:
    """The stretch without white space at its ends, grown to whole words."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    while 0 < start < end and text[start].isalnum() and text[start - 1].isalnum():
        start -= 1
    while start < end < len(text) and text[end - 1].isalnum() and text[end].isalnum():
        end += 1
    return start, end
