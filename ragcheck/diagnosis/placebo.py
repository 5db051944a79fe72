"""The same interventions on random stretches of the same documents (METRICS, section 6).

What "recovers" a passage that nobody asked for says how little an intervention proves here. A
placebo patient must be ill as well: a stretch that the context shows already is drawn again.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ragcheck.diagnosis.bench import Bench, Stretch
from ragcheck.diagnosis.context import Patient
from ragcheck.diagnosis.missed import Miss
from ragcheck.diagnosis.showing import Goal
from ragcheck.diagnosis.windows import Passage, Run

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

    def stretch(self, miss: Miss, passage: Passage) -> Stretch | None:
        """A stretch as long as `passage` whose centred window does not touch the passage.

        None where the document has none that the context does not show. Its window wants as many
        tokens, and the prefix of its own chunk if the passage's has one.
        """
        windows = self._bench.windows
        extent = windows.around(passage)
        own, gold = windows.run(extent.start, extent.end), windows.run(miss.start, miss.end)
        size, inner = own[1] - own[0], gold[1] - gold[0]
        for first in self._draw(windows.document(miss.document), gold, size):
            middle = first + (size - inner) // 2
            start, end = windows.characters(miss.document, (middle, middle + inner))
            goal = self._goal((start, end))
            if goal is None or self._shown(miss, goal):
                continue
            gone = self._bench.showing.touching(goal)
            host = int(gone[0]) if len(gone) and passage.host >= 0 else -1
            drawn = Passage(miss.document, start, end, size, host)
            return Stretch(miss.row, drawn, gone, goal, (miss.start, miss.end))
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
