"""Dense retrieval: exact search by dot product over the vectors of an embedder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ragcheck.embedding.vectors import checked
from ragcheck.protocols import Embedder, TextKind
from ragcheck.records import Floats, Rankings
from ragcheck.retrieval.ranking import pack, top

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


class DenseIndex:
    """The vectors of distinct texts, and which of them each text has."""

    def __init__(self, embedder: Embedder, texts: Sequence[str]) -> None:
        self._embedder = embedder
        place: dict[str, int] = {}
        # Equal texts share one vector and one product, so that they tie exactly, whatever the
        # embedder's batches and the edges of a matrix product do to the last bit.
        self._vector = np.array([place.setdefault(text, len(place)) for text in texts], np.intp)
        self._vectors = _embed(embedder, list(place), "document")

    def search(self, queries: Sequence[str], *, k: int) -> Rankings:
        """The best `k` texts per query by dot product (float32), ties in text order."""
        if not len(self._vector):
            return pack([(self._vector, np.empty(0, np.float32))] * len(queries))
        wanted = _embed(self._embedder, queries, "query")
        repeated = len(self._vector) > len(self._vectors)
        step = max(1, _BLOCK // len(self._vector))
        rows = []
        for start in range(0, len(wanted), step):
            block = wanted[start : start + step] @ self._vectors.T
            for scores in block[:, self._vector] if repeated else block:
                best = top(scores, k)
                rows.append((best, scores[best]))
        return pack(rows)

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
