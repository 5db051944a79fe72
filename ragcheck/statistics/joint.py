"""All differences between systems at once, with the chance that the largest of them is luck.

Systems answer the same questions, so their differences are correlated; the joint null distribution
keeps those correlations, which a Bonferroni bound throws away.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ragcheck.statistics.clusters import Clusters, Matrix, Values, freedom
from ragcheck.statistics.paired import FEW_CLUSTERS
from ragcheck.statistics.signflip import TIE, signs_in_blocks


@dataclass(frozen=True, slots=True)
class Joint:
    """The joint null distribution of the means of S systems over the same clusters.

    A draw is a row of `draws`: one number per system; the difference of two of them over `norms`
    is one draw of the statistic `observed`. `sums` float64[G, S] are what is drawn over; `few`
    says that normal multipliers are drawn, with `freedom` degrees of freedom, instead of signs.
    """

    means: Values
    observed: Matrix
    norms: Matrix
    sums: Matrix
    few: bool
    freedom: float

    def draws(self, count: int, seed: int) -> Iterator[Matrix]:
        """`count` rows in blocks that bound the memory."""
        if not self.few:
            for signs in signs_in_blocks(len(self.sums), seed, draws=count):
                yield signs @ self.sums
            return
        generator = np.random.default_rng(seed)
        normals = generator.standard_normal((count, len(self.sums))) @ self.sums
        yield normals / np.sqrt(generator.chisquare(self.freedom, (count, 1)) / self.freedom)


def joint(values: Matrix, clusters: Clusters) -> Joint:
    """The joint distribution for `values` float64[q, S] without nulls; `clusters` as `complete`d.

    With d_g the total difference of two systems on cluster g, the statistic is Σ d_g / sqrt(Σ d_g²)
    and the signs of whole clusters are flipped, for all systems together (Westfall & Young 1993,
    "Resampling-Based Multiple Testing"). Under 20 shared documents signs cannot make a small p; it
    is then the cluster t of `clusters.estimate`, and its null a multivariate t with the clusters'
    own correlations (Hothorn, Bretz & Westfall 2008, "Simultaneous inference in general parametric
    models"), drawn with normal multipliers.
    """
    questions = len(values)
    sizes = np.bincount(clusters)
    sums = by_cluster(values, clusters)
    totals = values.sum(axis=0)
    few = len(sizes) < FEW_CLUSTERS and len(sizes) < questions
    plain = None
    if few:
        centred = values - totals / questions
        sums = by_cluster(centred, clusters) / np.sqrt(1 - sizes / questions)[:, None]
        plain = _norms(centred) * np.sqrt(questions / (questions - 1))
    norms = _norms(sums)
    if plain is not None:
        norms = np.where(norms > 1e-9 * plain, norms, plain)
    gaps = totals[:, None] - totals[None, :]
    observed = gaps / np.maximum(norms, TIE)
    return Joint(totals / questions, observed, norms, sums, few, freedom(sizes))


def exceeding(draws: Values, observed: Values) -> Values:
    """How many of the largest statistics `draws` float64[rows] or [rows, m] exceed `observed`.

    Ties count half, as in `signflip.sign_flip`.
    """
    slack = TIE * np.maximum(1.0, np.abs(observed))
    above, level = draws > observed + slack, draws >= observed - slack
    return np.asarray((above.sum(axis=0) + level.sum(axis=0)) / 2)


def by_cluster(values: Matrix, clusters: Clusters) -> Matrix:
    """float64[G, S]: sums of the rows of each cluster."""
    order = np.argsort(clusters, kind="stable")
    starts = np.searchsorted(clusters[order], np.arange(int(clusters.max()) + 1))
    return np.add.reduceat(values[order], starts, axis=0)


def _norms(rows: Matrix) -> Matrix:
    """float64[S, S]: Euclidean distance between all pairs of columns, exactly 0 where equal."""
    gram = rows.T @ rows
    sizes = np.diag(gram)
    squares = sizes[:, None] + sizes[None, :] - 2 * gram
    return np.sqrt(np.where(squares > TIE * (sizes[:, None] + sizes[None, :]), squares, 0.0))
