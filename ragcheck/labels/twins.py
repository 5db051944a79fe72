"""Other places where the text of a label stands (METRICS, section 1, "Twins")."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from ragcheck.labels.normalise import folded
from ragcheck.records import Document, Item, Question
from ragcheck.spans import Span

#: Shorter texts (in units) have no twins: they stand everywhere by chance.
SHORTEST = 20

Words = npt.NDArray[np.uint64]
#: Where a text stands: (position of the document, start, end), in order.
Places = list[tuple[int, int, int]]

_FACTOR = 0x9E3779B97F4A7C15  # odd, so that every character keeps its influence modulo 2**64
_BLOCK = 1 << 18  # positions hashed at once: small enough for the processor's cache
_BITS = 20
#: Thai, Lao, Myanmar, Khmer, kana and Han.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff]"
)


def with_twins(
    questions: Sequence[Question], documents: Sequence[Document]
) -> tuple[Question, ...]:
    """The questions, each item with its twins in order of document and start.

    A twin is a place in any document with the text of a member after runs of white space become
    one space and casefold, beginning and ending at word boundaries. It never overlaps a member of
    the item that has the same text, nor another twin of that text: from the left, the first
    counts. Texts of fewer than 20 units have none.

    One pass over each document serves all texts: time grows with the documents' length and with
    the number of places found, hardly with the number of labels.
    """
    order = {document.id: position for position, document in enumerate(documents)}
    keys: dict[Span, str] = {}
    for question in questions:
        for item in question.items:
            for member in item.members:
                keys[member.span] = _key(member.span, documents[order[member.span.document]])
    places = _places({key for key in keys.values() if key}, documents)
    return tuple(
        replace(
            question,
            items=tuple(_with_twins(item, keys, places, documents) for item in question.items),
        )
        for question in questions
    )


def _key(span: Span, document: Document) -> str:
    """The folded text of a label, or nothing if it is too short to have twins."""
    text = folded(document.text[span.start : span.end]).text.strip()
    original = document.text[span.start : span.end]
    return text if len("".join(original.split())) >= SHORTEST else ""


def _with_twins(
    item: Item,
    keys: Mapping[Span, str],
    places: Mapping[str, Places],
    documents: Sequence[Document],
) -> Item:
    members = {member.span for member in item.members}
    found: set[tuple[int, int, int]] = set()
    for key in {keys[span] for span in members}:
        own = [span for span in members if keys[span] == key]
        reach = (-1, 0)
        for document, start, end in places.get(key, ()):
            name = documents[document].id
            if any(s.document == name and s.start < end and start < s.end for s in own):
                continue
            if (document, start) >= reach:
                found.add((document, start, end))
                reach = (document, end)
    spans = (Span(documents[d].id, start, end) for d, start, end in sorted(found))
    return replace(item, twins=tuple(span for span in spans if span not in members))


def _places(keys: set[str], documents: Sequence[Document]) -> dict[str, Places]:
    """Every place of every key at word boundaries, in order of document and start."""
    places: dict[str, Places] = {key: [] for key in keys}
    by_hash: dict[int, list[str]] = defaultdict(list)
    for key in sorted(keys):
        by_hash[int(_hashes(_codes(key[:SHORTEST]))[0])].append(key)
    wanted = np.array(sorted(by_hash), dtype=np.uint64)
    for position, document in enumerate(documents):
        text = folded(document.text)
        for at, hashed in _candidates(text.text, wanted):
            for key in by_hash[hashed]:
                if _stands(text.text, key, at):
                    places[key].append((position, *text.original(at, at + len(key))))
    return places


def _candidates(text: str, wanted: Words) -> Iterator[tuple[int, int]]:
    """Positions whose next 20 characters have one of the wanted hashes, with that hash."""
    if not len(wanted):
        return
    maybe = np.zeros(1 << _BITS, dtype=bool)
    maybe[wanted >> (64 - _BITS)] = True
    for first in range(0, len(text), _BLOCK):
        hashes = _hashes(_codes(text[first : first + _BLOCK + SHORTEST - 1]))
        likely = np.flatnonzero(maybe[hashes >> (64 - _BITS)])
        found = likely[np.isin(hashes[likely], wanted)]
        yield from zip((found + first).tolist(), hashes[found].tolist(), strict=True)


def _stands(text: str, key: str, at: int) -> bool:
    """True if `key` stands there between word boundaries, so never from inside a long letter."""
    return text.startswith(key, at) and _boundary(text, at) and _boundary(text, at + len(key))


def _boundary(text: str, position: int) -> bool:
    """False inside a word, and before a mark that belongs to the letter before it.

    Scripts that put no space between words have a boundary at every letter.
    """
    if not 0 < position < len(text):
        return True
    before, after = text[position - 1], text[position]
    return not _is_mark(after) and not (_in_word(before) and _in_word(after))


def _in_word(letter: str) -> bool:
    return (letter.isalnum() or _is_mark(letter)) and not _UNSPACED.match(letter)


def _is_mark(letter: str) -> bool:
    return unicodedata.category(letter).startswith("M")


def _codes(text: str) -> Words:
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    return codes.astype(np.uint64)


def _hashes(codes: Words) -> Words:
    """A hash of each run of 20 characters: uint64[max(0, len(codes) - 19)]."""
    count = max(0, len(codes) - SHORTEST + 1)
    hashes = np.zeros(count, dtype=np.uint64)
    for offset in range(SHORTEST):
        hashes *= np.uint64(_FACTOR)
        hashes += codes[offset : offset + count]
    return hashes
