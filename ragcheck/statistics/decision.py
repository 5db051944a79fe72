"""Did a measure drop? FAIL, PASS, or the questions cannot tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ragcheck.statistics.clusters import Clusters, Values
from ragcheck.statistics.many import holm
from ragcheck.statistics.paired import Basis, basis, questions_needed

#: A drop of exactly the tolerance is allowed, and rounding of a mean must not decide otherwise.
ROUNDING = 1e-12

Verdict = Literal["PASS", "FAIL", "INCONCLUSIVE"]


@dataclass(frozen=True, slots=True)
class DropRule:
    """One measure that must not drop by more than `tolerance` (a fraction, 0.02 = two points).

    `differences` float64[q] are candidate minus baseline where higher is better, the negative of
    that where lower is; NaN where either has no value. `clusters` int[q] are their documents.
    """

    differences: Values
    clusters: Clusters
    tolerance: float = 0.02


@dataclass(frozen=True, slots=True)
class DropDecision:
    """What the questions say about one rule.

    `drop` is the loss in the sample (negative: a gain) and `low`, `high` its 95% interval; `worst`
    is the one-sided 95% bound that PASS compares with the tolerance. `p` is one-sided and
    Holm-adjusted over the rules. `mde` is the smallest drop these questions show, `needed` how
    many would show a drop of the tolerance; `changed` questions differ at all. None where no value
    can be computed.
    """

    verdict: Verdict
    drop: float | None
    low: float | None
    high: float | None
    worst: float | None
    p: float
    mde: float | None
    needed: int | None
    n: int
    groups: int
    changed: int


def decide_drops(
    rules: Sequence[DropRule], *, alpha: float = 0.05, seed: int = 0
) -> list[DropDecision]:
    """One decision per rule (METRICS, section 7, Gate).

    FAIL: the drop is over the tolerance *and* p <= alpha, so that neither noise nor a change too
    small to care about fails. PASS: the one-sided bound excludes a drop over the tolerance; or no
    question changed at all, which is what an unchanged system looks like; or all gained the same,
    which leaves no spread to bound. Else INCONCLUSIVE. PASS
    needs no adjustment for several rules: all of them must hold (intersection-union).
    """
    found = [basis(rule.differences, rule.clusters) for rule in rules]
    adjusted = holm([one.p("less", seed) for one in found])
    trios = zip(rules, found, adjusted, strict=True)
    return [_decide(rule.tolerance, one, p, alpha) for rule, one, p in trios]


def _decide(tolerance: float, found: Basis, p: float, alpha: float) -> DropDecision:
    if not found.n:
        return DropDecision("INCONCLUSIVE", None, None, None, None, 1.0, None, None, 0, 0, 0)
    low, high, worst = (_negative(found.bound(level)) for level in (0.975, 0.025, alpha))
    verdict: Verdict = "INCONCLUSIVE"
    no_worse = not found.changed or (found.error is None and found.mean > 0)
    if -found.mean > tolerance + ROUNDING and p <= alpha:
        verdict = "FAIL"
    elif no_worse or (worst is not None and worst < tolerance - ROUNDING):
        verdict = "PASS"
    needed = questions_needed(found, tolerance)
    counts = found.n, found.groups, found.changed
    return DropDecision(verdict, -found.mean, low, high, worst, p, found.mde, needed, *counts)


def _negative(bound: float | None) -> float | None:
    return None if bound is None else -bound
