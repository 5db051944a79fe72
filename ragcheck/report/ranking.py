"""Which systems lead: by a measure, and as a front of cost against recall."""

from __future__ import annotations

from ragcheck.report.load import Cell, Loaded
from ragcheck.verdict import price


def ranked(data: Loaded, measure: str | None) -> list[Cell]:
    """Systems best first by a measure's mean; ties go to the cheaper context, then plan order."""

    def key(cell: Cell) -> tuple[float, float, int]:
        mean, cost = cell.mean(measure), price(cell.result)
        return (
            -mean if mean is not None else 2.0,
            cost if cost is not None else float("inf"),
            cell.number,
        )

    return sorted(data.cells, key=key)


def front(data: Loaded) -> frozenset[str]:
    """Ids of the systems that no other beats, being as cheap and better or cheaper and as good."""
    measure = data.find("recall", data.at)
    points = [
        (cost, -mean, cell.number, cell.id)
        for cell in data.cells
        if (cost := price(cell.result)) is not None and (mean := cell.mean(measure)) is not None
    ]
    ahead: list[str] = []
    best = float("inf")
    for _, loss, _, name in sorted(points):
        if loss < best:
            best = loss
            ahead.append(name)
    return frozenset(ahead)
