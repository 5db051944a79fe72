"""Tiny collections with known answers, written as text."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ragcheck.records import Chunks, Collection, Document, Item, Passage, Question, Rankings
from ragcheck.spans import Span
from ragcheck.structure import is_markdown, sections
from ragcheck.tokens import count_tokens, token_map


def collection(texts: dict[str, str], *questions: Sequence[Item]) -> Collection:
    """Documents by id, and questions by their items."""
    documents = tuple(
        Document(name, text, "", sections(text) if is_markdown(name) else ())
        for name, text in texts.items()
    )
    asked = tuple(Question(f"q{n}", "?", tuple(items)) for n, items in enumerate(questions))
    return Collection("built", documents, asked, "0")


def span(texts: dict[str, str], document: str, quote: str, nth: int = 0) -> Span:
    """Where `quote` stands for the nth time in a document."""
    start = -1
    for _ in range(nth + 1):
        start = texts[document].index(quote, start + 1)
    return Span(document, start, start + len(quote))


def item(*spans: Span, weight: float = 1.0, twins: Sequence[Span] = ()) -> Item:
    """An item whose members are `spans`."""
    return Item(tuple(Passage(s, weight) for s in spans), tuple(twins))


def chunks(made: Collection, places: Sequence[Span], prefixes: Sequence[str] = ()) -> Chunks:
    """Chunks in the order given (which must be theirs), the first ones with a prefix each."""
    index = made.index()
    known = ["", *dict.fromkeys(p for p in prefixes if p)]
    padded = [*prefixes, *[""] * (len(places) - len(prefixes))]
    document = [index[p.document] for p in places]
    tokens = [
        int(token_map(made.documents[d].text).count(p.start, p.end)) + count_tokens(prefix)
        for d, p, prefix in zip(document, places, padded, strict=True)
    ]
    columns = (
        document,
        [p.start for p in places],
        [p.end for p in places],
        tokens,
        [known.index(prefix) for prefix in padded],
    )
    return Chunks(*(np.array(column, np.int32) for column in columns), tuple(known))


def rankings(*rows: Sequence[int]) -> Rankings:
    """Chunk numbers by question, padded with -1; scores fall by 1."""
    width = max((len(row) for row in rows), default=0)
    chunk = np.full((len(rows), width), -1, np.int32)
    for place, row in enumerate(rows):
        chunk[place, : len(row)] = row
    score = np.where(chunk >= 0, -np.arange(width), -np.inf).astype(np.float32)
    return Rankings(chunk, score)
