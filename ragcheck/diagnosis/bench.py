"""What all interventions on one system work with, and the injection of texts into its rankings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ragcheck.diagnosis.case import Case
from ragcheck.diagnosis.injecting import Scorer
from ragcheck.diagnosis.missed import Missed, examine
from ragcheck.diagnosis.prefixing import Prefixes
from ragcheck.diagnosis.ranking import INJECTED, Scored
from ragcheck.diagnosis.showing import Extent, Goal, Place, Showing
from ragcheck.diagnosis.trial import Outcome
from ragcheck.diagnosis.windows import Windows
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
class Injection:
    """A text to put into the ranking of a query, instead of the chunks `gone`.

    `prefix` stands before what `extent` holds; `goal` is what must then be whole.
    """

    row: int
    document: int
    extent: Extent
    prefix: str
    gone: Ints
    goal: Goal


def inject(bench: Bench, injections: Sequence[Injection], purpose: str) -> list[Place | None]:
    """Where each goal is whole once its text is ranked by its own score."""
    texts = [
        (one.row, one.prefix + bench.windows.text(one.document, one.extent)) for one in injections
    ]
    places = []
    for one, scores in zip(injections, bench.scorer.scores(texts, purpose), strict=True):
        order = bench.missed.lists.changed(one.row, one.gone, [Scored(INJECTED, scores)])
        places.append(bench.showing.place(one.goal, order, {INJECTED: one.extent}))
    return places
