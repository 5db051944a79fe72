"""Clipped and tight oracles: the chunk that a better cut would have made (METRICS, section 6)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ragcheck.diagnosis.bench import Bench, Injection, inject
from ragcheck.diagnosis.missed import Miss
from ragcheck.diagnosis.placebo import Placebo
from ragcheck.diagnosis.showing import Extent
from ragcheck.diagnosis.trial import Outcome, Trial

#: The window to inject for a missed item.
Oracle = Callable[[Miss], Extent]


def clipped(bench: Bench) -> Oracle:
    """A window of the usual size centred on the passage, with the prefix of its chunk."""
    return lambda m: bench.windows.clipped(m.document, m.start, m.end, m.host)


def tight(bench: Bench) -> Oracle:
    """The passage alone."""
    return lambda m: bench.windows.tight(m.start, m.end)


def try_oracle(bench: Bench, oracle: Oracle, placebo: Placebo) -> Trial:
    """Inject the oracle of every missed item, and placebos of the sampled ones.

    One that costs more than a usual context recovers nothing (`Windows.affordable`).
    """
    misses = bench.missed.misses
    extents = [oracle(miss) for miss in misses]
    places = inject(
        bench, [_injection(bench, *one) for one in zip(misses, extents, strict=True)], "oracles"
    )
    controls = {
        number: injection
        for number in placebo.sample
        if (injection := placebo.injections(misses[number], extents[number]))
    }
    reached = dict(zip(controls, inject(bench, list(controls.values()), "placebo"), strict=True))
    outcomes: list[Outcome | None] = []
    for number, (extent, place) in enumerate(zip(extents, places, strict=True)):
        fits = bench.windows.affordable(extent)
        control = fits and bench.showing.within(reached[number]) if number in reached else None
        found = bench.outcome(place)
        outcomes.append(replace(found, recovered=fits and found.recovered, placebo=control))
    return Trial.of(outcomes)


def _injection(bench: Bench, miss: Miss, extent: Extent) -> Injection:
    prefix = bench.windows.prefix(miss.host) if extent.prefix else ""
    return Injection(miss.row, miss.document, extent, prefix, miss.touching, miss.goal)
