"""What a check says in one line. A failure never reads as a pass by rounding."""

from __future__ import annotations

from ragcheck.gate.rules import Rule
from ragcheck.records import Measure, Summary
from ragcheck.statistics.decision import DropDecision


def exact_enough(actual: float, limit: float, decimals: int = 3) -> str:
    """`actual` to so many decimals, or to as many as tell it from a limit it does not equal."""
    for digits in range(decimals, 16):
        text = f"{actual:.{digits}f}"
        if float(text) != limit or actual == limit:
            return text
    return repr(actual)


def points(value: float, unit: str, limit: float | None = None) -> str:
    """A difference of shares in points (`2.1`), of anything else in its unit (`14.0`, `0.210`)."""
    scale, digits = 100.0 if unit == "share" else 1.0, 3 if unit == "ratio" else 1
    if limit is None:
        return f"{value * scale:.{digits}f}"
    return exact_enough(round(value * scale, 10), round(limit * scale, 10), digits)


def unit_of(measure: Measure) -> str:
    """What a difference is counted in."""
    return {"share": "points", "tokens": "tokens"}.get(measure.unit, "")


def floor_message(rule: Rule, name: str, summary: Summary, holds: bool) -> str:
    """`recall@5 0.834 >= 0.8  [0.800, 0.866]`."""
    sign = {("min", True): ">=", ("min", False): "<", ("max", True): "<=", ("max", False): ">"}
    mean = summary.mean or 0.0
    text = f"{name} {exact_enough(mean, rule.limit)} {sign[rule.bound, holds]} {rule.limit:g}"
    if summary.low is not None and summary.high is not None:
        text += f"  [{summary.low:.3f}, {summary.high:.3f}]"
    return text


def drop_message(
    rule: Rule, name: str, measure: Measure, means: tuple[float, float], found: DropDecision
) -> str:
    """`recall@5 0.901  baseline 0.922  drop 2.1 points [0.8, 3.5]  allowed 2.0  472 questions ..`.

    `means` are the baseline's and the system's over the shared questions; a drop of something of
    which less is better is a rise, and the line says so.
    """
    before, after = means
    drop, unit = found.drop or 0.0, measure.unit
    digits = 3 if unit in ("share", "ratio") else 1
    worse, better = ("rise", "fall") if measure.better == "lower" else ("drop", "gain")
    lost = drop >= 0
    size = points(abs(drop), unit, rule.limit if lost else None)
    parts = [
        f"{name} {after:.{digits}f}",
        f"baseline {before:.{digits}f}",
        f"{worse if lost else better} {size} {unit_of(measure)}".rstrip()
        + _ends(found, unit, lost),
        f"allowed {points(rule.limit, unit)}",
        asked(found) + sight(found, unit),
    ]
    return "  ".join(parts)


def asked(found: DropDecision) -> str:
    """`472 questions`, or that none of them changed.

    Unsaid, an interval beside a difference of 0 looks like doubt about these questions, where it is
    about others like them.
    """
    count = f"{found.n:,} questions"
    return count if found.changed else f"identical on all {count}"


def _ends(found: DropDecision, unit: str, lost: bool) -> str:
    """The interval of the change, in the direction that the line names."""
    if found.low is None or found.high is None:
        return ""
    ends = (found.low, found.high) if lost else (-found.high, -found.low)
    return f" [{points(ends[0], unit)}, {points(ends[1], unit)}]"


def sight(found: DropDecision, unit: str) -> str:
    """`, can see 1.7`: the smallest drop that so many questions show."""
    return "" if found.mde is None else f", can see {points(found.mde, unit)}"


def undecided_note(rule: Rule, measure: Measure, found: DropDecision) -> str:
    """What an inconclusive check would need, in a sentence."""
    unit = unit_of(measure)
    if found.mde is None:
        return f"{found.n:,} shared questions are too few to tell anything"
    text = (
        f"{found.n:,} questions on {found.groups:,} documents can see a drop of "
        f"{points(found.mde, measure.unit)} {unit}".rstrip()
    )
    if found.needed is None or found.needed <= found.n:
        return (
            f"{text}; the change lies too close to the {points(rule.limit, measure.unit)} allowed"
        )
    return (
        f"{text}; about {found.needed:,} would see one of "
        f"{points(rule.limit, measure.unit)} {unit}".rstrip()
    )
