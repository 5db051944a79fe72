"""Small random collections, chunkings and rankings, and a judge that works on sets of characters.

Nothing here is shared with the code under test but the records and the token starts.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from math import inf

import numpy as np
from hypothesis import strategies as st

from ragcheck.records import (
    Chunks,
    Collection,
    Cut,
    Document,
    Item,
    Passage,
    Question,
    Rankings,
    Section,
)
from ragcheck.spans import Span
from ragcheck.tokens import token_map

ALPHABET = "ab c.\n  é漢🙂"
PREFIXES = ("", "ab c ", "漢🙂", "a")
CUTS = tuple(Cut(k) for k in (1, 2, 3, 6)) + tuple(Cut(b, "t") for b in (1, 2, 3, 5, 8, 13))


@dataclass(frozen=True)
class World:
    """Everything a judge sees."""

    collection: Collection
    chunks: Chunks
    rankings: Rankings

    def ranked(self, question: int) -> list[int]:
        return [int(c) for c in self.rankings.chunk[question] if c >= 0]


def make_chunks(documents: tuple[Document, ...], rows: list[tuple[int, int, int, int]]) -> Chunks:
    """Chunks of (document, start, end, prefix), with their costs."""
    rows = sorted(rows)
    cost = [
        sum(s <= t < e for t in token_map(documents[d].text).starts)
        + len(token_map(PREFIXES[p]).starts)
        for d, s, e, p in rows
    ]
    d, s, e, p = (np.array([r[i] for r in rows], np.int32) for i in range(4))
    return Chunks(d, s, e, np.array(cost, np.int32), p, PREFIXES)


@st.composite
def spans(draw, documents, *, filled=True):
    d = draw(st.integers(0, len(documents) - 1))
    text = documents[d].text
    start = draw(st.integers(0, len(text) - 1))
    end = draw(st.integers(start + 1, len(text)))
    if filled and not text[start:end].strip():
        filler = next(i for i, c in enumerate(text) if not c.isspace())
        start, end = min(start, filler), max(end, filler + 1)
    return d, start, end


@st.composite
def sectioned(draw, number):
    text = draw(st.text(ALPHABET, min_size=1, max_size=24))
    text = text if text.strip() else text + "b"
    places = draw(st.sets(st.integers(0, len(text)), max_size=3))
    ends = [*sorted(places), len(text)]
    found = []
    for start, end in itertools.pairwise(ends):
        if start < end:
            body = draw(st.integers(start, end))
            found.append(Section(start, body, end, 1, ("t",)))
    return Document(f"d{number}", text, "", tuple(found))


@st.composite
def items(draw, documents, extra):
    def span():
        d, s, e = draw(spans(documents))
        return Span(documents[d].id, s, e)

    weight = draw(st.sampled_from([1.0, 2.0, 0.5, 0.1]))
    members = tuple(Passage(span(), weight) for _ in range(draw(st.integers(1, 1 + extra))))
    return Item(members, tuple(span() for _ in range(draw(st.integers(0, extra)))))


@st.composite
def worlds(draw, *, max_chunks=7, repeats=True, extra=2):
    documents = tuple(draw(sectioned(n)) for n in range(draw(st.integers(1, 3))))
    questions = tuple(
        Question(f"q{n}", "?", tuple(draw(st.lists(items(documents, extra), max_size=3))))
        for n in range(draw(st.integers(1, 3)))
    )
    cut = st.tuples(spans(documents, filled=False), st.integers(0, len(PREFIXES) - 1))
    rows = [(*span, p) for span, p in draw(st.lists(cut, max_size=max_chunks))]
    chunks = make_chunks(documents, rows)
    order = st.lists(st.integers(0, len(rows) - 1), max_size=9, unique=not repeats)
    lists = [draw(order) if rows else [] for _ in questions]
    collection = Collection("world", documents, questions, "0")
    return World(collection, chunks, make_rankings(lists))


def make_rankings(lists: list[list[int]]) -> Rankings:
    """Chunk numbers per question, padded with -1."""
    width = max((len(row) for row in lists), default=0)
    chunk = np.full((len(lists), width), -1, np.int32)
    for row, found in enumerate(lists):
        chunk[row, : len(found)] = found
    score = np.where(chunk >= 0, -np.arange(width), -np.inf).astype(np.float32)
    return Rankings(chunk, score)


class Brute:
    """One question judged with sets of (document, position), as METRICS words it."""

    def __init__(self, world: World, question: int) -> None:
        self.world = world
        self.documents = world.collection.documents
        self.index = world.collection.index()
        self.ranked = world.ranked(question)
        self.items = world.collection.questions[question].items
        self.alternatives = [
            sorted({self.place(span) for span in item.alternatives}) for item in self.items
        ]

    def place(self, span: Span) -> tuple[int, int, int]:
        return self.index[span.document], span.start, span.end

    def units(self, place: tuple[int, int, int]) -> set[tuple[int, int]]:
        d, start, end = place
        text = self.documents[d].text
        return {(d, i) for i in range(start, end) if not text[i].isspace()}

    def chunk(self, number: int) -> tuple[int, int, int]:
        chunks = self.world.chunks
        return int(chunks.document[number]), int(chunks.start[number]), int(chunks.end[number])

    def prefix(self, number: int) -> str:
        return PREFIXES[self.world.chunks.prefix[number]]

    def beginning(self, number: int, room: float) -> tuple[set[tuple[int, int]], int]:
        """Units of a chunk's source and number of prefix units that `room` tokens show."""
        d, start, end = self.chunk(number)
        prefix = self.prefix(number)
        prefix_tokens = len(token_map(prefix).starts)
        shown = {
            (d, i)
            for d, i in self.units((d, start, end))
            if prefix_tokens + _owner(self.documents[d].text, i, start) <= room
            and prefix_tokens <= room
        }
        before = [i for i, c in enumerate(prefix) if not c.isspace()]
        return shown, sum(_owner(prefix, i, 0) <= room for i in before)

    def context(self, cut: Cut) -> tuple[list[set[tuple[int, int]]], int, int]:
        """Source units of every chunk shown, units of prefixes, tokens."""
        shown, prefix, spent = [], 0, 0
        for number in self.ranked:
            if len(shown) == cut.value if cut.unit == "k" else spent >= cut.value:
                break
            room = inf if cut.unit == "k" else cut.value - spent
            units, before = self.beginning(number, room)
            shown.append(units)
            prefix += before
            spent += min(room, int(self.world.chunks.tokens[number]))
        return shown, prefix, int(spent)

    def coverage(self, cut: Cut) -> list[list[float]]:
        found = set().union(*self.context(cut)[0])
        return [
            [len(self.units(place) & found) / len(self.units(place)) for place in places]
            for places in self.alternatives
        ]

    def best(self, cut: Cut) -> list[float]:
        return [max(row) for row in self.coverage(cut)]

    def credited(self, cut: Cut) -> set[tuple[int, int]]:
        rows = zip(self.alternatives, self.coverage(cut), strict=True)
        return set().union(*(self.units(places[row.index(max(row))]) for places, row in rows))

    def gold(self) -> set[tuple[int, int]]:
        return set().union(*(self.units(p) for places in self.alternatives for p in places))

    def mean(self, values: list[float]) -> float:
        weights = [item.weight for item in self.items]
        return sum(w * v for w, v in zip(weights, values, strict=True)) / sum(weights)

    def completion(self) -> list[float]:
        """Least k at which each item is whole, infinity for never."""
        ks = range(1, len(self.ranked) + 1)
        whole = [self.best(Cut(k)) for k in ks]
        return [
            next((k for k, row in zip(ks, whole, strict=True) if row[i] == 1), inf)
            for i in range(len(self.items))
        ]


def _owner(text: str, position: int, start: int) -> int:
    """Tokens counted from those that start at `start` until the one that holds the character."""
    tokens = token_map(text)
    # A token whose first byte is inside a character is not that character's first token.
    holder = max(
        i
        for i, (s, inside) in enumerate(zip(tokens.starts, tokens.inside, strict=True))
        if s + inside <= position
    )
    return holder + 1 - sum(s < start for s in tokens.starts)
