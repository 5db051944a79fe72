"""What a sweep may conclude about its systems, from stored values: the one place that chooses."""

from __future__ import annotations

import numpy as np

from ragcheck.conclusions import Chosen, SweepVerdict
from ragcheck.records import Run, SystemResult
from ragcheck.run import RunFolder
from ragcheck.scores import clusters, first_document
from ragcheck.statistics.clusters import Clusters, Matrix, complete_rows
from ragcheck.statistics.selection import Score, indifference_set, select

#: The budget that orders a leaderboard over chunk sizes, where the run has it (METRICS, section 2).
BUDGET = 2000


def verdict_of(folder: RunFolder) -> SweepVerdict | None:
    """Tiers, recommendation and honest scores of a run (METRICS, section 7, Choosing).

    None where fewer than two systems have finished or no question has a value for all of them.
    Seeded: the same run gives the same verdict. Raises RunError for tables that cannot be read.
    """
    measure = ordering(folder.run)
    results = leading(folder.run, measure)
    if measure is None or len(results) < 2:
        return None
    questions = folder.questions()
    ids = [question.id for question in questions]
    columns = [_column(folder, result.system.id, measure, ids) for result in results]
    values, documents = (
        np.column_stack(columns),
        clusters([first_document(question) for question in questions]),
    )
    costs = np.array([np.nan if (cost := price(r)) is None else cost for r in results])
    found = select(values, documents, costs)
    if found is None:
        return None
    names = [result.system.id for result in results]
    return SweepVerdict(
        measure,
        found.n,
        tuple(tuple(names[n] for n in tier) for tier in _tiers(values, documents)),
        _chosen(names[found.best], found.best_score),
        _chosen(names[found.recommended], found.recommended_score),
        dict(zip(names, found.p_best.tolist(), strict=True)),
    )


def ordering(run: Run) -> str | None:
    """The measure that orders systems: recall within 2,000 tokens, or the largest budget, or k."""
    budgets = run.plan.budgets
    budget = BUDGET if BUDGET in budgets else max(budgets, default=0)
    for name in (f"recall@{budget}t", f"recall@{run.plan.at}"):
        if name in run.measures:
            return name
    return None


def leading(run: Run, measure: str | None) -> list[SystemResult]:
    """Finished systems with a mean of `measure`, best first; ties: cheaper context, plan order."""
    found = [
        (-summary.mean, np.inf if (cost := price(result)) is None else cost, number, result)
        for number, result in enumerate(run.systems)
        if measure is not None
        and (summary := result.measures.get(measure)) is not None
        and summary.mean is not None
    ]
    return [result for *_, result in sorted(found, key=lambda row: row[:3])]


def price(result: SystemResult) -> float | None:
    """Mean context tokens at the working cut."""
    return result.costs.get("context_tokens")


def _tiers(values: Matrix, documents: Clusters) -> list[list[int]]:
    """Systems that are not separable from the best of those left, tier by tier, in column order."""
    values, documents = complete_rows(values, documents)
    left = np.arange(values.shape[1])
    tiers = []
    while len(left):
        members = indifference_set(values[:, left], documents)
        tiers.append(left[members].tolist())
        left = left[~members]
    return tiers


def _chosen(name: str, score: Score) -> Chosen:
    return Chosen(name, score.naive, score.honest)


def _column(folder: RunFolder, system: str, measure: str, ids: list[str]) -> Matrix:
    table = folder.values(system)
    row = dict(zip(table.column("question").to_pylist(), range(table.num_rows), strict=True))
    order = np.array([row[name] for name in ids], dtype=np.int64)
    return np.asarray(table.column(measure).to_numpy().astype(np.float64)[order])
