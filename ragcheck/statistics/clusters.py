"""The mean of values that come in clusters, with an honest standard error.

Questions on one document succeed and fail together, so the document, not the question, is the unit
that a standard error must count.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

Values = npt.NDArray[np.float64]
Clusters = npt.NDArray[np.int64]
#: float64[questions, systems].
Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over `n` values in `groups` clusters, its standard error and degrees of freedom.

    `independent_error` is the standard error had every value been its own cluster. With fewer
    than two values, both errors and `freedom` are 0.
    """

    mean: float
    error: float
    independent_error: float
    freedom: float
    n: int
    groups: int

    @property
    def independent(self) -> bool:
        """True when every value is a cluster of its own."""
        return self.groups == self.n

    @property
    def safe_error(self) -> float:
        """`error`, or that of independent values where every cluster happens to agree exactly.

        Only the impossible 0 is replaced: holding the error above that of independent values
        throughout would make intervals of 5 documents cover 99% (measured).
        """
        # A sum of squares of rounding errors is not a spread.
        return self.error if self.error > 1e-9 * self.independent_error else self.independent_error

    def quantile(self, level: float) -> float:
        """Student t quantile at `level` (0 to 1) with this estimate's degrees of freedom."""
        return float(stdtrit(self.freedom, level))


def complete(values: Values, clusters: Clusters) -> tuple[Values, Clusters]:
    """The values that are not null (NaN) with their clusters numbered 0 .. G-1.

    A single cluster cannot say how documents differ: its values then count as independent, and
    the inference is about other questions on that one document. Raises ValueError when the
    arrays' lengths differ or a value is infinite.
    """
    rows, numbers = complete_rows(np.asarray(values, dtype=np.float64)[:, None], clusters)
    return rows[:, 0], numbers


def complete_rows(values: Matrix, clusters: Clusters) -> tuple[Matrix, Clusters]:
    """As `complete`, for the questions (rows) that have a value for every system (columns)."""
    values, clusters = np.asarray(values, dtype=np.float64), np.asarray(clusters)
    if values.ndim != 2 or clusters.shape != values.shape[:1]:
        raise ValueError(f"one cluster per question, not {clusters.shape} for {values.shape}")
    if np.isinf(values).any():
        raise ValueError("an infinite value has no mean: pass NaN for what cannot be computed")
    keep = ~np.isnan(values).any(axis=1)
    names, numbers = np.unique(clusters[keep], return_inverse=True)
    if len(names) == 1:
        numbers = np.arange(len(numbers))
    return values[keep], numbers.astype(np.int64)


def estimate(values: Values, clusters: Clusters) -> Estimate:
    """Mean and cluster-robust standard error of complete values; `clusters` as from `complete`.

    With cluster sizes n_g, h_g = n_g / n and residual totals e_g = Σ_{i in g} (x_i - mean):

        error² = Σ_g e_g² / (1 - h_g) / n²

    the bias-reduced CR2 estimator of an intercept with the Satterthwaite degrees of freedom of
    Bell & McCaffrey (2002), "Bias reduction in standard errors for linear regression with
    multi-stage samples"; Imbens & Kolesár (2016). For clusters of one size this *is* the cluster t
    with G - 1 degrees of freedom, for single questions the plain t with n - 1; only for unequal
    documents are there fewer, which G - 1 would overlook. Assumes that clusters are independent.
    """
    n = len(values)
    if n < 2:
        return Estimate(float(values[0]) if n else 0.0, 0.0, 0.0, 0.0, n, n)
    mean = float(values.mean())
    residuals = values - mean
    sizes = np.bincount(clusters)
    totals = np.bincount(clusters, weights=residuals)
    slack = 1.0 - sizes / n
    error = float(np.sqrt((totals**2 / slack).sum())) / n
    plain = float(np.sqrt((residuals**2).sum() / (n - 1) / n))
    return Estimate(mean, error, plain, freedom(sizes), n, len(sizes))


def freedom(sizes: Clusters) -> float:
    """Satterthwaite: (tr W)² / tr(W²) of the quadratic form in `estimate`, for these sizes."""
    sizes = sizes.astype(np.float64)
    n = sizes.sum()
    scaled = sizes**2 / (1.0 - sizes / n)
    crossed = (scaled.sum() ** 2 - (scaled**2).sum()) / n**2
    return float(n**2 / ((sizes**2).sum() + crossed))
