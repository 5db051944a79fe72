"""The interval of a single mean over questions."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from scipy.special import ndtri

from ragcheck.records import Summary
from ragcheck.statistics.clusters import Clusters, Estimate, Values, complete, estimate

_NO_NULLS: Mapping[str, int] = MappingProxyType({})


def wilson(mean: float, n: float, quantile: float) -> tuple[float, float]:
    """Wilson's score interval for a share `mean` (0 to 1) of `n` > 0 trials, within [0, 1].

    With z = `quantile`: (p + z²/2n ± z sqrt(p(1 - p)/n + z²/4n²)) / (1 + z²/n). Its ends meet 0
    and 1 exactly where the share does, and its width is never 0. Source: Wilson (1927), JASA 22;
    Brown, Cai & DasGupta (2001), Statistical Science 16.
    """
    ratio = quantile**2 / n
    centre = (mean + ratio / 2) / (1 + ratio)
    half = float(np.sqrt(ratio * mean * (1 - mean) + ratio**2 / 4)) / (1 + ratio)
    low = 0.0 if mean <= 0 else max(0.0, centre - half)
    high = 1.0 if mean >= 1 else min(1.0, centre + half)
    return low, high


def mean_interval(
    values: Values,
    clusters: Clusters,
    *,
    bounded: bool = True,
    confidence: float = 0.95,
    nulls: Mapping[str, int] = _NO_NULLS,
) -> Summary:
    """Mean of one measure over the questions that have a value, with its interval.

    `values` float64[q], NaN where null; `clusters` int[q], the document of each question;
    `bounded` says that the measure is a share (0 to 1); `nulls` is handed through. METRICS,
    section 7:

    - one value: no interval. None: no mean either.
    - no spread: Wilson with n = clusters; an unbounded measure then has no interval.
    - every value 0 or 1: Wilson; where questions share documents, with the effective number of
      questions n / deff (Franco, Little, Louis & Slud 2019, "Comparative study of confidence
      intervals for proportions in complex sample surveys") and the t quantile of the clusters.
      That is our addition to the textbook interval, which takes correlated questions for
      independent ones and then covers 86 to 92% (`benchmarks/calibration.py`).
    - else mean ± t · error (`clusters.estimate`), clipped to [0, 1] when bounded.

    deff = (error / error of independent questions)². Raises ValueError as `clusters.complete` does.
    """
    values, clusters = complete(values, clusters)
    if not len(values):
        return Summary(None, None, None, 0, dict(nulls))
    found = estimate(values, clusters)
    low, high = _ends(values, found, bounded, (1 + confidence) / 2)
    return Summary(found.mean, low, high, found.n, dict(nulls))


def _ends(
    values: Values, found: Estimate, bounded: bool, level: float
) -> tuple[float | None, float | None]:
    """Both ends of the interval, or None where there is none."""
    if found.n < 2:
        return None, None
    if np.ptp(values) <= 1e-12 * max(1.0, abs(found.mean)):
        if not bounded:
            return None, None
        return wilson(min(max(found.mean, 0.0), 1.0), found.groups, float(ndtri(level)))
    if bounded and np.isin(values, (0.0, 1.0)).all():
        if found.independent:
            return wilson(found.mean, found.n, float(ndtri(level)))
        design = (found.safe_error / found.independent_error) ** 2
        return wilson(found.mean, found.n / design, found.quantile(level))
    reach = found.quantile(level) * found.safe_error
    low, high = found.mean - reach, found.mean + reach
    return (max(0.0, low), min(1.0, high)) if bounded else (low, high)
