"""How numbers are written. The one place of the report that rounds.

A value below 1 is never written as 1 and a value above 0 never as 0: rounding must not turn a
miss into a visible pass.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from ragcheck.records import Measure, Summary

#: Units written with three decimals.
SHARES = ("share", "ratio")
#: What stands where there is no value.
ABSENT = "–"


@dataclass(frozen=True, slots=True)
class Figure:
    """A number as it is shown, with the name of the measure that defines it.

    `low` and `high` are the ends of its interval as shown ("" without one), `note` says why a
    value is absent, `value` is the number before rounding.
    """

    value: float | None
    text: str
    measure: str = ""
    low: str = ""
    high: str = ""
    note: str = ""

    @property
    def interval(self) -> str:
        """`[.88, .93]`, or nothing."""
        return f"[{self.low}, {self.high}]" if self.low else ""


def nearest(value: float, steps: int) -> int:
    """The nearest of so many steps to 1; a half goes up, as in the page's script.

    Sums in another order differ in the last bits: what lies that close to a half is one.
    """
    return math.floor(value * steps + 0.5 + 1e-9)


def partly(value: float, steps: int) -> int:
    """As `nearest`, but a share below 1 is never all of the steps, and one above 0 never none."""
    found = nearest(value, steps)
    return min(max(found, 1), steps - 1) if 0 < value < 1 else found


def share(value: float | None, digits: int = 3) -> str:
    """A share of 0 to 1: `0.871`; just under 1 stays `0.999`, just over 0 stays `0.001`."""
    if value is None:
        return ABSENT
    steps: int = 10**digits
    return f"{partly(value, steps) / steps:.{digits}f}"


def bare(value: float | None, digits: int = 2) -> str:
    """A share inside brackets, without its leading zero: `.88`; `.004` where `.00` would lie."""
    near = value is not None and 0 < value < 1 and nearest(value, 10**digits) in (0, 10**digits)
    text = share(value, digits + near)
    return text.removeprefix("0") if text.startswith("0.") else text


def percent(value: float | None) -> str:
    """A share in whole percent, never 0% or 100% by rounding: `4%`."""
    return ABSENT if value is None else f"{partly(value, 100)}%"


def step_for(largest: float, steps: int) -> float:
    """A step of 1, 2 or 5 times a power of ten of which `largest` holds no more than so many."""
    if not largest > 0 or not math.isfinite(largest):
        return 1.0
    power = 10.0 ** math.floor(math.log10(largest / steps))
    found = next(n for n in (1, 2, 5, 10, 20) if n * power * steps >= largest)
    return float(f"{found * power:.1g}")


def stepped(value: float, step: float) -> str:
    """A value in whole steps, with as many decimals as the step has."""
    return f"{nearest(value / step, 1) * step:.{max(0, -math.floor(math.log10(step)))}f}"


def amount(value: float | None) -> str:
    """A count or mean of tokens: `1,204`; small ones keep a digit: `2.4`."""
    if value is None:
        return ABSENT
    if value == int(value) or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:,.1f}"


def seconds(value: float | None) -> str:
    """A time in seconds with two figures that matter: `0.12`, `1.2`, `85`."""
    return ABSENT if value is None else f"{value:.{2 if value < 1 else 1 if value < 10 else 0}f}"


def write(value: float | None, unit: str) -> str:
    """A value in the notation of its unit (`share`, `ratio`, `tokens` or `count`)."""
    return share(value) if unit in SHARES else amount(value)


def steps(value: float | None, unit: str) -> int | None:
    """A difference in steps of the last digit shown, thousandths or tenths; 0 only for none."""
    if value is None:
        return None
    size = abs(value) * (1000 if unit in SHARES else 10)
    return int(math.copysign(max(1, round(size)), value)) if size > 1e-9 else 0


def signed(value: float | None, unit: str) -> str:
    """A difference with its sign: `+0.034`, `−1,204.5` tokens, `0.000`."""
    count = steps(value, unit)
    if count is None:
        return ABSENT
    digits, scale = (3, 1000) if unit in SHARES else (1, 10)
    sign = "+" if count > 0 else "−" if count < 0 else ""
    return f"{sign}{abs(count) / scale:,.{digits}f}"


def figure(name: str, measure: Measure | None, summary: Summary | None) -> Figure:
    """A system's mean of a measure as shown; absent where the run does not have it."""
    if measure is None or summary is None or summary.mean is None:
        return Figure(None, ABSENT, name, note=reason(measure, summary))
    ends = ("", "")
    if summary.low is not None and summary.high is not None:
        short = bare if measure.unit in SHARES else amount
        ends = (short(summary.low), short(summary.high))
    return Figure(summary.mean, write(summary.mean, measure.unit), name, *ends)


def reason(measure: Measure | None, summary: Summary | None) -> str:
    """Why a mean is absent, in words."""
    if measure is None or summary is None:
        return "not measured in this run"
    why = ", ".join(f"{name} ({count})" for name, count in sorted(summary.nulls.items()))
    return why or measure.null or "no question has a value"


def plain(value: object) -> float | None:
    """A number that JSON can hold, or None."""
    if isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value):
        return float(value)
    return None
