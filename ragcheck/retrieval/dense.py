"""Dense retrieval: exact search by dot product over the vectors of an embedder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ragcheck.embedding.vectors import Positions, checked
from ragcheck.protocols import Embedder, SpanEmbedder, TextKind
from ragcheck.records import Chunks, Document, Floats, Rankings
from ragcheck.retrieval.ranking import Best, pack

#: Scores held at once, float32: 64 MiB.
_BLOCK = 1 << 24


@dataclass(frozen=True)
class Dense:
    """Similarity of meaning: every vector is compared, so nothing is lost to the index."""

    version: ClassVar[int] = 1

    embedder: Embedder
    """What turns texts into vectors."""

    def index(self, texts: Sequence[str]) -> DenseIndex:
        """Embed `texts`, each distinct one once. Raises ComponentError if that fails."""
        return DenseIndex(self.embedder, texts)

    def index_spans(self, documents: Sequence[Document], chunks: Chunks) -> VectorIndex | None:
        """An index that scores no other text, if the embedder reads chunks in their documents."""
        if not isinstance(self.embedder, SpanEmbedder):
            return None
        made = self.embedder.embed_spans(documents, chunks)
        vectors = checked(made, chunks.texts(documents), self.embedder)
        place: dict[bytes, int] = {}
        numbers = [place.setdefault(row.tobytes(), len(place)) for row in vectors]
        _, first = np.unique(np.array(numbers, np.intp), return_index=True)
        return VectorIndex(self.embedder, np.array(numbers, np.intp), vectors[first])


class VectorIndex:
    """Distinct vectors, and which of them each text has: `vector` intp[n], a row of `vectors`.

    Texts of one vector share one product, so that they tie exactly, whatever the embedder's batches
    and the edges of a matrix product do to the last bit.
    """

    def __init__(self, embedder: Embedder, vector: Positions, vectors: Floats) -> None:
        self._embedder = embedder
        self._vector = vector
        self._vectors = vectors

    def search(self, queries: Sequence[str], *, k: int) -> Rankings:
        """The best `k` texts per query by dot product (float32), ties in text order.

        Vectors are read once and in order, a block at a time, so that they may be memory-mapped.
        """
        depth = min(k, len(self._vectors))
        if not depth or not len(queries):
            return pack([(np.empty(0, np.intp), np.empty(0, np.float32))] * len(queries))
        wanted = _embed(self._embedder, queries, "query")
        best = Best(len(wanted), depth)
        step = max(1, _BLOCK // len(wanted))
        # One memory for all products: fresh memory would cost a tenth of their time.
        memory = np.empty(len(wanted) * min(step, len(self._vectors)), np.float32)
        for start in range(0, len(self._vectors), step):
            part = self._vectors[start : start + step]
            product = memory[: len(wanted) * len(part)].reshape(len(wanted), len(part))
            best.add(np.matmul(wanted, part.T, out=product))
        return self._of_texts(best.rankings(), k)

    def _of_texts(self, found: Rankings, k: int) -> Rankings:
        """Rankings of texts from those of vectors, of which several texts may have one.

        The best `k` vectors, numbered by the first text that has them, hold the best `k` texts:
        the first text of each stands before every text that a worse one has.
        """
        if len(self._vector) == len(self._vectors):
            return found
        order = np.argsort(self._vector, kind="stable")
        first = np.searchsorted(self._vector[order], np.arange(len(self._vectors) + 1))
        rows = []
        for vectors, scores in zip(found.chunk, found.score, strict=True):
            texts = np.concatenate([order[first[v] : first[v + 1]][:k] for v in vectors])
            repeated = np.repeat(scores, np.minimum(first[vectors + 1] - first[vectors], k))
            chosen = np.lexsort((texts, -repeated))[:k]
            rows.append((texts[chosen], repeated[chosen]))
        return pack(rows)


class DenseIndex(VectorIndex):
    """The vectors of distinct texts; scores texts that it does not hold as well."""

    def __init__(self, embedder: Embedder, texts: Sequence[str]) -> None:
        place: dict[str, int] = {}
        vector = np.array([place.setdefault(text, len(place)) for text in texts], np.intp)
        super().__init__(embedder, vector, _embed(embedder, list(place), "document"))

    def score(self, query: str, texts: Sequence[str]) -> Floats:
        """float32[len(texts)]: similarity of other texts, embedded as documents, to `query`."""
        if not len(texts):
            return np.empty(0, np.float32)
        scores: Floats = (
            _embed(self._embedder, texts, "document") @ _embed(self._embedder, [query], "query")[0]
        )
        return scores


def _embed(embedder: Embedder, texts: Sequence[str], kind: TextKind) -> Floats:
    """Vectors of `texts`; raises ComponentError unless float32[len(texts), d], all finite."""
    if not len(texts):
        return np.empty((0, 0), np.float32)
    return checked(embedder.embed(texts, kind=kind), texts, embedder)
