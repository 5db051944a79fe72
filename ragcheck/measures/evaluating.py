"""The measures of a run at its cut-offs, and their values for every question."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ragcheck.measures.corpus import Reals
from ragcheck.measures.families import FAMILIES, Family
from ragcheck.measures.judging import Judged
from ragcheck.records import Cut, Measure


def measures_for(ks: Sequence[int], budgets: Sequence[int], at: Cut) -> list[Measure]:
    """Every measure at the cut-offs `ks` (chunks) and `budgets` (tokens), and at `at`."""
    cuts = cuts_for(ks, budgets, at)
    return [measure for family in FAMILIES for measure in _measures(family, cuts)]


def cuts_for(ks: Sequence[int], budgets: Sequence[int], at: Cut) -> tuple[Cut, ...]:
    """The cut-offs of a run in order, numbers of chunks first."""
    cuts = {Cut(k) for k in ks} | {Cut(budget, "t") for budget in budgets} | {at}
    return tuple(sorted(cuts, key=lambda cut: (cut.unit, cut.value)))


def evaluate(judged: Judged) -> dict[Measure, Reals]:
    """Value of every measure for every question: float64[q], NaN where there is none.

    The keys are those of `measures_for`, in its order. A question without an answer has no value
    in any measure; why others have none says `Measure.null`.
    """
    columns = {cut: column for column, cut in enumerate(judged.cuts)}
    values: dict[Measure, Reals] = {}
    for family in FAMILIES:
        table = family.function(judged)
        for measure in _measures(family, judged.cuts):
            column = table if measure.cut is None else table[:, columns[measure.cut]]
            values[measure] = np.where(judged.answerable, column, np.nan)
    return values


def _measures(family: Family, cuts: Sequence[Cut]) -> list[Measure]:
    meaning = (family.unit, family.better, family.doc, family.null)
    if not family.cuts:
        return [Measure(family.name, None, *meaning)]
    return [Measure(family.name, cut, *meaning) for cut in cuts if cut.unit in family.cuts]
