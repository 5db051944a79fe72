"""The same interventions on random stretches of the same documents (METRICS, section 6).

What "recovers" a passage that nobody asked for says how little an intervention proves here. A
placebo patient must be ill as well: a stretch that the context shows already is drawn again.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ragcheck.diagnosis.bench import Bench, Injection
from ragcheck.diagnosis.context import Patient
from ragcheck.diagnosis.missed import Miss
from ragcheck.diagnosis.showing import Extent, Goal
from ragcheck.diagnosis.windows import Run

_SEED, _SAMPLE = 0, 100
#: How often a stretch is drawn for one passage until one is ill.
_DRAWS = 8


class Placebo:
    """Random stretches for a seeded sample of the missed items."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._random = np.random.default_rng(_SEED)
        count = len(bench.missed.misses)
        drawn = self._random.choice(count, min(_SAMPLE, count), replace=False)
        self.sample = tuple(sorted(drawn.tolist()))

    def injections(self, miss: Miss, extent: Extent) -> Injection | None:
        """A window as long as the oracle `extent` of `miss` that does not touch the passage.

        In the middle of it a stretch as long as the passage stands for the passage. None where the
        document has no such window that the context does not show.
        """
        windows, showing = self._bench.windows, self._bench.showing
        own, gold = windows.run(extent.start, extent.end), windows.run(miss.start, miss.end)
        size, inner = own[1] - own[0], gold[1] - gold[0]
        for first in self._draw(windows.document(miss.document), gold, size):
            start, end = windows.characters(miss.document, (first, first + size))
            middle = first + (size - inner) // 2
            goal = self._goal(windows.characters(miss.document, (middle, middle + inner)))
            if goal is None or self._shown(miss, goal):
                continue
            gone = showing.touching(goal)
            host = int(gone[0]) if len(gone) else -1
            window = Extent(start, end, windows.prefix_tokens(host))
            prefix = windows.prefix(host) if extent.prefix else ""
            window = window if extent.prefix else Extent(start, end, 0)
            return Injection(miss.row, miss.document, window, prefix, gone, goal)
        return None

    def patient(self, miss: Miss) -> Patient | None:
        """A random chunk of the same document, none of the passage, that the context lacks."""
        chunks, showing = self._bench.case.chunks, self._bench.showing
        own = np.flatnonzero(chunks.document == miss.document)
        own = own[~np.isin(own, miss.touching)]
        for chunk in self._random.permutation(own)[:_DRAWS].tolist():
            goal = Goal(int(showing.bounds.start[chunk]), int(showing.bounds.end[chunk]))
            if self._bench.prefixes.missing(chunk) and not self._shown(miss, goal):
                return Patient(miss.row, goal, showing.touching(goal))
        return None

    def _draw(self, document: Run, gold: Run, size: int) -> Iterator[int]:
        """First tokens of random runs of `size` in a document that do not meet `gold`."""
        before = max(gold[0] - size - document[0] + 1, 0)
        after = max(document[1] - size - gold[1] + 1, 0)
        for _ in range(_DRAWS if before + after else 0):
            drawn = int(self._random.integers(before + after))
            yield document[0] + drawn if drawn < before else gold[1] + drawn - before

    def _goal(self, place: tuple[int, int]) -> Goal | None:
        low, high = self._bench.case.corpus.text.unit(np.array(place)).tolist()
        return Goal(low, high) if low < high else None

    def _shown(self, miss: Miss, goal: Goal) -> bool:
        order = self._bench.missed.orders[miss.row]
        return self._bench.showing.within(self._bench.showing.place(goal, order))
