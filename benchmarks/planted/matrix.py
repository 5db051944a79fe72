"""The confusion matrix: planted faults against the causes that the diagnosis names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from benchmarks.planted.cases import Family
from benchmarks.planted.proving import Planted
from benchmarks.planted.sweeping import FOUND, Costs, Outcome
from ragcheck.causes import CAUSES

#: Least share right that every fault must have, and the mean of all, for each kind of system.
LEAST, MEAN = 0.85, 0.95


def held(planted: Planted) -> Iterator[str]:
    """A line per fault: how often it was drawn, and how often that holds."""
    for fault in dict.fromkeys(case.fault for case in planted.cases):
        drawn = sum(case.fault == fault for case in planted.cases)
        counts = (
            f"{family} {sum(case.fault == fault for case in own)}"
            for family, own in planted.held.items()
        )
        yield f"  {planted.setup.name:<12} {fault:<20} drawn {drawn}, holds for {', '.join(counts)}"


def table(outcomes: Sequence[Outcome], family: Family) -> Iterator[str]:
    """Lines of one kind of system: a row per fault, a column per cause that occurs."""
    own = [one for one in outcomes if one.family == family]
    seen = {one.cause for one in own}
    columns = [cause for cause in (*CAUSES, FOUND) if cause in seen]
    yield f"{'planted':<22}{'n':>4}" + "".join(f"{c:>17}" for c in columns) + "  right   fixes"
    for fault, rows in by_fault(own).items():
        counts = Counter(one.cause for one in rows)
        cells = "".join(f"{counts[cause] or '.':>17}" for cause in columns)
        fixes = f"{sufficient(rows):>8.0%}" if rows[0].case.fixes.get(family) else " " * 7 + "-"
        yield f"{fault:<22}{len(rows):>4}{cells}{right(rows):>7.0%}{fixes}"


def verdict(outcomes: Sequence[Outcome], family: Family) -> tuple[str, bool]:
    """The mean over faults and the least of them, and whether both are good enough.

    Two faults planted at once count by whether both interventions are named sufficient.
    """
    shares = {
        fault: sufficient(rows) if paired(fault) else right(rows)
        for fault, rows in by_fault([one for one in outcomes if one.family == family]).items()
    }
    single = [share for fault, share in shares.items() if not paired(fault)]
    mean, least = sum(single) / len(single), min(shares.values())
    worst = min(shares, key=lambda fault: shares[fault])
    good = mean >= MEAN and least >= LEAST
    return f"{family}: mean of faults {mean:.1%}, least {least:.0%} ({worst})", good


def costs_line(costs: Costs) -> str:
    """Encodings for each miss, by purpose, and the time."""
    parts = (f"{name} {count / costs.misses:.1f}" for name, count in costs.encodings.items())
    total = sum(costs.encodings.values()) / max(costs.misses, 1)
    return (
        f"{costs.misses} misses diagnosed in {costs.seconds:.0f} s; "
        f"{total:.1f} encodings a miss ({', '.join(parts)})"
    )


def by_fault(outcomes: Sequence[Outcome]) -> dict[str, list[Outcome]]:
    """Outcomes by planted fault, in order of planting."""
    found: dict[str, list[Outcome]] = {}
    for one in outcomes:
        found.setdefault(one.case.fault, []).append(one)
    return found


def right(rows: Sequence[Outcome]) -> float:
    """Share whose primary cause is the planted one."""
    return sum(one.right for one in rows) / len(rows)


def sufficient(rows: Sequence[Outcome]) -> float:
    """Share in which every planted reason is a sufficient intervention."""
    return sum(one.sufficient for one in rows) / len(rows)


def paired(fault: str) -> bool:
    """Whether two faults were planted at once."""
    return " + " in fault
