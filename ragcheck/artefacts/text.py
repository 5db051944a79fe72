"""A gate and a comparison as lines for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from ragcheck.artefacts.words import (
    change,
    outcome,
    p_value,
    printable,
    question_line,
    questions_to_show,
    sharing,
    sight,
    value,
)
from ragcheck.comparison import Comparison, Slice
from ragcheck.gate.result import Check, GateResult, Missed
from ragcheck.joining import Change

#: Questions that are shown; files hold more.
SHOWN = 10
_MORE = "the rest stands in `--json`"


def gate_lines(result: GateResult, report: str = "", update: str = "") -> list[str]:
    """The outcome, the check that decided first; `update` is the command that accepts it."""
    first = result.deciding
    strict = " (--strict: fails)" if result.verdict == "INCONCLUSIVE" and result.strict else ""
    head = first.message if first else f"{result.system}  nothing was checked"
    lines = [f"ragcheck gate: {result.verdict}{strict}  {head}"]
    if first and first.note:
        lines.append(f"  cannot tell: {first.note}")
    if result.against:
        changes, shared = result.against.changes, result.against.shared
        lines.append(
            f"  lost {len(changes.lost)}  gained {len(changes.gained)}  "
            f"still missed {len(changes.missed)}  errors 0  labels drifted {shared.drifted}"
        )
    for check in result.checks:
        if check is not first:
            lines += _check_lines(check)
    lines += [f"  {notice}" for notice in result.notices]
    shown = questions_to_show(result)
    for word in ("must_pass", "lost"):
        lines += _questions(word, [question for kind, question in shown if kind == word])
    lost = "#only=lost" if result.against and result.against.changes.lost else ""
    ends = [f"report: {report}{lost}"] if report else []
    ends += [f"accept: {update}"] if update else []
    lines += ["  " + "   ".join(ends)] if ends else []
    # Ids, tags and paths are the user's: none may begin a line, which GitHub could take for a
    # command.
    return [printable(line) for line in lines]


def _check_lines(check: Check) -> list[str]:
    word = check.verdict if check.level == "error" else f"{check.verdict} (warning only)"
    lines = [f"  {word if check.verdict != 'PASS' else 'pass'} {check.message}"]
    return [*lines, *([f"    cannot tell: {check.note}"] if check.note else [])]


def comparison_lines(found: Comparison, runs: tuple[str, str] | None = None) -> list[str]:
    """Two systems, of two `runs` if given: what they share, measures, slices, questions."""
    changes = found.changes
    sides = (found.baseline, found.candidate)
    if runs:
        sides = (f"{runs[0]}: {sides[0]}", f"{runs[1]}: {sides[1]}")
    lines = [f"{' -> '.join(sides)}  {len(found.shared.after):,} questions"]
    lines += [f"  {sentence}" for sentence in sharing(found.shared)]
    head = ["measure", "before", "after", "change", "p", "outcome", "can see"]
    lines += table(head, _rows(found))
    lines.append(
        f"lost {len(changes.lost)}  gained {len(changes.gained)}  "
        f"same {len(changes.found) + len(changes.missed)}, {len(changes.missed)} of them missed"
    )
    for title, slices in (("tag", found.tags), ("document", found.documents)):
        moved = [one for one in slices if one.lost or one.gained]
        rows = [_slice_row(one) for one in moved[:SHOWN]]
        if rows:
            lines += table([title, "questions", "before", "after", "lost", "gained", "p"], rows)
        if len(moved) > SHOWN:
            lines.append(f"  ... and {len(moved) - SHOWN:,} more of {len(slices):,}: {_MORE}")
    lines += _questions("lost", changes.lost) + _questions("gained", changes.gained)
    return [printable(line) for line in lines]


def _rows(found: Comparison) -> list[list[str]]:
    return [
        [
            str(delta.measure),
            value(delta.before, delta.measure.unit),
            value(delta.after, delta.measure.unit),
            change(delta),
            p_value(delta.difference.p),
            outcome(delta),
            sight(delta),
        ]
        for delta in found.measures
    ]


def _slice_row(one: Slice) -> list[str]:
    delta = one.delta
    return [
        one.name,
        f"{delta.difference.n:,}",
        value(delta.before, delta.measure.unit),
        value(delta.after, delta.measure.unit),
        str(one.lost),
        str(one.gained),
        p_value(delta.difference.p),
    ]


def table(head: list[str], rows: list[list[str]]) -> list[str]:
    """Columns as wide as they need to be; the first is set left, and so is every text."""
    widths = [max(len(row[n]) for row in [head, *rows]) for n in range(len(head))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in [head, *rows]
    ]


def _questions(word: str, changes: Sequence[Change | Missed]) -> list[str]:
    lines = [f"  {word} {question_line(change)}" for change in changes[:SHOWN]]
    if len(changes) > SHOWN:
        lines.append(f"  ... and {len(changes) - SHOWN:,} more {word}: {_MORE}")
    return lines
