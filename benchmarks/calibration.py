"""Are intervals, gate and selection as sure as they say? `python -m benchmarks.calibration`.

How questions are simulated. System s finds question q of document d when a latent score

    sqrt(doc) D_d + sqrt(1 - doc - own) Q_q + sqrt(own (1 - w)) E_sq + sqrt(own w) F_sd

of independent standard normals is under the normal quantile of the system's true recall. Two
systems share how hard a document (D) and a question (Q) is, and so agree on most questions; `own`
sets on how many they differ, `w` how far a *change* is better or worse by whole documents.

Why these values. BM25 over character windows of 800 to 1,600, top 5, on two public labelled sets:
recall .77 to .99, correlation of hits within a document (ICC) .00 to .06, of paired differences
-.01 to .06, questions found by only one of two systems .01 to .23, questions per document uneven
by 2.6 (56 to 144 over 5 documents). Here recall is .80, doc = .06 (ICC .03), documents uneven by
2.5, and `own` = .06: 7.7% of the questions differ between equal systems, where a bare "fails if it
drops over 2 points" fails 6% of the time at 400 questions, as measured on real systems. Coverage
and power are promised there; other values of `own` are printed beside it.

Independent questions need no simulation: the verdict depends only on how many were lost and
gained, so every pair of counts is decided once and weighted with its multinomial probability.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln, ndtr, ndtri

from ragcheck.statistics.decision import DropDecision, DropRule, decide_drops
from ragcheck.statistics.intervals import mean_interval, wilson
from ragcheck.statistics.selection import cross_fitted

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

RECALL, DROP, DOC, OWN = 0.80, 0.06, 0.06, 0.06
QUESTIONS = (50, 100, 200, 400)
POWER = (0.30, 0.55, 0.80, 0.95)
REPEATS = 4000


@dataclass
class Report:
    """Prints figures, and remembers which promised one was missed."""

    missed: int = 0

    def line(self, text: str, *checks: tuple[str, bool]) -> None:
        """One line; `checks` are promises with whether they hold."""
        broken = [name for name, held in checks if not held]
        self.missed += len(broken)
        ending = f"   MISSED: {', '.join(broken)}" if broken else "   ok" if checks else ""
        sys.stdout.write(f"{text}{ending}\n")
        sys.stdout.flush()


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


def documents_of(questions: int, documents: int) -> Ints:
    """The document of each question, uneven by 2.5 as in real sets."""
    if documents == questions:
        return np.arange(questions)
    edges = np.cumsum(np.linspace(0.6, 1.5, documents))
    return np.searchsorted(edges / edges[-1], (np.arange(questions) + 0.5) / questions)


def hits(generator: np.random.Generator, clusters: Ints, recalls: Floats, shares: Floats) -> Floats:
    """float64[q, S] of 0 and 1 for systems of these true `recalls`; `shares` = doc, own, w."""
    doc, own, whole = shares
    draw = generator.standard_normal
    groups, systems = int(clusters.max()) + 1, len(recalls)
    score = np.sqrt(doc) * draw((groups, 1))[clusters]
    score = score + np.sqrt(1 - doc - own) * draw((len(clusters), 1))
    score = score + np.sqrt(own * (1 - whole)) * draw((len(clusters), systems))
    score = score + np.sqrt(own * whole) * draw((groups, systems))[clusters]
    return (score < ndtri(recalls)).astype(np.float64)


def independent(report: Report) -> None:
    """Null rate, coverage and power of independent questions, exactly."""
    report.line("\nGate, independent questions (exact). Target: null FAIL <= 5%, coverage >= 93%")
    for own in (0.02, OWN, 0.08, 0.15):
        lost, gained = changes(0.0, own)
        report.line(f" {lost + gained:.1%} of questions differ between equal systems (own {own})")
        for questions, least in zip(QUESTIONS, POWER, strict=True):
            null, true = exact_rates(questions, 0.0, own), exact_rates(questions, DROP, own)
            promised = [
                ("coverage", min(null.covers, true.covers) >= 0.93),
                ("coverage over 97%", questions < 100 or max(null.covers, true.covers) <= 0.97),
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
                    ("coverage", min(null.covers, true.covers) >= 0.93),
                    ("coverage over 97%", max(null.covers, true.covers) <= 0.97),
                )


def simulated(generator: np.random.Generator, clusters: Ints, drop: float, whole: float) -> Rates:
    """Rates over simulated samples of a true `drop`."""
    rates, shares = Rates(), np.array([DOC, OWN, whole])
    for _ in range(REPEATS):
        pair = hits(generator, clusters, np.array([RECALL, RECALL - drop]), shares)
        found = decide_drops([DropRule(pair[:, 1] - pair[:, 0], clusters)])[0]
        rates.add(found, drop, 1 / REPEATS)
    return rates


def means(report: Report) -> None:
    """Coverage of the interval of one mean, 0/1 questions and shares of three passages."""
    generator = np.random.default_rng(2025)
    report.line(
        f"\nInterval of a mean ({REPEATS} draws). Target: >= 93%, over 97% only under n 100"
    )
    report.line(" plain = Wilson as if questions that share documents were independent")
    for recall, documents, questions in mean_cases():
        clusters = documents_of(questions, min(documents, questions))
        covered = np.zeros(3)
        for _ in range(REPEATS):
            shares = np.array([DOC, 0.3, 0.0])
            values = hits(generator, clusters, np.full(3, recall), shares)
            for column, sample in enumerate((values[:, 0], values.mean(axis=1))):
                found = mean_interval(sample, clusters)
                covered[column] += (
                    (found.low or 0) <= recall <= (1 if found.high is None else found.high)
                )
            low, high = wilson(float(values[:, 0].mean()), questions, 1.96)
            covered[2] += low <= recall <= high
        binary, partial, plain = covered / REPEATS
        text = f"{documents} documents" if documents < questions else "independent"
        report.line(
            f"  recall {recall:.2f} n {questions:3} {text:13} 0/1 {binary:.3f}  thirds"
            f" {partial:.3f}  plain {plain:.3f}",
            ("coverage", min(binary, partial) >= 0.93),
            ("coverage over 97%", questions < 100 or max(binary, partial) <= 0.97),
        )


def mean_cases() -> Iterator[tuple[float, int, int]]:
    """Recall, documents, questions."""
    for recall in (RECALL, 0.95):
        for documents in (5, 20, 1000):
            for questions in (50, 100, 400):
                yield recall, documents, questions


def best_of_fifty(report: Report) -> None:
    """How far the best of 50 flatters itself, and the cross-fitted score does not."""
    generator = np.random.default_rng(2026)
    repeats = 400
    report.line(f"\nBest of 50 systems ({repeats} draws), points above the chosen one's truth.")
    report.line(" Target: cross-fitted within 1 point. spread = SD of the systems' true recall")
    for spread in (0.0, 0.03):
        for documents, questions in ((25, 25), (50, 50), (100, 100), (200, 200), (10, 200)):
            clusters = documents_of(questions, documents)
            naive, honest = [], []
            for _ in range(repeats):
                recalls = np.clip(RECALL + spread * generator.standard_normal(50), 0.5, 0.98)
                values = hits(generator, clusters, recalls, np.array([DOC, 0.15, 0.1]))
                scores = values.mean(axis=0)
                truth = recalls[int(scores.argmax())]
                naive.append(scores.max() - truth)
                honest.append((cross_fitted(values, clusters).mean or 0.0) - truth)
            error = float(np.std(honest)) / np.sqrt(repeats)
            report.line(
                f"  spread {spread:.2f} documents {documents:3} n {questions:3}  naive"
                f" {100 * np.mean(naive):+.1f}  cross-fitted {100 * np.mean(honest):+.1f}"
                f" (error {100 * error:.1f})",
                ("within 1 point", abs(float(np.mean(honest))) <= 0.01),
            )


def main() -> int:
    """Print everything; 1 when a promised figure was missed."""
    report = Report()
    for part in (independent, clustered, means, best_of_fifty):
        part(report)
    report.line(f"\n{report.missed} promised figures missed")
    return int(report.missed > 0)


if __name__ == "__main__":
    sys.exit(main())
