"""Texts that no index holds, scored by the real one (METRICS, section 6)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np

from ragcheck.diagnosis.ranking import Lists
from ragcheck.errors import ComponentError
from ragcheck.protocols import Embedder, Index, ScoringIndex


class Scorer:
    """Scores texts with the parts of one system; all texts of a call are embedded together.

    `encodings` counts the distinct texts embedded so far by purpose; empty without an embedder.
    """

    def __init__(self, lists: Lists, embedders: Sequence[Embedder], queries: Sequence[str]) -> None:
        self._parts = lists.parts
        self._embedders = embedders
        self._queries = queries
        self._counted: set[str] = set()
        self.encodings: Counter[str] = Counter()

    def scores(self, wanted: Sequence[tuple[int, str]], purpose: str) -> list[tuple[float, ...]]:
        """The score of each (row of a query, text) in every part, -inf where not retrieved.

        Raises ComponentError for an answer of another shape, or one that is not a number.
        """
        texts = list(dict.fromkeys(text for _, text in wanted))
        fresh = [text for text in texts if text not in self._counted]
        self._counted.update(fresh)
        for embedder in self._embedders if fresh else ():
            embedder.embed(fresh, kind="document")
            self.encodings[purpose] += len(fresh)
        rows: defaultdict[int, dict[str, int]] = defaultdict(dict)
        for row, text in wanted:
            rows[row].setdefault(text, len(rows[row]))
        scored = {row: self._row(row, list(own)) for row, own in rows.items()}
        return [tuple(scored[row][:, rows[row][text]].tolist()) for row, text in wanted]

    def _row(self, row: int, texts: list[str]) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
        """float64[parts, len(texts)] for one query."""
        return np.array([score(part, self._queries[row], texts) for part in self._parts])


def score(
    index: Index, query: str, texts: Sequence[str]
) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """float64[len(texts)]: what a `ScoringIndex` says, checked. Raises ComponentError."""
    name = type(index).__name__
    if not isinstance(index, ScoringIndex):
        raise ComponentError(f"index {name} has no `score`")
    found = np.asarray(index.score(query, texts), np.float64)
    if found.shape != (len(texts),) or np.isnan(found).any() or (found == np.inf).any():
        raise ComponentError(
            f"index {name} scored {len(texts)} texts with shape {found.shape} or no finite number",
            hint="`score` must return what `search` would, one number a text, -inf if not found",
        )
    return found
