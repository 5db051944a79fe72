"""Sentences, as spans."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ragcheck.structure.blocks import trimmed

#: What stands before the words of a list item or a quote.
_MARKER = re.compile(r"(?:[ \t]*(?:[-+*>]|[0-9]{1,9}[.)])(?=\s))*\s*")


#: Characters given to sentencex at once: its time grows with the square of text without spaces.
_WINDOW = 1 << 13


def sentences(text: str, within: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Sentences inside each of the given spans, without white space around them.

    Markers of list items and quotes at the beginning belong to no sentence. Found by sentencex's
    rules, whose marks of sentence end cover most scripts; text without any (Thai) is one sentence
    per span.
    """
    for start, end in within:
        match = _MARKER.match(text, start, end)
        for left, right in _boundaries(text, match.end() if match else start, end):
            begin, stop = trimmed(text, left, right)
            if begin < stop:
                yield begin, stop


def _boundaries(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """What sentencex says, in windows that each begin with the last sentence of the one before."""
    from sentencex import get_sentence_boundaries  # a compiled module, only where it is used

    window = _WINDOW
    while start < end:
        stop = min(start + window, end)
        found = get_sentence_boundaries("en", text[start:stop])
        spans = [(start + each["start_index"], start + each["end_index"]) for each in found]
        if stop == end:
            yield from spans
            return
        yield from spans[:-1]
        # A sentence longer than the window needs a longer one.
        window = window * 2 if len(spans) < 2 else _WINDOW
        start = spans[-1][0]
