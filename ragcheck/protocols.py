"""The seams of ragcheck: what a chunker, an embedder and a retriever must do.

A component is a frozen dataclass whose fields are its options, so that the configuration table,
`--help`, the report and the cache key are the same fields. Plug-ins implement these protocols and
are found through the entry points `ragcheck.chunkers`, `ragcheck.embedders` and
`ragcheck.retrievers`, or are named as `module:object`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol, runtime_checkable

from ragcheck.records import Chunks, Document, Floats, Piece, Rankings

TextKind = Literal["query", "document"]


@runtime_checkable
class Chunker(Protocol):
    """Cuts one document into spans."""

    def chunk(self, document: Document) -> Sequence[Piece]:
        """Pieces of `document`, each with 0 <= start < end <= len(text).

        Together they should cover every character that is not white space: what no piece holds can
        never be retrieved, and is reported as an index gap. Order does not matter.
        """
        ...


@runtime_checkable
class Embedder(Protocol):
    """Turns texts into vectors whose dot product is their similarity."""

    @property
    def fingerprint(self) -> str:
        """Names everything the vectors depend on: model, revision, precision, pooling, prompts."""
        ...

    def embed(self, texts: Sequence[str], *, kind: TextKind) -> Floats:
        """float32[len(texts), d], rows of length 1 unless the model means otherwise."""
        ...


@runtime_checkable
class SpanEmbedder(Embedder, Protocol):
    """An embedder that makes the vector of a chunk from its document, not from its text alone."""

    def embed_spans(self, documents: Sequence[Document], chunks: Chunks) -> Floats:
        """float32[len(chunks), d], in the order of `chunks`, which are places in `documents`."""
        ...


@runtime_checkable
class Index(Protocol):
    """What a retriever built over the texts of one chunking."""

    def search(self, queries: Sequence[str], *, k: int) -> Rankings:
        """The best `k` texts per query (fewer where fewer match), ties in text order.

        Returns arrays of shape [len(queries), k']; k' <= k is the largest number any query has.
        A shorter search is a prefix of a longer one.
        """
        ...


@runtime_checkable
class ScoringIndex(Index, Protocol):
    """An index that can also score texts it does not hold, with its own corpus statistics."""

    def score(self, query: str, texts: Sequence[str]) -> Floats:
        """float32[len(texts)]: what `search` would have scored each text for `query`."""
        ...


@runtime_checkable
class Retriever(Protocol):
    """Ranks texts for queries."""

    def index(self, texts: Sequence[str]) -> Index:
        """An index over `texts`; position in `texts` is what `Rankings.chunk` refers to."""
        ...


@runtime_checkable
class SpanRetriever(Retriever, Protocol):
    """A retriever that may want to know where in the documents its texts stand."""

    def index_spans(self, documents: Sequence[Document], chunks: Chunks) -> Index | None:
        """An index over `chunks`, in their order; None where `index` of their texts will do."""
        ...


@runtime_checkable
class Fusion(Retriever, Protocol):
    """A retriever made of others, so that a sweep builds each part's index only once."""

    @property
    def parts(self) -> Sequence[Retriever]:
        """The retrievers whose lists are fused, in order."""
        ...

    def fuse(self, parts: Sequence[Index]) -> Index:
        """The fused index over indexes of `parts`, all built on the same texts."""
        ...
