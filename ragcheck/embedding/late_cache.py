"""Vectors of chunks that are read in their documents, kept on disk like any others.

What is kept is the pooled vector of each chunk, under its document's text and its place in it.
Vectors of tokens are not kept: at 1.5 KB a token they would take 128 times the room of chunks of
128 tokens. Instead all chunkings of a sweep are pooled while a document is read, once.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np

from ragcheck.embedding.cache import CachedEmbedder, Progress
from ragcheck.embedding.late import DocumentEmbedder
from ragcheck.embedding.vectors import Positions
from ragcheck.errors import ComponentError
from ragcheck.protocols import Embedder, TextKind
from ragcheck.records import Chunks, Document, Floats
from ragcheck.spans import Ints


@dataclass(frozen=True, slots=True)
class Ahead:
    """What reading is ahead: distinct chunks, those of them on disk, and the texts to be read."""

    chunks: int
    cached: int
    texts: tuple[str, ...]


class LateEmbedder(CachedEmbedder):
    """A `SpanEmbedder` that asks the disk first; queries are embedded as by any other.

    What it is told to `expect` is pooled while the documents are read for the first of it.
    """

    def __init__(
        self, embedder: DocumentEmbedder, path: Path, on_progress: Progress | None = None
    ) -> None:
        self._reader = _Reader(embedder)
        super().__init__(self._reader, path, on_progress)
        self._expected: tuple[Chunks, ...] = ()
        #: Vectors made for later calls, where the disk could not take them.
        self._kept: dict[str, Floats] = {}

    def embed(self, texts: Sequence[str], *, kind: TextKind) -> Floats:
        """As `CachedEmbedder.embed`; raises ComponentError for documents."""
        if kind == "document":
            raise ComponentError(
                "mode=late embeds chunks in their documents, and no text by itself"
            )
        return super().embed(texts, kind=kind)

    def read(self, texts: Sequence[str]) -> Ints:
        """int64[n]: every text whole. The windows leave nothing of a document unread."""
        return np.array([len(text) for text in texts], np.int64)

    def expect(self, chunkings: Sequence[Chunks]) -> None:
        """Take note of all chunks of the same documents that will be asked for."""
        self._expected = tuple(chunkings)

    def ahead(self, documents: Sequence[Document], chunkings: Sequence[Chunks]) -> Ahead:
        """What making the vectors of all these chunks takes. Loads no model."""
        digests = self._reader.learn(documents)
        names = dict.fromkeys(chain.from_iterable(_names(digests, one) for one in chunkings))
        missing = self.missing(list(names), kind="document")
        unread = dict.fromkeys(name.partition(" ")[0] for name in missing)
        texts = tuple(self._reader.texts[digest] for digest in unread)
        return Ahead(len(names), len(names) - len(missing), texts)

    def embed_spans(self, documents: Sequence[Document], chunks: Chunks) -> Floats:
        """float32[len(chunks), d]: from disk, or pooled from one reading of each document.

        Prefixes are not read: they stand in no document. Raises ComponentError as the embedder.
        """
        digests = self._reader.learn(documents)
        names = _names(digests, chunks)
        if not names or self._kept.keys() >= set(names):
            return np.array([self._kept[name] for name in names], np.float32)
        if self.missing(names, kind="document"):
            later = chain.from_iterable(_names(digests, one) for one in self._expected)
            wanted = list(dict.fromkeys([*names, *self.missing(list(later), kind="document")]))
            made = super().embed(wanted, kind="document")
            if not (self._usable and self._writable):
                self._kept = dict(zip(wanted, made, strict=True))
            place = {name: number for number, name in enumerate(wanted)}
            return made[[place[name] for name in names]]
        return super().embed(names, kind="document")


def cached_embedder(embedder: Embedder, path: Path) -> CachedEmbedder:
    """The embedder with the cache under `path`: a `LateEmbedder` if it reads whole documents."""
    if isinstance(embedder, DocumentEmbedder) and embedder.late:
        return LateEmbedder(embedder, path)
    return CachedEmbedder(embedder, path)


class _Reader:
    """A document embedder whose texts are names of chunks, so that they are kept like texts."""

    def __init__(self, embedder: DocumentEmbedder) -> None:
        self._embedder = embedder
        #: The documents it was told of, by the digests that stand in names.
        self.texts: dict[str, str] = {}

    @property
    def fingerprint(self) -> str:
        return self._embedder.fingerprint

    @property
    def computed_by(self) -> str | None:
        return getattr(self._embedder, "computed_by", None)

    def learn(self, documents: Sequence[Document]) -> list[str]:
        """The digest of each document's text."""
        texts = [document.text for document in documents]
        digests = [hashlib.sha256(t.encode("utf-8", "surrogatepass")).hexdigest() for t in texts]
        self.texts.update(zip(digests, texts, strict=True))
        return digests

    def embed(self, texts: Sequence[str], *, kind: TextKind) -> Floats:
        """Vectors of queries, or of chunks by name."""
        made = list(self.stream(texts, kind=kind))
        order = np.argsort(np.concatenate([positions for positions, _ in made]))
        vectors: Floats = np.concatenate([rows for _, rows in made])[order]
        return vectors

    def stream(self, texts: Sequence[str], *, kind: TextKind) -> Iterator[tuple[Positions, Floats]]:
        """Portions of queries, or of chunks by name: those of a document together."""
        if kind == "query":
            yield np.arange(len(texts)), self._embedder.embed(texts, kind=kind)
            return
        spans = defaultdict[str, list[tuple[int, int, int]]](list)
        for position, name in enumerate(texts):
            digest, start, end = name.split(" ")
            spans[digest].append((position, int(start), int(end)))
        rows = [np.array(own, np.int64) for own in spans.values()]
        read = [self.texts[digest] for digest in spans]
        for number, vectors in self._embedder.stream_spans(read, [own[:, 1:] for own in rows]):
            yield rows[number][:, 0].astype(np.intp), vectors


def _names(digests: Sequence[str], chunks: Chunks) -> list[str]:
    """What each chunk's vector depends on beside the model: its document's text, its place."""
    places = zip(chunks.document.tolist(), chunks.start.tolist(), chunks.end.tolist(), strict=True)
    return [f"{digests[document]} {start} {end}" for document, start, end in places]
