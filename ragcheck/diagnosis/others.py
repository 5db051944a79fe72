"""What the ranking as it is, other retrievers on the same chunks, and their fusion would find."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from ragcheck.diagnosis.bench import Bench
from ragcheck.diagnosis.case import Searcher
from ragcheck.diagnosis.ranking import Lists
from ragcheck.diagnosis.showing import DEEPER, Place
from ragcheck.diagnosis.trial import Trial
from ragcheck.protocols import Fusion
from ragcheck.retrieval.hybrid import Hybrid
from ragcheck.spans import Ints

#: The order of chunks for each row of the missed questions.
Orders = Callable[[int], Ints]


def deeper(bench: Bench) -> Trial:
    """The ranking as it is, five times as deep."""
    return Trial.of([bench.outcome(miss.place, DEEPER) for miss in bench.missed.misses])


class Others:
    """The other systems on the same chunks, searched once for the missed questions."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._siblings: list[tuple[Searcher, Lists]] = [
            (sibling, Lists(sibling, bench.missed.queries, bench.missed.deep))
            for sibling in bench.case.siblings
        ]

    def retrievers(self) -> tuple[Trial, tuple[str, ...]]:
        """Other retrievers that are no fusion: the best place of each item, and whose it is."""
        single = [one for one in self._siblings if not isinstance(one[0].retriever, Fusion)]
        places, best = self._best([lists.order for _, lists in single])
        names = tuple(single[number][0].id if number >= 0 else "" for number in best)
        return self._trial(places, len(single)), names

    def fusions(self) -> Trial:
        """The sweep's own fusions; without any, this system fused with each other one by rank."""
        orders: list[Orders] = [
            lists.order
            for sibling, lists in self._siblings
            if isinstance(sibling.retriever, Fusion)
        ]
        if not orders and not isinstance(self._bench.case.system.retriever, Fusion):
            orders = [self._fused(*one) for one in self._siblings]
        return self._trial(self._best(orders)[0], len(orders))

    def _fused(self, sibling: Searcher, lists: Lists) -> Orders:
        own = self._bench.missed.lists
        model = Hybrid(first=self._bench.case.system.retriever, second=sibling.retriever)

        def order(row: int) -> Ints:
            pools = [one.pool(row, model.pool) for one in (own, lists)]
            return np.asarray(model.merge(pools, 2 * model.pool)[0], np.int64)

        return order

    def _best(self, orders: Sequence[Orders]) -> tuple[list[Place | None], list[int]]:
        """The earliest place of each missed item in any order, and which order that is (-1)."""
        rows = range(len(self._bench.missed.queries))
        ranked = [[order(row) for row in rows] for order in orders]
        places: list[Place | None] = []
        numbers = []
        for miss in self._bench.missed.misses:
            found = [self._bench.showing.place(miss.goal, order[miss.row]) for order in ranked]
            number = min(
                (number for number, place in enumerate(found) if place),
                key=lambda number: self._bench.showing.reach(found[number]),
                default=-1,
            )
            places.append(found[number] if number >= 0 else None)
            numbers.append(number)
        return places, numbers

    def _trial(self, places: Sequence[Place | None], tried: int) -> Trial:
        return Trial.of([self._bench.outcome(place) if tried else None for place in places])
