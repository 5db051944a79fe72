"""Chunk health of any documents: no model, and no labels needed (METRICS, section 4).

Where there are labels, their lengths say how often a boundary is bound to cut one of them, and
which overlap would stop that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ragcheck.chunking import Fixed, Overlap, chunk_collection
from ragcheck.chunking.options import resolve_overlap
from ragcheck.measures.boundaries import Bounds, Touching, breaks
from ragcheck.measures.corpus import Corpus
from ragcheck.measures.health import Health, chunk_health
from ragcheck.measures.severing import Advice, advise, gold_lengths
from ragcheck.records import Chunks, Collection, Document
from ragcheck.sweep.plan import Component
from ragcheck.tokens import token_map

#: A document of more tokens is very large (some fifty pages): it tends to fill the results of any
#: question that it comes near.
LARGE = 25_000


@dataclass(frozen=True, slots=True)
class Documents:
    """What is inspected. `empty` documents hold nothing but white space; `large` maps to tokens."""

    count: int
    characters: int
    tokens: int
    empty: tuple[str, ...]
    large: dict[str, int]


@dataclass(frozen=True, slots=True)
class Cuts:
    """What a chunking does to `count` labelled passages (items, by their best alternative).

    `severed` is the share that no chunk holds whole. Windows of a fixed size have an `advice`; the
    overlap they have now is `overlap`.
    """

    count: int
    severed: float
    overlap: int | None = None
    advice: Advice | None = None


@dataclass(frozen=True, slots=True)
class Inspected:
    """One chunking by its short name; `passages` is None without labels."""

    chunker: str
    size: int | None
    health: Health
    passages: Cuts | None


@dataclass(frozen=True, slots=True)
class Inspection:
    """Documents, and every chunking of them in the order asked for."""

    documents: Documents
    chunkings: tuple[Inspected, ...]


def inspect(
    collection: Collection, chunkers: Sequence[Component], tokenizer: str = "cl100k_base"
) -> Inspection:
    """Cut the documents of `collection` with every chunker and look at what comes out.

    Questions of `collection` are used where it has any. Raises ComponentError when a chunker fails.
    """
    corpus = Corpus.of(collection, tokenizer)
    found = tuple(_inspected(corpus, collection.documents, one, tokenizer) for one in chunkers)
    return Inspection(_documents(collection.documents, tokenizer), found)


def _documents(documents: Sequence[Document], tokenizer: str) -> Documents:
    tokens = {document.id: len(token_map(document.text, tokenizer)) for document in documents}
    return Documents(
        count=len(documents),
        characters=sum(len(document.text) for document in documents),
        tokens=sum(tokens.values()),
        empty=tuple(document.id for document in documents if not document.text.strip()),
        large={name: count for name, count in tokens.items() if count > LARGE},
    )


def _inspected(
    corpus: Corpus, documents: Sequence[Document], component: Component, tokenizer: str
) -> Inspected:
    chunks = chunk_collection(documents, component.made, tokenizer)
    size = getattr(component.made, "size", None)
    size = size if isinstance(size, int) else None
    unit = str(component.options.get("unit", "tokens"))
    health = chunk_health(documents, chunks, size, unit)
    passages = _cuts(corpus, chunks, component.made) if len(corpus.items) else None
    return Inspected(component.id, size, health, passages)


def _cuts(corpus: Corpus, chunks: Chunks, chunker: Any) -> Cuts:
    bounds = Bounds.of(corpus.text, chunks)
    gold = corpus.alternatives
    severed = breaks(gold, bounds, Touching.of(gold, bounds)).severed
    share = float(severed.mean())
    if not isinstance(chunker, (Fixed, Overlap)):
        return Cuts(len(severed), share)
    overlap = 0
    if isinstance(chunker, Overlap):
        overlap = resolve_overlap(chunker.overlap, chunker.size)
    advice = advise(gold_lengths(corpus, chunker.unit), chunker.size, overlap)
    return Cuts(len(severed), share, overlap, advice)
