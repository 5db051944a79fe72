"""Rank measures that do not depend on the chunker (METRICS, section 5).

They see only the rank at which each item is complete. Functions return float64[q, c], with values
where the cut-off is a number of chunks and NaN at budgets.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ragcheck.measures.corpus import Reals
from ragcheck.measures.judging import Judged
from ragcheck.measures.ranges import group_sums
from ragcheck.spans import Ints


@dataclass(frozen=True, slots=True, eq=False)
class _Completions:
    """Items in order of completion: `place` j from 1, `rank` e_j; k of each cut-off."""

    place: Ints
    rank: Ints
    first: Ints
    cutoff: Reals

    @classmethod
    def of(cls, judged: Judged) -> _Completions:
        never = np.iinfo(np.int64).max
        rank = np.where(judged.completion > 0, judged.completion, never)
        question, first = judged.items.question, judged.items.first
        rank = rank[np.lexsort((rank, question))]
        place = np.arange(len(rank)) - first[question] + 1
        cutoff = np.array([c.value if c.unit == "k" else np.nan for c in judged.cuts])
        return cls(place, np.maximum(rank, place), first, cutoff)

    def gain(self, values: Reals) -> Reals:
        """Sum of the items' values over those complete by each cut-off: float64[q, c]."""
        reached = self.rank[:, None] <= self.cutoff
        return group_sums(values[:, None] * reached, self.first)

    def ideal(self) -> Reals:
        """min(m, k) of each question and cut-off, NaN at budgets and without items."""
        items = np.diff(self.first).astype(np.float64)
        items[items == 0] = np.nan
        return np.where(np.isnan(self.cutoff), np.nan, np.minimum(items[:, None], self.cutoff))


def ndcg(judged: Judged) -> Reals:
    """Discounted gain of the items complete by k, over that of the best order."""
    completions = _Completions.of(judged)
    gain = completions.gain(1 / np.log2(completions.rank + 1.0))
    ideal = completions.ideal()
    known = ~np.isnan(ideal)
    deepest = int(ideal[known].max(initial=0))
    best = np.append(np.nan, np.cumsum(1 / np.log2(np.arange(deepest) + 2)))
    return np.asarray(gain / best[np.where(known, ideal, 0).astype(np.int64)])


def average_precision(judged: Judged) -> Reals:
    """Mean of j / e_j over the first min(m, k) items, 0 for those not complete by k."""
    completions = _Completions.of(judged)
    return completions.gain(completions.place / completions.rank) / completions.ideal()


def reciprocal_rank(judged: Judged) -> Reals:
    """1 over the rank at which the first item is complete, 0 where none is by k."""
    completions = _Completions.of(judged)
    gain = completions.gain((completions.place == 1) / completions.rank)
    return np.where(np.isnan(completions.ideal()), np.nan, gain)
