"""How questions and figures are written wherever a line of text stands."""

from __future__ import annotations

from collections.abc import Sequence

from ragcheck.comparison import Delta
from ragcheck.gate.result import GateResult, Missed
from ragcheck.gate.wording import points, unit_of
from ragcheck.joining import Change, Shared


def one_line(text: str, length: int = 60) -> str:
    """Text without line breaks or control characters, cut at a word where it is longer."""
    plain = " ".join(printable(text).split())
    if len(plain) <= length:
        return plain
    return plain[: length - 4].rsplit(" ", 1)[0] + " ..."


def printable(text: str) -> str:
    """Text with a space for each line break or control character: it stays on its line."""
    return "".join(c if c.isprintable() else " " for c in text)


def ranks(change: Change | Missed) -> str:
    """`rank 2 -> 11 (boundary_cut)`, the cause where it is known; `rank 11` where nothing changed.

    `none` where the item does not complete in the ranking that is kept.
    """
    cause = f"({change.cause})" if change.cause else ""
    if isinstance(change, Missed):
        return f"rank {change.rank or 'none'} {cause}".rstrip()
    if change.rank_before is None and change.rank_after is None:
        return cause
    return f"rank {change.rank_before or 'none'} -> {change.rank_after or 'none'} {cause}".rstrip()


def question_line(change: Change | Missed) -> str:
    """`q-0117 "What is the late fee cap ..." handbook.md:412 rank 2 -> 11 (boundary_cut)`."""
    asked = change.question
    parts = (one_line(asked.id, 80), f'"{one_line(asked.text)}"', one_line(change.place, 120))
    return " ".join(part for part in (*parts, ranks(change)) if part)


def questions_to_show(result: GateResult) -> list[tuple[str, Change | Missed]]:
    """What fails or got worse, each question once: missed must_pass ones, then lost ones."""
    must = {missed.question.id: missed for missed in result.must_pass_missed}
    lost = {one.question.id: one for one in (result.against.changes.lost if result.against else ())}
    return [
        *(("must_pass", lost.get(id, missed)) for id, missed in must.items()),
        *(("lost", change) for id, change in lost.items() if id not in must),
    ]


def value(number: float | None, unit: str) -> str:
    """A mean in its unit."""
    if number is None:
        return "none"
    return f"{number:.3f}" if unit in ("share", "ratio") else f"{number:,.1f}"


def change(delta: Delta) -> str:
    """`-2.1 points [-3.5, -0.8]`."""
    found, measure = delta.difference, delta.measure
    if found.delta is None:
        return "no value"
    text = f"{_signed(found.delta, measure.unit)} {unit_of(measure)}".rstrip()
    if found.low is None or found.high is None:
        return text
    return f"{text} [{_signed(found.low, measure.unit)}, {_signed(found.high, measure.unit)}]"


def outcome(delta: Delta) -> str:
    """What the difference shows; `identical` where no question changed, wide as its interval is."""
    found = delta.difference
    return "identical" if found.n and not found.changed else found.outcome


def p_value(p: float) -> str:
    """`p .013`, and `p < .001` for what is smaller."""
    return "p < .001" if p < 0.001 else f"p {p:.3f}".replace("0.", ".")


def sight(delta: Delta) -> str:
    """The smallest difference that these questions show."""
    mde = delta.difference.mde
    return "" if mde is None else points(mde, delta.measure.unit)


def sharing(shared: Shared) -> list[str]:
    """What two sides do not share, in sentences; nothing where they share everything."""
    found = []
    if shared.corpus is not True:
        found.append(
            "the documents are not the same"
            if shared.corpus is False
            else "whether the documents are the same is not known"
        )
    for ids, what in (
        (shared.changed, "left out, their labels differ"),
        (shared.removed, "only the first has"),
        (shared.added, "only the second has"),
    ):
        if ids:
            found.append(f"questions {what}: {len(ids):,} ({named(ids)})")
    if shared.drifted:
        found.append(f"labels that moved in their document, and are compared: {shared.drifted:,}")
    return found


def named(ids: Sequence[str], count: int = 5) -> str:
    """The first ids, and how many more there are."""
    more = f" and {len(ids) - count:,} more" if len(ids) > count else ""
    return ", ".join(one_line(id, 80) for id in ids[:count]) + more


def _signed(number: float, unit: str) -> str:
    text = points(number, unit)
    return "0.0" if text == "-0.0" else text if number < 0 else f"+{text}"
