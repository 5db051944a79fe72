"""A system's rankings of the missed questions, and what they become when scores change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ragcheck.diagnosis.case import Searcher
from ragcheck.protocols import Index, Retriever, ScoringIndex
from ragcheck.records import Rankings
from ragcheck.retrieval.hybrid import Hybrid
from ragcheck.spans import Ints

Doubles = npt.NDArray[np.float64]

#: The number of a text in a ranking that is no chunk.
INJECTED = -1
#: Scores that differ by less, as a share of the best of the list, are equal: the same text, scored
#: in another batch, may differ in the last bits of a float32, and a small score in more of them.
_TIE = 1e-6


@dataclass(frozen=True, slots=True)
class Scored:
    """A text and its score in each part of the system, -inf where that does not retrieve it.

    `chunk` is the chunk whose score this replaces, or `INJECTED`.
    """

    chunk: int
    scores: Sequence[float]


@dataclass(frozen=True, slots=True)
class Deep:
    """How deep to search.

    `depth` is what shall be known of a ranking after `spare` chunks were taken away from it;
    `size` > 0 is the number of chunks there are.
    """

    depth: int
    spare: int
    size: int


class Lists:
    """What each part of a system retrieved for some queries, by row, and how these make a ranking.

    A plain retriever is one part. `Hybrid` is fused again after every change, its pool refilled;
    any other fusion is taken as it is, and nothing can be changed in it.
    """

    def __init__(self, searcher: Searcher, queries: Sequence[str], deep: Deep) -> None:
        model = searcher.retriever
        self._model = model if isinstance(model, Hybrid) and searcher.parts else None
        self._depth = self._model.pool if self._model else deep.depth
        self.parts: tuple[Index, ...] = searcher.parts if self._model else (searcher.index,)
        self.models: tuple[Retriever, ...] = self._model.parts if self._model else (model,)
        asked = min(self._depth + deep.spare, deep.size)
        self._asked = asked if asked < deep.size else deep.size + 1  # then nothing lies deeper
        self._found = [part.search(queries, k=asked) for part in self.parts]

    @property
    def unscored(self) -> str:
        """Why no text can be injected, or nothing if it can."""
        for model, part in zip(self.models, self.parts, strict=True):
            if not isinstance(part, ScoringIndex):
                return f"{type(model).__name__} cannot score texts that it does not hold"
        return ""

    def order(self, row: int) -> Ints:
        """Chunks as the system ranks them, best first, as deep as was searched."""
        return self._fused([self._list(found, row) for found in self._found])

    def pool(self, row: int, size: int) -> tuple[Ints, Doubles]:
        """The `size` best chunks of the ranking with falling scores, to be fused by rank."""
        order = self.order(row)[:size]
        return order, -np.arange(len(order), dtype=np.float64)

    def changed(self, row: int, gone: Ints, fresh: Sequence[Scored]) -> Ints:
        """The ranking without the chunks `gone` and with the texts `fresh` at their scores.

        A fresh text stands before chunks of the same score. It is left out where no part retrieves
        it as deep as was searched.
        """
        away = np.append(gone, np.array([text.chunk for text in fresh], np.int64))
        lists = []
        for part, found in enumerate(self._found):
            chunk, score = self._list(found, row)
            full = len(chunk) == self._asked
            floor = score[-1] if full and len(score) else -np.inf
            keep = ~np.isin(chunk, away)
            added = [(text.scores[part], text.chunk) for text in fresh]
            lists.append(_with(chunk[keep], score[keep], added, floor))
        return self._fused(lists)

    def _list(self, found: Rankings, row: int) -> tuple[Ints, Doubles]:
        chunk = np.asarray(found.chunk[row], np.int64)
        there = chunk >= 0
        return chunk[there], np.asarray(found.score[row][there], np.float64)

    def _fused(self, lists: Sequence[tuple[Ints, Doubles]]) -> Ints:
        if self._model is None:
            return lists[0][0]
        pools = [(chunk[: self._depth], score[: self._depth]) for chunk, score in lists]
        return np.asarray(self._model.merge(pools, len(pools) * self._depth)[0], np.int64)


def _with(
    chunk: Ints, score: Doubles, added: Sequence[tuple[float, int]], floor: float
) -> tuple[Ints, Doubles]:
    """A list with more texts at their scores; those not retrieved or below `floor` are left out."""
    best = sorted((-value, number) for value, number in added if value > -np.inf and value >= floor)
    numbers = np.array([number for _, number in best], np.int64)
    values = -np.array([value for value, _ in best], np.float64)
    at = np.searchsorted(-score, -(values + _TIE * np.abs(score).max(initial=0.0)))
    return np.insert(chunk, at, numbers), np.insert(score, at, values)
