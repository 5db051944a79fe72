"""Sentences, as spans."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ragcheck.structure.blocks import trimmed

#: What stands before the words of a list item or a quote.
_MARKER = re.compile(r"(?:[ \t]*(?:[-+*>]|[0-9]{1,9}[.)])(?=\s))*\s*")


def sentences(text: str, within: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Sentences inside each of the given spans, without white space around them.

    Markers of list items and quotes at the beginning belong to no sentence. Found by sentencex's
    rules, whose marks of sentence end cover most scripts; text without any (Thai) is one sentence
    per span.
    """
    from sentencex import get_sentence_boundaries  # a compiled module, only where it is used

    for start, end in within:
        match = _MARKER.match(text, start, end)
        begin = match.end() if match else start
        for boundary in get_sentence_boundaries("en", text[begin:end]):
            left, right = begin + boundary["start_index"], begin + boundary["end_index"]
            left, right = trimmed(text, left, right)
            if left < right:
                yield left, right
