"""Hybrid retrieval: two ranked lists made one, by rank or by score."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
import numpy.typing as npt

from ragcheck.errors import ConfigError
from ragcheck.protocols import Index, Retriever
from ragcheck.records import Rankings
from ragcheck.retrieval.ranking import Positions, Scores, pack, top

Doubles = npt.NDArray[np.float64]

_K, _WEIGHT = 60, 0.5


@dataclass(frozen=True)
class Hybrid:
    """Two retrievers over the same texts, each giving its `pool` best; at most 2 x `pool` found.

    `rrf` (Cormack et al., SIGIR 2009) adds 1 / (k + rank) of each list. `weighted` adds scores
    scaled to 0..1 between the worst and the best of each list's pool (all equal: 1), `weight` times
    the first and 1 - `weight` times the second. A text missing from a list gets 0 from it.
    """

    version: ClassVar[int] = 1

    first: Retriever
    """One retriever, `bm25` unless told otherwise."""
    second: Retriever
    """The other, `dense` unless told otherwise."""
    fusion: Literal["rrf", "weighted"] = "rrf"
    """By reciprocal rank, or by weighted score."""
    k: int = _K
    """Constant of `rrf`, >= 0: larger values let lower ranks count more."""
    pool: int = 100
    """How many of each list are fused, >= 1."""
    weight: float = _WEIGHT
    """Share of the first list in `weighted`, 0 to 1."""

    def __post_init__(self) -> None:
        if self.fusion not in ("rrf", "weighted"):
            _refuse("fusion", self.fusion, "one of rrf, weighted")
        if not 0 <= self.k < math.inf:
            _refuse("k", self.k, "a number of at least 0")
        if self.pool < 1:
            _refuse("pool", self.pool, "at least 1")
        if not 0 <= self.weight <= 1:
            _refuse("weight", self.weight, "a number from 0 to 1")
        idle, default = ("weight", _WEIGHT) if self.fusion == "rrf" else ("k", _K)
        if getattr(self, idle) != default:
            raise ConfigError(
                f"hybrid {idle}: has no effect with fusion {self.fusion}",
                hint=f"leave {idle} out, or choose the other fusion",
            )

    @property
    def parts(self) -> tuple[Retriever, Retriever]:
        """The two retrievers, in order."""
        return self.first, self.second

    def index(self, texts: Sequence[str]) -> HybridIndex:
        """Both indexes over `texts`, fused."""
        return self.fuse([part.index(texts) for part in self.parts])

    def fuse(self, parts: Sequence[Index]) -> HybridIndex:
        """The fused index over two indexes of the same texts, in the order of `parts`."""
        first, second = parts
        return HybridIndex(self, first, second)

    def merge(self, lists: Sequence[tuple[Positions, Scores]], k: int) -> tuple[Positions, Doubles]:
        """The best `k` of one query's two lists (texts and scores, best first), with their points.

        Points are float64; ties stand in text order.
        """
        points = [
            share * self._points(scores)
            for share, (_, scores) in zip(self._shares, lists, strict=True)
        ]
        texts, place = np.unique(np.concatenate([texts for texts, _ in lists]), return_inverse=True)
        fused = np.asarray(np.bincount(place, np.concatenate(points), len(texts)), np.float64)
        best = top(fused, k)
        return texts[best], fused[best]

    @property
    def _shares(self) -> tuple[float, float]:
        return (1.0, 1.0) if self.fusion == "rrf" else (self.weight, 1 - self.weight)

    def _points(self, scores: Scores) -> Doubles:
        """What each place of a list is worth, before its share: float64, 0 to 1."""
        if self.fusion == "rrf":
            return 1 / (self.k + np.arange(1.0, len(scores) + 1))
        exact = scores.astype(np.float64)
        spread = np.ptp(exact) if len(exact) else 0.0
        return (exact - exact.min()) / spread if spread else np.ones(len(exact))


class HybridIndex:
    """Searches both parts and fuses what they find."""

    def __init__(self, model: Hybrid, first: Index, second: Index) -> None:
        self._model = model
        self._parts = first, second

    def search(self, queries: Sequence[str], *, k: int) -> Rankings:
        """The best `k` of the fused pools per query, ties in text order."""
        lists = [part.search(queries, k=self._model.pool) for part in self._parts]
        return pack(
            [
                self._model.merge([_found(found, row) for found in lists], k)
                for row in range(len(queries))
            ]
        )


def _found(rankings: Rankings, row: int) -> tuple[Positions, Scores]:
    """One query's texts and scores, without padding."""
    chunk = rankings.chunk[row]
    there = chunk >= 0
    return chunk[there].astype(np.intp), rankings.score[row][there]


def _refuse(option: str, value: object, wanted: str) -> None:
    raise ConfigError(f"hybrid {option}: {value!r} is not {wanted}")
