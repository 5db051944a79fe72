"""What all interventions on one system work with, and the injection of texts into its rankings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ragcheck.diagnosis.case import Case
from ragcheck.diagnosis.injecting import Scorer
from ragcheck.diagnosis.missed import Missed, examine
from ragcheck.diagnosis.prefixing import Prefixes
from ragcheck.diagnosis.ranking import INJECTED, Scored
from ragcheck.diagnosis.showing import Goal, Place, Showing
from ragcheck.diagnosis.trial import Outcome
from ragcheck.diagnosis.windows import Passage, Windows
from ragcheck.spans import Ints


@dataclass(frozen=True, slots=True, eq=False)
class Bench:
    """One system with its missed items; everything here is found once."""

    case: Case
    showing: Showing
    missed: Missed
    windows: Windows
    prefixes: Prefixes
    scorer: Scorer

    @classmethod
    def of(cls, case: Case) -> Bench:
        """Searches deeper for the questions with missed items."""
        showing = Showing(case.corpus, case.chunks, case.judged.cuts[case.judged.at])
        missed = examine(case, showing)
        scorer = Scorer(missed.lists, case.system.embedders, missed.queries)
        windows, prefixes = Windows(case, showing), Prefixes(case, showing)
        return cls(case, showing, missed, windows, prefixes, scorer)

    def outcome(self, place: Place | None, factor: int = 1) -> Outcome:
        """What a place means for a missed item, at `factor` times the cut."""
        reach = self.showing.reach(place)
        return Outcome(reach <= factor, place.rank if place else 0, reach)


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """A passage to inject into the ranking of a query instead of the chunks `gone`.

    `goal` is what must then be whole. No window of it may touch the characters `apart`.
    """

    row: int
    passage: Passage
    gone: Ints
    goal: Goal
    apart: tuple[int, int] = (0, 0)


def inject(
    bench: Bench, tries: Sequence[tuple[Stretch, float]], purpose: str
) -> list[Place | None]:
    """Where each stretch is whole once its window is ranked by its own score.

    A try is a stretch and the share of its window's other text that stands before it.
    """
    extents = [bench.windows.around(stretch.passage, lead) for stretch, lead in tries]
    texts = [
        (stretch.row, bench.windows.prefixed(stretch.passage, extent))
        for (stretch, _), extent in zip(tries, extents, strict=True)
    ]
    scores = bench.scorer.scores(texts, purpose)
    places = []
    for (one, _), extent, scored in zip(tries, extents, scores, strict=True):
        order = bench.missed.lists.changed(one.row, one.gone, [Scored(INJECTED, scored)])
        places.append(bench.showing.place(one.goal, order, {INJECTED: extent}))
    return places
