"""Chunkers, one file each, and the chunking of a whole collection."""

from __future__ import annotations

from collections.abc import Sequence
from operator import index

import numpy as np

from ragcheck.chunking.fixed import Fixed
from ragcheck.chunking.overlap import Overlap
from ragcheck.chunking.paragraph import Paragraph
from ragcheck.chunking.recursive import Recursive
from ragcheck.chunking.section import Section
from ragcheck.chunking.sentence import Sentence
from ragcheck.errors import ComponentError, RagcheckError
from ragcheck.protocols import Chunker
from ragcheck.records import Chunks, Document, Piece
from ragcheck.tokens import count_tokens, token_map

__all__ = [
    "Fixed",
    "Overlap",
    "Paragraph",
    "Recursive",
    "Section",
    "Sentence",
    "chunk_collection",
]


def chunk_collection(documents: Sequence[Document], chunker: Chunker, tokenizer: str) -> Chunks:
    """Chunks of all documents, ordered by (document, start, end), with their cost in tokens.

    Pieces of nothing but white space are dropped: no question can need them. Cost is counted by
    `tokenizer` (METRICS, section 1), whatever the chunker itself counts in. Raises ComponentError
    naming chunker and document when the chunker fails or returns a piece that is not a part of the
    document.
    """
    numbers = {"": 0}
    tables = [np.zeros((5, 0), np.int32)]
    for position, document in enumerate(documents):
        pieces = sorted(_pieces(document, chunker), key=lambda piece: piece[:2])
        table = np.empty((5, len(pieces)), np.int32)
        table[0] = position
        table[1] = [start for start, _, _ in pieces]
        table[2] = [end for _, end, _ in pieces]
        table[3] = token_map(document.text, tokenizer).count(table[1], table[2])
        table[3] += np.array([count_tokens(text, tokenizer) for *_, text in pieces], np.int32)
        table[4] = [numbers.setdefault(text, len(numbers)) for *_, text in pieces]
        tables.append(table)
    where, start, end, tokens, prefix = np.concatenate(tables, axis=1)
    return Chunks(where, start, end, tokens, prefix, tuple(numbers))


def _pieces(document: Document, chunker: Chunker) -> list[tuple[int, int, str]]:
    """What the chunker returns for one document: checked, without pieces of white space."""
    name = type(chunker).__name__
    try:
        pieces = list(chunker.chunk(document))
    except RagcheckError:  # such as a vocabulary that is not there: it has its own hint
        raise
    except Exception as error:  # whatever a plug-in raises is told with the place it happened at
        raise ComponentError(
            f"chunker `{name}` failed on {document.id}: {type(error).__name__}: {error}",
            hint="a chunker must take any text, also an empty one",
        ) from error
    checked = (_checked(piece, name, document) for piece in pieces)
    return [piece for piece in checked if not document.text[piece[0] : piece[1]].isspace()]


def _checked(piece: Piece, name: str, document: Document) -> tuple[int, int, str]:
    try:
        start, end, prefix = index(piece.start), index(piece.end), piece.prefix
    except (AttributeError, TypeError):
        start, end, prefix = -1, -1, ""
    if not 0 <= start < end <= len(document.text) or not isinstance(prefix, str):
        raise ComponentError(
            f"chunker `{name}` returned a piece that is not a part of {document.id}"
            f" ({len(document.text)} characters): {piece!r}",
            hint="a piece needs 0 <= start < end <= length of the text, in Unicode characters",
        )
    return start, end, prefix
