"""Another run beside this one: every system of it on the questions that both share."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ragcheck.comparison import Delta, delta
from ragcheck.errors import ComparisonError
from ragcheck.joining import SAME, Shared, join
from ragcheck.report.load import Cell, Ints, Loaded, load
from ragcheck.report.numbers import signed, steps, write
from ragcheck.report.outcomes import Outcomes, outcomes
from ragcheck.report.view_compare import READINGS, TESTED, compared
from ragcheck.report.view_gate import recalled
from ragcheck.report.words import plural
from ragcheck.run import RunFolder
from ragcheck.scores import scores_of


@dataclass(frozen=True, slots=True)
class RunRow:
    """A system that both runs have: what it scores here and there, and what changed."""

    system: str
    run: str
    other: str
    before: str
    after: str
    delta: str
    interval: str
    reading: str
    lost: int
    gained: int


@dataclass(frozen=True, slots=True)
class OtherRun:
    """The other run by the name of its folder; `beside` says that both lie in one folder.

    `found` are its systems with their outcomes on this run's questions, `tested` the differences
    (this run minus the other) by the positions of both systems.
    """

    name: str
    beside: bool
    measure: str
    measures: tuple[str, ...]
    sentences: tuple[str, ...]
    rows: tuple[RunRow, ...]
    found: tuple[tuple[Cell, Outcomes], ...]
    tested: dict[tuple[int, int], tuple[Delta, ...]]


def link(cell: Cell) -> str:
    """How links name a system of the other run: `x07`."""
    return f"x{cell.number:02d}"


def build_against(
    data: Loaded, folder: RunFolder, other: RunFolder, mine: dict[str, Outcomes]
) -> OtherRun:
    """Hold a run against another one. Raises ComparisonError where nothing can be compared."""
    before = load(other)
    # Judged at this run's working cut, whatever its own was.
    plan = replace(before.run.plan, at=data.at)
    before = replace(before, run=replace(before.run, plan=plan))
    shared, tested, names = _tested(data, before, folder, other)
    asked = {question.id: row for row, question in enumerate(before.questions)}
    kept = {data.questions[row].id for row in shared.after.tolist()}
    rows = np.array([asked[q.id] if q.id in kept else -1 for q in data.questions], dtype=np.int64)
    found = tuple((cell, _moved(outcomes(before, cell), rows)) for cell in before.cells)
    return OtherRun(
        other.path.resolve().name,
        other.path.resolve().parent == folder.path.resolve().parent,
        names[0] if names else "",
        tuple(names),
        tuple(_sentences(shared)),
        tuple(_rows(data, found, tested, mine)),
        found,
        tested,
    )


def _moved(found: Outcomes, rows: Ints) -> Outcomes:
    """Outcomes of the other run in the order of this run's questions; -1: not shared."""
    apart = rows < 0
    recall, first = found.recall[rows], found.first[rows]
    recall[apart], first[apart] = np.nan, 0
    return recalled(replace(found, recall=recall, first=first))


def _tested(
    data: Loaded, before: Loaded, folder: RunFolder, other: RunFolder
) -> tuple[Shared, dict[tuple[int, int], tuple[Delta, ...]], list[str]]:
    """The shared questions, and every pair that is tested: alike systems first, then all if few."""
    old = {cell.id: scores_of(other, cell.id) for cell in before.cells}
    new = {cell.id: scores_of(folder, cell.id) for cell in data.cells}
    if not old or not new:
        raise ComparisonError(
            "a run without a finished system has nothing to compare", hint="finish its sweep first"
        )
    shared = join(next(iter(old.values())), next(iter(new.values())))
    names = [name for name in compared(data) if name in before.run.measures]
    pairs = [(a, b) for a in range(len(old)) for b in range(len(new))]
    if len(pairs) * len(data.documents) > TESTED:
        pairs = [(a, b) for a, b in pairs if before.cells[a].id == data.cells[b].id]
    tested = {
        (a, b): tuple(
            delta(old[before.cells[a].id], new[data.cells[b].id], shared, name) for name in names
        )
        for a, b in pairs
    }
    return shared, tested, names


def _rows(
    data: Loaded,
    found: tuple[tuple[Cell, Outcomes], ...],
    tested: dict[tuple[int, int], tuple[Delta, ...]],
    mine: dict[str, Outcomes],
) -> list[RunRow]:
    rows = []
    for (a, b), deltas in tested.items():
        (old, was), new = found[a], data.cells[b]
        if old.id != new.id or not deltas:
            continue
        first, unit = deltas[0], deltas[0].measure.unit
        test = first.difference
        ends = "" if test.low is None else f"[{signed(test.low, unit)}, {signed(test.high, unit)}]"
        change = mine[new.id].recall - was.recall
        rows.append(
            RunRow(
                new.id,
                new.run,
                link(old),
                write(first.before, unit),
                write(first.after, unit),
                signed(test.delta, unit),
                ends,
                READINGS[test.outcome],
                int((change < -SAME).sum()),
                int((change > SAME).sum()),
            )
        )
    return rows


def _sentences(shared: Shared) -> list[str]:
    """What the two runs do not share, which is left out of every comparison."""
    counts = {
        "with a changed label": len(shared.changed),
        "only in this run": len(shared.added),
        "only in the other run": len(shared.removed),
    }
    left = [f"{plural(n, 'question')} {what}" for what, n in counts.items() if n]
    found = [f"{plural(len(shared.after), 'question')} shared"]
    found += [f"left out: {', '.join(left)}"] if left else []
    found += ["the documents differ"] if shared.corpus is False else []
    return found


def packed_tests(found: OtherRun) -> dict[str, list[list[object]]]:
    """The tested pairs for the page's script, as `view_compare.packed`, with both means."""
    codes = list(READINGS)
    return {
        f"x{a}-{b}": [
            [
                *(steps(v, d.measure.unit) for v in _ends(d)),
                codes.index(d.difference.outcome),
                write(d.before, d.measure.unit),
                write(d.after, d.measure.unit),
            ]
            for d in deltas
        ]
        for (a, b), deltas in found.tested.items()
    }


def _ends(found: Delta) -> tuple[float | None, float | None, float | None]:
    return found.difference.delta, found.difference.low, found.difference.high
