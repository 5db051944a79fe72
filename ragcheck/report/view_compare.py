"""Systems of one run in pairs: differences with intervals, and how many questions changed.

The same statistics as `ragcheck compare`, taken when the page is made; lists of what was lost and
gained are drawn in the browser from the outcomes.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from ragcheck.joining import SAME
from ragcheck.report.choice import Choice
from ragcheck.report.load import Cell, Loaded
from ragcheck.report.numbers import SHARES, signed, steps, write
from ragcheck.report.outcomes import Outcomes
from ragcheck.report.ranking import ranked
from ragcheck.statistics.paired import PairedDifference, compare

#: Pairs times documents up to which every pair is tested; beyond it, pairs with the best alone.
TESTED = 20_000
#: What an outcome says of the second system.
READINGS = {"improved": "better", "regressed": "worse", "not separable": "not separable"}


@dataclass(frozen=True, slots=True)
class Against:
    """Another system held against the best: its difference, and the questions that changed."""

    system: str
    run: str
    mean: str
    delta: str
    interval: str
    reading: str
    lost: int
    gained: int


@dataclass(frozen=True, slots=True)
class Compare:
    """The Compare screen. `best` is what the table holds every other system against.

    `tested` holds differences (second system minus first, in plan order) by positions of both in
    the plan's finished cells, a `PairedDifference` per measure.
    """

    best: str
    measure: str
    measures: tuple[str, ...]
    rows: tuple[Against, ...]
    tested: dict[tuple[int, int], tuple[PairedDifference, ...]]


def build_compare(data: Loaded, choice: Choice | None, found: dict[str, Outcomes]) -> Compare:
    """Every pair that is tested, and a row for each other system against the best."""
    names = compared(data)
    if choice is None or not names:
        return Compare("", "", (), (), {})
    place = {cell.id: number for number, cell in enumerate(data.cells)}
    first = place[choice.best.id]
    tested = {pair: _differences(data, pair, names) for pair in _pairs(data, first)}
    rows = [
        _against(data, choice.best, cell, _turned(tested, first, place[cell.id]), found)
        for cell in ranked(data, names[0])
        if cell is not choice.best
    ]
    return Compare(choice.best.id, names[0], tuple(names), tuple(rows), tested)


def compared(data: Loaded) -> list[str]:
    """What is compared: the measure that orders the run, then recall, pollution and cost."""
    wanted = [data.find(base, data.at) for base in ("recall", "pollution", "context_tokens")]
    return list(dict.fromkeys(name for name in (data.order, *wanted) if name))


def _pairs(data: Loaded, best: int) -> list[tuple[int, int]]:
    every = list(combinations(range(len(data.cells)), 2))
    if len(every) * len(data.documents) <= TESTED:
        return every
    return [pair for pair in every if best in pair]


def _differences(
    data: Loaded, pair: tuple[int, int], names: list[str]
) -> tuple[PairedDifference, ...]:
    before, after = (data.cells[number] for number in pair)
    nothing = np.full(len(data.questions), np.nan)
    return tuple(
        compare(
            before.values.get(name, nothing),
            after.values.get(name, nothing),
            data.clusters,
            better="lower" if data.run.measures[name].better == "lower" else "higher",
            bounded=data.run.measures[name].unit == "share",
        )
        for name in names
    )


def _turned(
    tested: dict[tuple[int, int], tuple[PairedDifference, ...]], first: int, other: int
) -> tuple[float | None, float | None, float | None, str]:
    """Difference, interval and outcome of `other` minus `first`, by the leading measure."""
    if first < other:
        found = tested[first, other][0]
        return found.delta, found.low, found.high, found.outcome
    found = tested[other, first][0]
    delta, low, high = (None if v is None else -v for v in (found.delta, found.high, found.low))
    turned = {"improved": "regressed", "regressed": "improved"}
    return delta, low, high, turned.get(found.outcome, found.outcome)


def _against(
    data: Loaded,
    best: Cell,
    cell: Cell,
    difference: tuple[float | None, float | None, float | None, str],
    found: dict[str, Outcomes],
) -> Against:
    name = data.order or compared(data)[0]
    unit = data.run.measures[name].unit
    delta, low, high, outcome = difference
    interval = "" if low is None else f"[{signed(low, unit)}, {signed(high, unit)}]"
    change = found[cell.id].recall - found[best.id].recall
    return Against(
        cell.id,
        cell.run,
        write(cell.mean(name), unit),
        signed(delta, unit),
        interval,
        READINGS[outcome],
        int((change < -SAME).sum()),
        int((change > SAME).sum()),
    )


def packed(data: Loaded, found: Compare) -> dict[str, Any]:
    """The tested pairs for the page's script: whole steps of the last digit that is shown."""
    units = [data.run.measures[name].unit for name in found.measures]
    codes = list(READINGS)
    return {
        "readings": list(READINGS.values()),
        "measures": [
            [name, int(unit in SHARES), [write(cell.mean(name), unit) for cell in data.cells]]
            for name, unit in zip(found.measures, units, strict=True)
        ],
        "pairs": {
            f"{a}-{b}": [
                [
                    *(steps(value, unit) for value in (d.delta, d.low, d.high)),
                    codes.index(d.outcome),
                ]
                for d, unit in zip(differences, units, strict=True)
            ]
            for (a, b), differences in found.tested.items()
        },
    }
