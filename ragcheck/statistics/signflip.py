"""Paired sign-flip permutation: how often chance alone makes a mean difference this large.

Under the null hypothesis the two systems are exchangeable on every cluster, so the sign of each
cluster's total difference is a fair coin (Fisher 1935; Good 2005, "Permutation, Parametric and
Bootstrap Tests"). Clusters without a difference say nothing and drop out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import numpy as np
from scipy.special import bdtrc

from ragcheck.statistics.clusters import Matrix, Values

#: What the alternative hypothesis says about the mean difference, in scipy's words.
Side = Literal["two-sided", "less", "greater"]

#: Up to this many clusters that differ, every assignment of signs is enumerated.
EXACT_CLUSTERS = 16
#: Beyond that, so many assignments are drawn.
DRAWS = 10_000
#: Sums that differ by less than this share of their size are tied.
TIE = 1e-9
_BLOCK_SIGNS = 4_000_000


def sign_flip(totals: Values, *, side: Side = "two-sided", seed: int = 0) -> float:
    """Mid-p (0 to 1) of the sum of `totals` float64[G], one total difference per cluster.

    With m non-zero totals, p = the share of the 2^m sign assignments whose sum is more extreme,
    plus half the share that ties with the observed one; two-sided is twice the smaller tail. Exact
    by enumeration up to 16 clusters, and exact for any number where all totals have the same size
    (single 0/1 questions): the sum is then binomial, which is McNemar's test. Otherwise from
    10,000 seeded draws, the observed assignment counted as one more (Phipson & Smyth 2010: never
    0). Nothing differs: 1.

    Counting ties whole would keep every single m under its level, but most questions agree, m is
    small and the test then hardly ever finds anything (measured: a null rate of 1% and a power of
    .17 at 50 questions). Mid-p is what Fagerland, Lydersen & Laake (2013), "The McNemar test for
    binary matched-pairs data", recommend instead; `benchmarks/calibration` holds its rate.
    """
    sizes = np.abs(totals)
    totals = totals[sizes > TIE * sizes.max(initial=0.0)]
    if not len(totals):
        return 1.0
    if side != "two-sided":
        return _upper(-totals if side == "less" else totals, seed)
    return min(1.0, 2.0 * _upper(totals if totals.sum() >= 0 else -totals, seed))


def _upper(totals: Values, seed: int) -> float:
    """P(S > s) + P(S = s) / 2 of the randomly signed sum S; no total is zero."""
    sizes = np.abs(totals)
    count = len(totals)
    if np.ptp(sizes) <= TIE * sizes[0]:
        # P(X > k) and P(X > k - 1): X is binomial(m, 1/2), k totals have the alternative's sign.
        above = int((totals > 0).sum())
        return float(bdtrc(above, count, 0.5) + bdtrc(above - 1, count, 0.5)) / 2
    total, slack = float(totals.sum()), TIE * float(sizes.sum())
    if count <= EXACT_CLUSTERS:
        codes = np.arange(1 << count)[:, None] >> np.arange(count) & 1
        return _weight((2.0 * codes - 1.0) @ totals, total, slack) / (1 << count)
    blocks = signs_in_blocks(count, seed)
    return (0.5 + sum(_weight(signs @ totals, total, slack) for signs in blocks)) / (1 + DRAWS)


def _weight(sums: Values, total: float, slack: float) -> float:
    """How many sums exceed `total`, those within `slack` of it counted half."""
    return float((sums > total + slack).sum() + (sums >= total - slack).sum()) / 2


def signs_in_blocks(count: int, seed: int, draws: int = DRAWS) -> Iterator[Matrix]:
    """`draws` x `count` random signs (-1.0, 1.0), in blocks of rows that bound the memory."""
    generator = np.random.default_rng(seed)
    rows = max(1, _BLOCK_SIGNS // count)
    for first in range(0, draws, rows):
        shape = (min(rows, draws - first), -(-count // 8))
        bits = np.unpackbits(generator.integers(0, 256, shape, dtype=np.uint8), axis=1)
        yield 2.0 * bits[:, :count].astype(np.float64) - 1.0
