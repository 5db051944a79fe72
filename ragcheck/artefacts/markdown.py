"""A gate and a comparison as Markdown, for a pull request or a job's summary."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ragcheck.artefacts.words import (
    change,
    one_line,
    outcome,
    p_value,
    ranks,
    sharing,
    sight,
    value,
)
from ragcheck.comparison import Comparison, Slice
from ragcheck.gate.result import Check, GateResult, Missed
from ragcheck.joining import Change

#: A comment on GitHub or GitLab holds 65,536 characters.
COMMENT_BYTES = 60_000
_SIGNS = {"PASS": "✅", "FAIL": "❌", "INCONCLUSIVE": "❔"}


def gate_markdown(result: GateResult, report: str = "", limit: int = COMMENT_BYTES) -> str:
    """The outcome, a row per check, and as many lost questions as `limit` bytes hold."""
    lines = [f"## {_SIGNS[result.verdict]} ragcheck gate: {result.verdict}", ""]
    lines += [f"System {code(result.system)}, {result.questions:,} questions.", ""]
    lines += ["| | check |", "|---|---|", *(_check_row(check) for check in result.checks), ""]
    lines += [f"- {escape(check.note)}" for check in result.checks if check.note]
    lines += [f"- {escape(notice)}" for notice in result.notices]
    lines += [f"- report: {code(report)}"] if report else []
    lines.append("")
    lines += _change_rows("must_pass", result.must_pass_missed, (limit - _size(lines)) // 3)
    if result.against:
        changes = result.against.changes
        counts = f"Lost {len(changes.lost):,}, gained {len(changes.gained):,}, "
        counts += f"still missed {len(changes.missed):,} against {code(result.against.system)}."
        lines += [counts, ""]
        lines += _change_rows("lost", changes.lost, limit - _size(lines))
    return "\n".join(lines).rstrip() + "\n"


def comparison_markdown(found: Comparison, limit: int = COMMENT_BYTES) -> str:
    """Measures, slices that changed, and as many lost and gained questions as `limit` holds."""
    changes = found.changes
    lines = [f"## {code(found.baseline)} → {code(found.candidate)}", ""]
    lines += [f"{len(found.shared.after):,} shared questions.", ""]
    lines += [f"- {escape(sentence)}" for sentence in sharing(found.shared)]
    lines += ["", *_table(["measure", "before", "after", "change", "p", "outcome", "can see"])]
    lines += [
        _row(
            code(str(d.measure)),
            value(d.before, d.measure.unit),
            value(d.after, d.measure.unit),
            change(d),
            p_value(d.difference.p).removeprefix("p "),
            outcome(d),
            sight(d),
        )
        for d in found.measures
    ]
    same = len(changes.found) + len(changes.missed)
    counts = f"Lost {len(changes.lost):,}, gained {len(changes.gained):,}, same {same:,}."
    lines += ["", counts, ""]
    for title, slices in (("tag", found.tags), ("document", found.documents)):
        lines += _slice_rows(title, slices, (limit - _size(lines)) // 3)
    lines += _change_rows("lost", changes.lost, (limit - _size(lines)) * 2 // 3)
    lines += _change_rows("gained", changes.gained, limit - _size(lines))
    return "\n".join(lines).rstrip() + "\n"


def code(text: str) -> str:
    """Text as a code span of one line: nothing in it is markup, a mention or a column's end."""
    plain = one_line(text, 200).replace("`", "'").replace("|", "\\|")
    return f"`{plain}`" if plain else ""


def escape(text: str) -> str:
    """Text that Markdown shows as it is; numeric references keep signs from being markup."""
    signs = {ord(sign): f"&#{ord(sign)};" for sign in "&<>@#`*_[]|\\~"}
    return one_line(text, 1000).translate(signs)


def _check_row(check: Check) -> str:
    sign = "⚠️" if check.level == "warn" and check.verdict != "PASS" else _SIGNS[check.verdict]
    return _row(f"{sign} {check.verdict}", escape(check.message))


def _slice_rows(title: str, slices: tuple[Slice, ...], limit: int) -> list[str]:
    rows = [
        _row(code(s.name), f"{s.delta.difference.n:,}", change(s.delta), str(s.lost), str(s.gained))
        for s in slices
        if s.lost or s.gained
    ]
    head = _table([title, "questions", "change", "lost", "gained"])
    return _bounded(head, rows, f"{title}s that changed", limit)


def _change_rows(word: str, changes: Sequence[Change | Missed], limit: int) -> list[str]:
    rows = (
        _row(code(c.question.id), code(one_line(c.question.text)), code(c.place), ranks(c))
        for c in changes
    )
    head = _table([word, "question", "passage", ""])
    return _bounded(head, list(rows), f"{word} questions", limit)


def _bounded(head: list[str], rows: list[str], what: str, limit: int) -> list[str]:
    """As many rows as fit, and a line that counts the others; nothing without rows."""
    room = limit - _size(head) - 80
    kept = []
    for row in rows:
        room -= len(row.encode()) + 1
        if room < 0:
            break
        kept.append(row)
    if not rows:
        return []
    left = len(rows) - len(kept)
    shown = [*head, *kept, ""] if kept else []
    return [*shown, *([f"... and {left:,} more {what}", ""] if left else [])]


def _table(head: list[str]) -> list[str]:
    return [_row(*head), _row(*("---" for _ in head))]


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _size(lines: Iterable[str]) -> int:
    return sum(len(line.encode()) + 1 for line in lines)
