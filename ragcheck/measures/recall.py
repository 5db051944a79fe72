"""How much of what a question needs is in the context (METRICS, section 2).

Functions return float64[q, c], or float64[q] where there is no cut-off; NaN where there is no
value. Items are whole when their coverage is 1.
"""

from __future__ import annotations

import numpy as np

from ragcheck.measures.corpus import Reals
from ragcheck.measures.judging import Judged
from ragcheck.measures.ranges import group_sums, ratio


def weighted(judged: Judged, values: Reals) -> Reals:
    """Means of item values [i] or [i, c] over the items of each question, by weight."""
    weight = judged.items.weight.reshape(-1, *[1] * (values.ndim - 1))
    return ratio(
        group_sums(weight * values, judged.items.first),
        # The same additions in the same order: a question with everything found has exactly 1.
        group_sums(np.broadcast_to(weight, values.shape), judged.items.first),
    )


def recall(judged: Judged) -> Reals:
    """Share of the items that are whole in the context."""
    return weighted(judged, (judged.coverage >= 1).astype(np.float64))


def recall_half(judged: Judged) -> Reals:
    """Share of the items of which at least half is in the context."""
    return weighted(judged, (judged.coverage >= 0.5).astype(np.float64))


def touched(judged: Judged) -> Reals:
    """Share of the items of which anything is in the context."""
    return weighted(judged, (judged.coverage > 0).astype(np.float64))


def any_item(judged: Judged) -> Reals:
    """1 where at least one item is whole, else 0."""
    return (_whole(judged) > 0).astype(np.float64)


def all_items(judged: Judged) -> Reals:
    """1 where every item is whole, else 0."""
    complete = _whole(judged) == np.diff(judged.items.first)[:, None]
    return np.asarray(complete, dtype=np.float64)


def char_recall(judged: Judged) -> Reals:
    """Mean coverage of the items by their length in units."""
    length = judged.items.length[:, None] * np.ones_like(judged.coverage)
    first = judged.items.first
    return ratio(group_sums(length * judged.coverage, first), group_sums(length, first))


def recall_auc(judged: Judged) -> Reals:
    """Area under recall over the logarithm of the budget, as a share: float64[q].

    Trapezoids between the budgets asked for; NaN with fewer than two of them.
    """
    columns = list(judged.grid)
    if len(columns) < 2:
        return np.full(len(judged.shown), np.nan)
    budget = np.log([judged.cuts[column].value for column in columns])
    area = np.trapezoid(recall(judged)[:, columns], budget, axis=1)
    return np.asarray(area / (budget[-1] - budget[0]))


def ceiling(judged: Judged) -> Reals:
    """Recall of the best ranking there could be of the same chunks (METRICS, section 4).

    Where that is only bounded from below, no less than the recall that was reached.
    """
    return np.maximum(judged.ceilings.share, recall(judged))


def _whole(judged: Judged) -> Reals:
    return group_sums((judged.coverage >= 1).astype(np.float64), judged.items.first)
