"""A system's missed items in sum: per cause and per intervention (`causes.Diagnosis`)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from ragcheck.causes import CAUSES, CauseSummary, InterventionSummary
from ragcheck.conclusions import Summary
from ragcheck.diagnosis.case import Case
from ragcheck.diagnosis.expected import expected_share
from ragcheck.diagnosis.missed import Miss
from ragcheck.diagnosis.trial import Trial
from ragcheck.diagnosis.verdict import SHOWN_BY
from ragcheck.measures.boundaries import Flags
from ragcheck.measures.corpus import Reals
from ragcheck.measures.ranges import group_sums
from ragcheck.statistics.intervals import mean_interval


class Totals:
    """Adds up missed items over the questions of a case."""

    def __init__(self, case: Case, misses: Sequence[Miss]) -> None:
        items = case.judged.items
        self._answerable = case.judged.answerable
        self._clusters = case.clusters
        self._question = np.array([miss.question for miss in misses], np.int64)
        weight = items.weight[np.array([miss.item for miss in misses], np.int64)]
        self._share = weight / group_sums(items.weight, items.first)[self._question]

    def causes(self, causes: Sequence[str], trials: Mapping[str, Trial]) -> dict[str, CauseSummary]:
        """Those that occur, in the order of `CAUSES`. `causes` are those of the missed items."""
        own = np.array(causes)
        found = {}
        for cause in CAUSES:
            chosen = own == cause
            if not chosen.any():
                continue
            shown = [name for name in SHOWN_BY[cause] if name in trials]
            sure = [
                share for name in shown if (share := expected_share(name, trials[name])) is not None
            ]
            recovered = np.any(
                [np.zeros(len(own), np.bool_), *(trials[name].recovered for name in shown)], axis=0
            )
            found[cause] = CauseSummary(
                n=int(chosen.sum()),
                share=float(chosen.mean()),
                recoverable_recall=self._recall(chosen & recovered),
                # Of several interventions the surest counts, for each item.
                expected=self._mean(np.where(chosen, np.max(sure, axis=0), 0.0)) if sure else None,
            )
        return found

    def intervention(self, name: str, trial: Trial) -> InterventionSummary:
        """One intervention over every missed item, corrected by its placebo."""
        corrected, low, high = self._corrected(trial)
        sure = expected_share(name, trial)
        return InterventionSummary(
            tried=int(trial.tried.sum()),
            recovered=int(trial.recovered.sum()),
            recoverable_recall=self._recall(trial.recovered),
            expected=None if sure is None else self._mean(sure),
            placebo_tried=int(trial.placebo_tried.sum()),
            placebo_recovered=int(trial.placebo_recovered.sum()),
            corrected=corrected,
            low=low,
            high=high,
        )

    def _recall(self, recovered: Flags) -> Summary:
        """Recall that recovering these missed items adds, over all labelled questions."""
        return mean_interval(self._values(recovered.astype(np.float64)), self._clusters)

    def _mean(self, sure: Reals) -> float:
        return float(np.nanmean(self._values(sure)))

    def _values(self, part: Reals) -> Reals:
        """What `part` of each missed item adds to the recall of its question: float64[q]."""
        count = len(self._answerable)
        added = np.bincount(self._question, self._share * part, minlength=count)
        return np.where(self._answerable, added, np.nan)

    def _corrected(self, trial: Trial) -> tuple[float | None, float | None, float | None]:
        """(s - p) / (1 - p) with its interval; None where there is no placebo or it always helps.

        1 minus the ratio of two shares that were not recovered, with the interval of a ratio made
        of theirs (Donner & Zou 2012, "Closed-form confidence intervals for functions of the normal
        mean and standard deviation", MOVER-R). Both shares count as independent.
        """
        if not trial.placebo_tried.any():
            return None, None, None
        failed = self._share_of(~trial.recovered, trial.tried)
        control = self._share_of(~trial.placebo_recovered, trial.placebo_tried)
        if not failed.mean and not control.mean:
            return None, None, None
        return corrected(failed, control)

    def _share_of(self, flags: Flags, among: Flags) -> Summary:
        """A share of the missed items `among`, with its interval.

        The items of a question hang together. Documents do not count as clusters here: the placebo
        stands in the same ones, which are those whose retrieval shall be mended.
        """
        return mean_interval(flags[among].astype(np.float64), self._question[among])


def corrected(failed: Summary, control: Summary) -> tuple[float | None, float | None, float | None]:
    """1 - failed / control with its 95% interval, no lower than -1; None where there is none."""
    a, b = failed.mean, control.mean
    if a is None or not b:
        return None, None, None
    value = 1 - a / b
    if None in (failed.low, failed.high, control.low, control.high):
        return value, None, None
    ends = (float(failed.low or 0), float(failed.high or 0))
    low, high = float(control.low or 0), float(control.high or 0)
    least = _bound(a * b, ends[0] * (2 * a - ends[0]), high * (2 * b - high), -1)
    most = _bound(a * b, ends[1] * (2 * a - ends[1]), low * (2 * b - low), 1)
    return value, max(1 - most, -1.0), min(1 - least, 1.0)


def _bound(product: float, squared: float, scale: float, sign: int) -> float:
    """One end of the interval of a ratio of shares; infinite where the divisor may be 0."""
    if scale <= 0:
        return math.inf if sign > 0 else 0.0
    return (product + sign * math.sqrt(max(product**2 - squared * scale, 0.0))) / scale
