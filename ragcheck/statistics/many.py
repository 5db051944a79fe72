"""Many comparisons at once: Holm over measures, max-T over systems."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ragcheck.statistics.clusters import Clusters, Matrix, Values, complete_rows
from ragcheck.statistics.joint import exceeding, joint
from ragcheck.statistics.signflip import DRAWS, TIE


def holm(p: Sequence[float]) -> list[float]:
    """Holm-adjusted p values, in the order given: reject where the adjusted one is <= alpha.

    The i-th smallest of m becomes max over j <= i of min(1, (m - j + 1) p_(j)). Keeps the chance of
    any false alarm under alpha whatever the dependence. Source: Holm (1979), Scand. J. Stat. 6.
    """
    values = np.asarray(p, dtype=np.float64)
    order = np.argsort(values, kind="stable")
    stepped = np.maximum.accumulate(values[order] * np.arange(len(values), 0, -1))
    adjusted = np.empty_like(values)
    adjusted[order] = np.minimum(1.0, stepped)
    return [float(value) for value in adjusted]


def max_t(values: Matrix, clusters: Clusters, *, baseline: int, seed: int = 0) -> Values:
    """Two-sided p (0 to 1) of each system against `baseline`, adjusted for looking at all of them.

    `values` float64[q, S], `clusters` int[q]; questions that are null for any system are left out.
    p_s = share of the joint null draws whose largest |T| over all systems exceeds |T_s| (`joint`),
    ties half, the observed one counted as one more draw. The baseline's own is 1, and so is every
    p where no question is left.
    """
    values, clusters = complete_rows(values, clusters)
    result = np.ones(values.shape[1])
    others = np.arange(values.shape[1]) != baseline
    if len(values) < 2 or not others.any():
        return result
    found = joint(values, clusters)
    norms = found.norms[others, baseline]
    observed = np.abs(found.observed[others, baseline])
    counts = np.zeros(int(others.sum()))
    for rows in found.draws(DRAWS, seed):
        gaps = np.abs(rows[:, others] - rows[:, [baseline]])
        largest = np.divide(gaps, norms, out=np.zeros_like(gaps), where=norms > 0).max(axis=1)
        counts += exceeding(largest[:, None], observed)
    # Both tails tie at no difference at all, which must then count whole.
    result[others] = np.where(observed > TIE, (0.5 + counts) / (1 + DRAWS), 1.0)
    return result
