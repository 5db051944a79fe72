"""Clipped and tight oracles: the chunk that a better cut would have made (METRICS, section 6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ragcheck.diagnosis.bench import Bench, Stretch, inject
from ragcheck.diagnosis.placebo import Placebo
from ragcheck.diagnosis.showing import Place
from ragcheck.diagnosis.trial import Outcome, Trial
from ragcheck.diagnosis.windows import Passage

#: Where else a window holds a passage that a boundary cuts: as chunks that half overlap would, of
#: which two hold it, one with more before it and one with more after.
_LEADS = (0.25, 0.75)


def clipped(bench: Bench, placebo: Placebo) -> Trial:
    """Windows of the usual size around the passages, with the prefix of their chunks.

    The passage is in the middle; one that no chunk holds whole and that is not recovered so, a
    quarter from either end too, and the best place counts.
    """
    return _try(bench, placebo, [bench.windows.clipped(m) for m in bench.missed.misses], _LEADS)


def tight(bench: Bench, placebo: Placebo) -> Trial:
    """The passages alone."""
    return _try(bench, placebo, [bench.windows.tight(m) for m in bench.missed.misses], ())


def _try(
    bench: Bench, placebo: Placebo, passages: Sequence[Passage], leads: Sequence[float]
) -> Trial:
    """Inject the window of every missed item, and placebos of the sampled ones.

    One that costs more than a usual context recovers nothing (`Windows.affordable`).
    """
    misses, severed = bench.missed.misses, bench.case.judged.breaks.severed
    own = {
        number: Stretch(miss.row, passage, miss.touching, miss.goal)
        for number, (passage, miss) in enumerate(zip(passages, misses, strict=True))
    }
    drawn = {number: placebo.stretch(misses[number], passages[number]) for number in placebo.sample}
    controls = {number: stretch for number, stretch in drawn.items() if stretch}
    again = [leads if severed[miss.item] else () for miss in misses]
    places = _best(bench, own, again, "oracles")
    reached = _best(bench, controls, again, "placebo")
    outcomes: list[Outcome | None] = []
    for number, passage in enumerate(passages):
        fits = bench.windows.affordable(bench.windows.around(passage))
        control = fits and bench.showing.within(reached[number]) if number in reached else None
        found = bench.outcome(places[number])
        outcomes.append(replace(found, recovered=fits and found.recovered, placebo=control))
    return Trial.of(outcomes)


def _best(
    bench: Bench,
    stretches: Mapping[int, Stretch],
    again: Sequence[Sequence[float]],
    purpose: str,
) -> dict[int, Place | None]:
    """The earliest place of each stretch: centred, and with other leads if that is too late."""
    tries = [(number, 0.5) for number in stretches]
    found: dict[int, Place | None] = {}
    for _ in range(2):
        places = inject(bench, [(stretches[number], lead) for number, lead in tries], purpose)
        for (number, _lead), place in zip(tries, places, strict=True):
            found[number] = min(found.get(number), place, key=bench.showing.reach)
        late = [number for number in stretches if not bench.showing.within(found[number])]
        tries = [
            (number, lead)
            for number in late
            for lead in again[number]
            if _apart(bench, stretches[number], lead)
        ]
    return found


def _apart(bench: Bench, stretch: Stretch, lead: float) -> bool:
    """Whether a window does not touch what it must not touch."""
    window, (start, end) = bench.windows.around(stretch.passage, lead), stretch.apart
    return window.end <= start or end <= window.start
