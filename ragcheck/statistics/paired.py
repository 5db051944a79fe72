"""The paired difference of two systems on the same questions: interval, p, outcome, MDE."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, inf, isinf, sqrt
from typing import Literal

import numpy as np
from scipy.special import stdtr, stdtrit

from ragcheck.statistics.clusters import Clusters, Estimate, Values, complete, estimate
from ragcheck.statistics.signflip import Side, sign_flip

Outcome = Literal["improved", "regressed", "not separable"]

#: Under this many documents a cluster t replaces the sign flips, which could not become small.
FEW_CLUSTERS = 20
#: Under this many independent 0/1 questions Bonett-Price replaces the t interval.
FEW_QUESTIONS = 100


@dataclass(frozen=True, slots=True)
class Basis:
    """What every interval and test of one mean difference is made from.

    `mean` is the difference itself; an interval is `centre` ± quantile · `error` with `freedom`
    degrees of freedom (infinite: normal). `error` is None where no interval can be computed.
    `totals` float64[groups] are the clusters' summed differences; `changed` questions differ.
    """

    mean: float
    centre: float
    error: float | None
    freedom: float
    n: int
    groups: int
    changed: int
    totals: Values

    @property
    def few(self) -> bool:
        """True when questions share fewer than 20 documents."""
        return self.groups < FEW_CLUSTERS and self.groups < self.n

    def bound(self, level: float) -> float | None:
        """The point that the true difference stays below with probability `level`."""
        if self.error is None:
            return None
        return self.centre + float(stdtrit(self.freedom, level)) * self.error

    def p(self, side: Side, seed: int = 0) -> float:
        """How likely no difference is to look like this (p, 0 to 1).

        Sign flips by cluster; the cluster t where questions share fewer than 20 documents and
        differ at all. Questions that share none are flipped however few they are: for them the
        flips are exact, and a t on a handful of 0/1 values is not.
        """
        if not self.few or self.error is None or isinf(self.freedom):
            return sign_flip(self.totals, side=side, seed=seed)
        statistic = self.mean / self.error
        if side == "two-sided":
            return float(2 * stdtr(self.freedom, -abs(statistic)))
        return float(stdtr(self.freedom, statistic if side == "less" else -statistic))

    @property
    def mde(self) -> float | None:
        """Smallest true difference that a one-sided 5% test finds with 80% power.

        MDE = (t.95 + t.80) · error (Bloom 1995, "Minimum detectable effects").
        """
        if self.error is None:
            return None
        return float(stdtrit(self.freedom, 0.95) + stdtrit(self.freedom, 0.80)) * self.error


@dataclass(frozen=True, slots=True)
class PairedDifference:
    """Candidate minus baseline over `n` shared questions in `groups` documents.

    `low` and `high` are the 95% interval, `p` is two-sided, `mde` the smallest difference that
    these questions would have shown; `changed` questions differ. All but the counts and `p` are
    None where there is no value.
    """

    delta: float | None
    low: float | None
    high: float | None
    p: float
    outcome: Outcome
    mde: float | None
    n: int
    groups: int
    changed: int


def basis(differences: Values, clusters: Clusters) -> Basis:
    """The error of a mean paired difference; NaN where either system has no value.

    METRICS, section 7: `clusters.estimate` (cluster t when questions share documents, else t).
    Independent questions whose differences are all -1, 0 or 1, fewer than 100 of them or without
    any spread, get Bonett & Price (2012), "Adjusted Wald confidence interval for a difference of
    binomial proportions based on paired data": with b questions gained, c lost,

        b' = (b + 1)/(n + 2), c' = (c + 1)/(n + 2), error² = (b' + c' - (b' - c')²)/(n + 2)

    centred on b' - c'. Where all questions agree, documents count as one question each.
    """
    values, clusters = complete(differences, clusters)
    found = estimate(values, clusters)
    totals = np.bincount(clusters, weights=values).astype(np.float64)
    flat = len(values) < 2 or np.ptp(values) <= 1e-12 * max(1.0, abs(found.mean))
    centre, error, freedom = found.mean, None, inf
    if found.n > 1 and _signs_only(values) and (flat or _few_singles(found)):
        centre, error = _bonett_price(values, found.groups)
    elif not flat:
        error, freedom = found.safe_error, found.freedom
    changed = int(np.count_nonzero(values))
    return Basis(found.mean, centre, error, freedom, found.n, found.groups, changed, totals)


def compare(
    baseline: Values,
    candidate: Values,
    clusters: Clusters,
    *,
    better: Literal["higher", "lower"] = "higher",
    bounded: bool = True,
    seed: int = 0,
) -> PairedDifference:
    """Two systems, float64[q] each, on the same questions; `clusters` int[q] their documents.

    The outcome is a change only where p <= .05 *and* the 95% interval excludes 0, so that the two
    never contradict each other on a page. `better` says which direction improves; `bounded` that
    the measure is a share, so that the interval stays within [-1, 1].
    """
    found = basis(np.asarray(candidate) - np.asarray(baseline), clusters)
    if not found.n:
        return PairedDifference(None, None, None, 1.0, "not separable", None, 0, 0, 0)
    low, high = found.bound(0.025), found.bound(0.975)
    if bounded and low is not None and high is not None:
        low, high = max(-1.0, low), min(1.0, high)
    p = found.p("two-sided", seed)
    clear = p <= 0.05 and (low is None or high is None or low > 0 or high < 0)
    outcome: Outcome = "not separable"
    if clear:
        outcome = "improved" if (found.mean > 0) == (better == "higher") else "regressed"
    counts = found.n, found.groups, found.changed
    return PairedDifference(found.mean, low, high, p, outcome, found.mde, *counts)


def questions_needed(found: Basis, drop: float) -> int | None:
    """Questions of the same kind, over documents in proportion, whose MDE is `drop` (> 0).

    n · (MDE / drop)², rounded up: the error shrinks with the root of the number of questions.
    None where no number would do or none can be computed.
    """
    if found.mde is None or drop <= 0:
        return None
    return ceil(found.n * (found.mde / drop) ** 2)


def _signs_only(values: Values) -> bool:
    return bool(np.isin(values, (-1.0, 0.0, 1.0)).all())


def _few_singles(found: Estimate) -> bool:
    return found.independent and found.n < FEW_QUESTIONS


def _bonett_price(values: Values, trials: int) -> tuple[float, float]:
    """Centre and error for `trials` questions with these shares of gained and lost ones."""
    gained = (float((values > 0).mean()) * trials + 1) / (trials + 2)
    lost = (float((values < 0).mean()) * trials + 1) / (trials + 2)
    centre = gained - lost
    return centre, sqrt((gained + lost - centre**2) / (trials + 2))
