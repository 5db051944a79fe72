"""Which system to choose, as far as the questions can tell (METRICS, section 7)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ragcheck.records import Summary
from ragcheck.report.load import Cell, Loaded
from ragcheck.report.ranking import cost_of, ranked
from ragcheck.statistics.selection import select


@dataclass(frozen=True, slots=True)
class Choice:
    """`best` leads by the measure that orders the run; `members` are not separable from it.

    `recommended` is the cheapest member in context tokens. `honest` is the cross-fitted score of
    choosing the leader. `tested` is False where the run holds too little to tell.
    """

    best: Cell
    members: tuple[Cell, ...]
    recommended: Cell
    honest: Summary | None
    tested: bool

    def standing(self, cell: Cell) -> str:
        """`best`, `equal` (not separable from it), `behind`, or empty where nothing was tested."""
        if cell is self.best:
            return "best"
        if not self.tested:
            return ""
        return "equal" if any(cell is member for member in self.members) else "behind"


def choose(data: Loaded) -> Choice | None:
    """The choice among the finished systems; None where there is none to make."""
    order = ranked(data, data.order)
    if not order:
        return None
    scored = [cell for cell in order if data.order in cell.values]
    if len(scored) < 2 or data.order is None:
        return Choice(order[0], (order[0],), order[0], None, tested=False)
    values = np.column_stack([cell.values[data.order] for cell in scored])
    costs = np.array([_known(cost_of(data, cell)) for cell in scored])
    found = select(values, data.clusters, costs)
    if found is None:
        return Choice(order[0], (order[0],), order[0], None, tested=False)
    members = tuple(cell for cell, held in zip(scored, found.indifferent, strict=True) if held)
    # The systems stand best first, so that of tied ones the cheaper leads, as in every table.
    return Choice(
        scored[found.best], members, scored[found.recommended], found.best_score.honest, tested=True
    )


def _known(cost: float | None) -> float:
    return np.nan if cost is None else cost
