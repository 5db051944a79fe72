"""The interval of one mean: how often it covers the true recall.

0/1 questions, and shares of three passages (0, 1/3, 2/3, 1). Independent 0/1 questions are
enumerated: coverage is a sum of binomial probabilities. The others are simulated until .93 and .97
lie three Monte Carlo errors away, or `MAXIMUM` samples were drawn.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from math import sqrt

import numpy as np
from scipy.special import gammaln, ndtri

from benchmarks.calibration.simulate import (
    DOC,
    LARGE,
    LEAST,
    MOST,
    RECALL,
    Floats,
    Ints,
    Report,
    documents_of,
)
from ragcheck.statistics.intervals import mean_interval, wilson

BATCH, MAXIMUM = 10_000, 80_000
#: Share of the latent score that the three passages of a question do not share.
APART = 0.3
#: What an interval of 95% may err on either side.
TAIL = 0.025
_Z = float(ndtri(0.975))


@dataclass
class Coverage:
    """Weights of the samples whose interval lies below or above the truth, and what they found.

    `draws` is 0 where samples are enumerated: the weights are then probabilities.
    """

    draws: int = 0
    weights: Counter[str] = field(default_factory=Counter)

    def add(self, values: Floats, clusters: Ints, recall: float, weight: float = 1.0) -> None:
        """One sample, or all those of its kind."""
        found, missed = mean_interval(values, clusters), len(values) - values.sum()
        low, high = wilson(float(values.mean()), len(values), _Z)
        for name, holds in (
            ("all", True),
            ("below", found.high is not None and found.high < recall),
            ("above", found.low is not None and found.low > recall),
            ("plain", low <= recall <= high),
            ("none missed", missed == 0),
            ("one missed", 0 < missed <= 1),
        ):
            self.weights[name] += weight * holds  # type: ignore[assignment]

    def share(self, name: str) -> float:
        """Share of the samples that `name` holds for."""
        return self.weights[name] / self.weights["all"]

    @property
    def covers(self) -> float:
        """Share of the samples whose interval holds the truth."""
        return 1 - self.share("below") - self.share("above")

    @property
    def error(self) -> float:
        """Monte Carlo standard error of `covers`."""
        return sqrt(self.covers * (1 - self.covers) / self.draws) if self.draws else 0.0

    @property
    def settled(self) -> bool:
        """True when neither limit lies within three errors, or enough was drawn."""
        gap = min(abs(self.covers - limit) for limit in (LEAST, MOST))
        return self.draws >= MAXIMUM or gap > 3 * self.error

    @property
    def one_sided(self) -> bool:
        """True when no interval lies above the truth, and none that errs by 2.5% could."""
        return not self.weights["above"] and self.share("one missed") > TAIL

    def __str__(self) -> str:
        spread = f"{self.error:.4f}".removeprefix("0") if self.draws else "exact"
        return f"{self.covers:.3f} ({spread})"


def means(report: Report) -> None:
    """Coverage of every cell, and why those that cover more than 97% do."""
    report.line(
        "\nInterval of a mean. Target: coverage >= 93%, over 97% only under n 100. In brackets:"
    )
    report.line(" the Monte Carlo error. plain = Wilson as if all questions were independent")
    for recall, documents, questions in _cases():
        clusters = documents_of(questions, min(documents, questions))
        binary = _counted(recall, clusters) if documents < questions else _exact(recall, clusters)
        thirds = _drawn(recall, clusters)
        name = f"{documents} documents" if documents < questions else "independent"
        over = questions >= LARGE and binary.covers > MOST >= thirds.covers
        report.line(
            f"  recall {recall:.2f} n {questions:3} {name:12} 0/1 {binary}  thirds {thirds}"
            f"  plain {binary.share('plain'):.3f}",
            ("coverage", min(binary.covers, thirds.covers) >= LEAST),
            ("coverage over 97%", questions < LARGE or max(binary.covers, thirds.covers) <= MOST),
            excuse=_reason(binary, clusters, recall) if over and binary.one_sided else "",
        )


def _cases() -> Iterator[tuple[float, int, int]]:
    """Recall, documents, questions."""
    for recall in (RECALL, 0.95):
        for documents in (5, 20, 1000):
            for questions in (50, 100, 400):
                yield recall, documents, questions


def _exact(recall: float, clusters: Ints) -> Coverage:
    """Independent 0/1 questions: every number of found ones, with its binomial probability."""
    result, n = Coverage(), len(clusters)
    for found in range(n + 1):
        log = gammaln(n + 1) - gammaln([found + 1, n - found + 1]).sum()
        log += found * np.log(recall) + (n - found) * np.log(1 - recall)
        result.add((np.arange(n) < found).astype(float), clusters, recall, float(np.exp(log)))
    return result


def _counted(recall: float, clusters: Ints) -> Coverage:
    """0/1 questions that share documents; samples with equal counts are judged once."""
    starts = np.searchsorted(clusters, np.arange(clusters[-1] + 1))
    place = np.arange(len(clusters)) - starts[clusters]

    def batch(generator: np.random.Generator, result: Coverage) -> None:
        hits = _latent(generator, clusters, 0.0) < ndtri(recall)
        counts = np.add.reduceat(hits.astype(np.int64), starts, axis=1)
        for row, times in zip(*np.unique(counts, axis=0, return_counts=True), strict=True):
            result.add((place < row[clusters]).astype(float), clusters, recall, int(times))

    return _until_settled(batch)


def _drawn(recall: float, clusters: Ints) -> Coverage:
    """Questions of three passages, each found or not."""

    def batch(generator: np.random.Generator, result: Coverage) -> None:
        found = np.zeros((BATCH, len(clusters)))
        shared = _latent(generator, clusters, APART)
        for _ in range(3):
            own = np.sqrt(APART) * generator.standard_normal(shared.shape)
            found += shared + own < ndtri(recall)
        for sample in found / 3:
            result.add(sample, clusters, recall)

    return _until_settled(batch)


def _until_settled(batch: Callable[[np.random.Generator, Coverage], None]) -> Coverage:
    generator, result = np.random.default_rng(2025), Coverage()
    while not result.draws or not result.settled:
        batch(generator, result)
        result.draws += BATCH
    return result


def _latent(generator: np.random.Generator, clusters: Ints, apart: float) -> Floats:
    """float64[samples, q]: what the passages of a question share of the latent score."""
    documents = generator.standard_normal((BATCH, int(clusters[-1]) + 1))[:, clusters]
    questions = generator.standard_normal((BATCH, len(clusters)))
    scores: Floats = np.sqrt(DOC) * documents + np.sqrt(1 - DOC - apart) * questions
    return scores


def _reason(found: Coverage, clusters: Ints, recall: float) -> str:
    """Why an interval that errs by 2.5% on either side covers over 97% here."""
    sizes = np.bincount(clusters)
    nothing = mean_interval(np.ones(len(clusters)), clusters).low
    needed = _Z**2 * recall / (1 - recall)
    alike = (len(clusters) / needed - 1) / ((sizes**2).sum() / len(clusters) - 1)
    one, none = found.share("one missed"), found.share("none missed")
    return (
        f"    One miss occurs in {one:.1%} of the samples, over the 2.5% due above the truth, so it"
        f" must not exclude\n    {recall}. None occurs in {none:.1%}, and excludes it only if"
        f" {len(sizes)} documents count as {needed:.0f} questions, that is if"
        f"\n    those of a document correlate by less than {alike:.3f}. Nothing missed cannot show"
        f" that; [{nothing:.2f}, 1] is said."
        f"\n    So none errs above the truth; below it {found.share('below'):.1%} do, of 2.5% due."
    )
