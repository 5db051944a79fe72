"""Titles and heading paths before chunks that have none."""

from __future__ import annotations

import sys

from ragcheck.chunking.context import Context
from ragcheck.diagnosis.case import Case
from ragcheck.diagnosis.showing import Extent, Showing
from ragcheck.structure import is_markdown, structure
from ragcheck.tokens import count_tokens


class Prefixes:
    """What `Section` with `heading_path` would put before any place of the documents."""

    def __init__(self, case: Case, showing: Showing) -> None:
        self._documents = case.collection.documents
        self._chunks = case.chunks
        self._text = case.corpus.text
        self._tokenizer = case.corpus.tokenizer
        self._showing = showing
        self._contexts: dict[int, Context] = {}

    def at(self, document: int, position: int) -> str:
        """Title and heading path above a character of a document, without limit of length."""
        if document not in self._contexts:
            source = self._documents[document]
            parts = structure(source.text, is_markdown(source.id))
            self._contexts[document] = Context(
                source, parts, self._tokenizer, titles=True, headers=False
            )
        return self._contexts[document].prefix(position, sys.maxsize)

    def above(self, chunk: int) -> str:
        """Title and heading path above the first character of a chunk that is not white space."""
        first = self._text.position(self._showing.bounds.start[chunk : chunk + 1])
        document = int(self._chunks.document[chunk])
        return self.at(document, int(first[0] - self._text.offset[document]))

    def missing(self, chunk: int) -> str:
        """What is above a chunk and not before it; nothing where it has a prefix already."""
        return "" if self._chunks.prefixes[self._chunks.prefix[chunk]] else self.above(chunk)

    def prefixed(self, chunk: int) -> tuple[str, Extent]:
        """A chunk's text with what is above it, and what that covers and costs."""
        prefix = self.missing(chunk)
        document = int(self._chunks.document[chunk])
        start, end = int(self._chunks.start[chunk]), int(self._chunks.end[chunk])
        begin = int(self._text.offset[document])
        tokens = count_tokens(prefix, self._tokenizer)
        text = self._documents[document].text[start:end]
        return prefix + text, Extent(begin + start, begin + end, tokens)
