"""Which system to choose, as the run itself concluded (`ragcheck.verdict`; METRICS, section 7)."""

from __future__ import annotations

from dataclasses import dataclass

from ragcheck.records import Summary
from ragcheck.report.load import Cell, Loaded
from ragcheck.report.ranking import ranked


@dataclass(frozen=True, slots=True)
class Choice:
    """`best` leads by the measure that orders the run; `tiers` hold ids, the first its equals.

    `recommended` is the cheapest of the first tier in context tokens. `honest` is the cross-fitted
    score of choosing the leader. Where the run has no verdict, `tiers` is empty and nothing is
    said of differences.
    """

    best: Cell
    recommended: Cell
    tiers: tuple[tuple[str, ...], ...]
    honest: Summary | None

    @property
    def tested(self) -> bool:
        """Whether the run says which systems can be told apart."""
        return bool(self.tiers)

    def standing(self, cell: Cell) -> str:
        """`best`, `equal` (not separable from it), `behind`, or empty where nothing was tested."""
        if cell is self.best:
            return "best"
        if not self.tested:
            return ""
        return "equal" if cell.id in self.tiers[0] else "behind"


def choose(data: Loaded) -> Choice | None:
    """The run's verdict over its finished systems; None where there is none to choose."""
    verdict = data.run.verdict
    cells = {cell.id: cell for cell in data.cells}
    if verdict is None or not {verdict.best.system, verdict.recommended.system} <= cells.keys():
        order = ranked(data, data.order)
        return Choice(order[0], order[0], (), None) if order else None
    return Choice(
        cells[verdict.best.system],
        cells[verdict.recommended.system],
        verdict.tiers,
        verdict.best.honest,
    )
