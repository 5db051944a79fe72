"""The gate: how often it fails without a change, sees a drop, and covers the true one.

Independent questions need no simulation: the verdict depends only on how many were lost and
gained, so every pair of counts is decided once and weighted with its multinomial probability.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.special import gammaln, ndtr, ndtri

from benchmarks.calibration.simulate import (
    DOC,
    DROP,
    LARGE,
    LEAST,
    MOST,
    OWN,
    RECALL,
    Ints,
    Report,
    documents_of,
    hits,
)
from ragcheck.statistics.decision import DropDecision, DropRule, decide_drops

QUESTIONS = (50, 100, 200, 400)
POWER = (0.30, 0.55, 0.80, 0.95)
REPEATS = 4000


@dataclass
class Rates:
    """Weighted shares of verdicts, of intervals that cover, of bare gates that fail."""

    fail: float = 0.0
    passed: float = 0.0
    covers: float = 0.0
    bare: float = 0.0

    def add(self, found: DropDecision, truth: float, weight: float) -> None:
        """One decision about a true drop of `truth`."""
        if found.drop is None or found.low is None or found.high is None:
            raise RuntimeError("a simulated sample has no interval")
        self.fail += weight * (found.verdict == "FAIL")
        self.passed += weight * (found.verdict == "PASS")
        self.covers += weight * (found.low <= truth + 1e-9 and truth - 1e-9 <= found.high)
        self.bare += weight * (found.drop > 0.02 + 1e-12)


@cache
def decided(questions: int, lost: int, gained: int) -> DropDecision:
    """The gate's decision about independent questions, by counts."""
    differences = np.zeros(questions)
    differences[:lost], differences[lost : lost + gained] = -1.0, 1.0
    return decide_drops([DropRule(differences, np.arange(questions))])[0]


def changes(drop: float, own: float) -> tuple[float, float]:
    """True shares of questions lost and gained, by quadrature over what the systems share."""
    shared = np.linspace(-9, 9, 20001)
    weight = np.exp(-(shared**2) / 2)
    before, after = (
        ndtr((ndtri(recall) - np.sqrt(1 - own) * shared) / np.sqrt(own))
        for recall in (RECALL, RECALL - drop)
    )
    lost = (weight * before * (1 - after)).sum() / weight.sum()
    gained = (weight * after * (1 - before)).sum() / weight.sum()
    return float(lost), float(gained)


def exact_rates(questions: int, drop: float, own: float) -> Rates:
    """Rates over all counts of lost and gained questions that matter (probability > 2e-9)."""
    lost, gained = changes(drop, own)
    rates = Rates()
    for minus in range(questions + 1):
        for plus in range(questions + 1 - minus):
            same = questions - minus - plus
            log = gammaln(questions + 1) - gammaln([minus + 1, plus + 1, same + 1]).sum()
            log += minus * np.log(lost) + plus * np.log(gained) + same * np.log(1 - lost - gained)
            if log > -20:
                rates.add(decided(questions, minus, plus), drop, float(np.exp(log)))
    return rates


def independent(report: Report) -> None:
    """Null rate, coverage and power of independent questions, exactly."""
    report.line("\nGate, independent questions (exact). Target: null FAIL <= 5%, coverage >= 93%")
    for own in (0.02, OWN, 0.08, 0.15):
        lost, gained = changes(0.0, own)
        report.line(f" {lost + gained:.1%} of questions differ between equal systems (own {own})")
        for questions, least in zip(QUESTIONS, POWER, strict=True):
            null, true = exact_rates(questions, 0.0, own), exact_rates(questions, DROP, own)
            promised = [
                ("coverage", min(null.covers, true.covers) >= LEAST),
                ("coverage over 97%", questions < LARGE or max(null.covers, true.covers) <= MOST),
                ("power", true.fail >= least),
            ]
            report.line(
                f"  n {questions:3}  null: FAIL {null.fail:.3f} PASS {null.passed:.3f} bare gate"
                f" {null.bare:.3f} covered {null.covers:.3f}  6-point drop: FAIL {true.fail:.3f}"
                f" (target {least:.2f}) PASS {true.passed:.4f} covered {true.covers:.3f}",
                ("null FAIL", null.fail <= 0.05),
                *(promised if own == OWN else []),
            )


def clustered(report: Report) -> None:
    """Null rate, coverage and power where questions share documents."""
    generator = np.random.default_rng(2024)
    report.line(f"\nGate, questions that share documents ({REPEATS} draws, error <= .004).")
    report.line(" Target: null FAIL <= 6%, coverage >= 93%. whole = share of a change by document")
    for whole in (0.2, 0.4):
        for documents in (5, 10, 20):
            for questions in (100, 400):
                clusters = documents_of(questions, documents)
                null, true = (simulated(generator, clusters, drop, whole) for drop in (0.0, DROP))
                report.line(
                    f"  whole {whole} documents {documents:2} n {questions}  null: FAIL"
                    f" {null.fail:.3f} PASS {null.passed:.3f} bare gate {null.bare:.3f} covered"
                    f" {null.covers:.3f}  6-point drop: FAIL {true.fail:.3f} PASS"
                    f" {true.passed:.4f} covered {true.covers:.3f}",
                    ("null FAIL", null.fail <= 0.06),
                    ("coverage", min(null.covers, true.covers) >= LEAST),
                    ("coverage over 97%", max(null.covers, true.covers) <= MOST),
                )


def simulated(generator: np.random.Generator, clusters: Ints, drop: float, whole: float) -> Rates:
    """Rates over simulated samples of a true `drop`."""
    rates, shares = Rates(), np.array([DOC, OWN, whole])
    for _ in range(REPEATS):
        pair = hits(generator, clusters, np.array([RECALL, RECALL - drop]), shares)
        found = decide_drops([DropRule(pair[:, 1] - pair[:, 0], clusters)])[0]
        rates.add(found, drop, 1 / REPEATS)
    return rates
