"""Choosing among systems, and what the chosen one really scores."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ragcheck.records import Summary
from ragcheck.statistics.clusters import Clusters, Matrix, Values, complete_rows
from ragcheck.statistics.intervals import mean_interval
from ragcheck.statistics.joint import by_cluster, exceeding, joint
from ragcheck.statistics.signflip import DRAWS

Mask = npt.NDArray[np.bool_]
#: Picks one system (a column) from the questions it is shown.
Rule = Callable[[Matrix, Clusters], int]

FOLDS = 10
#: The rule is run again for every fold; there, fewer draws do.
_FOLD_DRAWS = 1_000
_BOOTSTRAPS = 2_000
_BLOCK = 4_000_000
#: Means closer than this are tied: rounding must not choose.
_TIED = 1e-12


@dataclass(frozen=True, slots=True)
class Score:
    """The mean of a chosen system: `naive` on the questions that chose it, `honest` cross-fitted.

    The naive one flatters: of 50 systems the best looks 2.5 points better than it is at 100
    questions (METRICS, section 7).
    """

    naive: float
    honest: Summary


@dataclass(frozen=True, slots=True)
class Selection:
    """What a sweep may conclude over the `n` questions that every system has a value for.

    `best` has the highest mean (ties: first); `p_best` float64[S] sums to 1; `indifferent` bool[S]
    are the systems not separable from the best; `recommended` is the cheapest of those.
    """

    best: int
    p_best: Values
    indifferent: Mask
    recommended: int
    best_score: Score
    recommended_score: Score
    n: int


def select(values: Matrix, clusters: Clusters, costs: Values, *, seed: int = 0) -> Selection | None:
    """Best, indifference set, recommendation and honest scores of S systems.

    `values` float64[q, S], shares (0 to 1) of which more is better; `clusters` int[q]; `costs`
    float64[S], such as mean context tokens (NaN: unknown, never cheapest). Questions that are null
    for any system are left out; None where none remains.
    """
    values, clusters = complete_rows(values, clusters)
    if not values.size:
        return None
    means = values.mean(axis=0)
    members = indifference_set(values, clusters, seed=seed)
    best, recommended = _best(means), cheapest(members, costs, means)

    def cheap(rows: Matrix, documents: Clusters) -> int:
        kept = indifference_set(rows, documents, draws=_FOLD_DRAWS, seed=seed)
        return cheapest(kept, costs, rows.mean(axis=0))

    return Selection(
        best,
        probability_best(values, clusters, seed=seed),
        members,
        recommended,
        Score(float(means[best]), cross_fitted(values, clusters, seed=seed)),
        Score(float(means[recommended]), cross_fitted(values, clusters, rule=cheap, seed=seed)),
        len(values),
    )


def indifference_set(
    values: Matrix,
    clusters: Clusters,
    *,
    alpha: float = 0.05,
    draws: int = DRAWS,
    seed: int = 0,
) -> Mask:
    """bool[S]: the systems that no other system beats; the best of the sample is always one.

    System s leaves when max_j T_js, over all others j, exceeds the 1 - alpha quantile of that
    maximum under the joint null (`joint`; one-sided, so one max-T test per system). The truly best
    system leaves with probability <= alpha, however many systems there are: comparing only with
    the best of the *sample* would forget that it was chosen for looking best. Source: Hsu (1984),
    multiple comparisons with the best; Mogstad, Romano, Shaikh & Wilhelm (2024), "Inference for
    ranks". `values` float64[q, S] without nulls.
    """
    values, clusters = complete_rows(values, clusters)
    systems = values.shape[1]
    if len(values) < 2:
        return np.ones(systems, dtype=np.bool_)
    found = joint(values, clusters)
    observed = found.observed.max(axis=0)
    inverse = np.divide(1.0, found.norms, out=np.zeros_like(found.norms), where=found.norms > 0)
    counts = np.zeros(systems)
    for rows in found.draws(draws, seed):
        for system in range(systems):
            largest = ((rows - rows[:, [system]]) * inverse[:, system]).max(axis=1)
            counts[system] += exceeding(largest, observed[system])
    members: Mask = (0.5 + counts) / (1 + draws) > alpha
    members[_best(found.means)] = True
    return members


def cheapest(members: Mask, costs: Values, means: Values) -> int:
    """The member with the least cost; ties: the higher mean, then the first."""
    known = np.where(np.isnan(costs), np.inf, costs)
    order = np.lexsort((np.arange(len(means)), -means, known, ~members))
    return int(order[0])


def probability_best(values: Matrix, clusters: Clusters, *, seed: int = 0) -> Values:
    """float64[S]: how often each system has the highest mean when documents are drawn again.

    Cluster bootstrap, 2,000 seeded resamples of G clusters with replacement (Davison & Hinkley
    1997); tied systems share. A description, not a test: with few documents it is too sure.
    """
    values, clusters = complete_rows(values, clusters)
    if not len(values):
        return np.full(values.shape[1], np.nan)
    groups = int(clusters.max()) + 1
    sums, sizes = by_cluster(values, clusters), np.bincount(clusters).astype(np.float64)
    generator = np.random.default_rng(seed)
    wins = np.zeros(values.shape[1])
    step = max(1, _BLOCK // groups)
    for first in range(0, _BOOTSTRAPS, step):
        rows = min(step, _BOOTSTRAPS - first)
        picked = generator.integers(0, groups, (rows, groups)) + np.arange(rows)[:, None] * groups
        weights = np.bincount(picked.ravel(), minlength=rows * groups).reshape(rows, groups)
        means = (weights @ sums) / (weights @ sizes)[:, None]
        top = means >= means.max(axis=1, keepdims=True) - _TIED
        wins += (top / top.sum(axis=1, keepdims=True)).sum(axis=0)
    return wins / _BOOTSTRAPS


def cross_fitted(
    values: Matrix, clusters: Clusters, *, rule: Rule | None = None, seed: int = 0
) -> Summary:
    """Mean and interval of "the chosen one" on questions that did not choose it.

    Documents are dealt into 10 folds (as many as there are documents, if fewer); for each, `rule`
    (default: the highest mean) chooses on the other folds and is scored on this one. Estimates
    what choosing on nine tenths of the questions brings, so it errs to the low side. Source:
    Stone (1974), "Cross-validatory choice"; Varma & Simon (2006) on its bias without the folds.
    One question, or none: no score. `values` as in `select`.
    """
    values, clusters = complete_rows(values, clusters)
    if len(values) < 2:
        return Summary(None, None, None, 0)
    choose = rule or (lambda rows, _: _best(rows.mean(axis=0)))
    fold = deal(clusters, FOLDS, seed)
    scores = np.empty(len(values))
    for number in range(int(fold.max()) + 1):
        held = fold == number
        scores[held] = values[held, choose(values[~held], clusters[~held])]
    return mean_interval(scores, clusters)


def deal(clusters: Clusters, folds: int, seed: int) -> Clusters:
    """int[q]: the fold of every question. No cluster is split; folds are as even as can be.

    Shuffled clusters go, largest first, to the fold that holds the fewest questions.
    """
    sizes = np.bincount(clusters)
    shuffled = np.random.default_rng(seed).permutation(len(sizes))
    order = shuffled[np.argsort(-sizes[shuffled], kind="stable")]
    heap = [(0, fold) for fold in range(min(folds, len(sizes)))]
    owner = np.empty(len(sizes), dtype=np.int64)
    for cluster in order:
        load, fold = heapq.heappop(heap)
        owner[cluster] = fold
        heapq.heappush(heap, (load + int(sizes[cluster]), fold))
    return owner[clusters]


def _best(means: Values) -> int:
    """The first of the systems with the highest mean."""
    return int(np.argmax(means >= means.max() - _TIED))
