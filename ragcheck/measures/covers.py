"""Cheapest sets of chunks that hold what one question needs (METRICS, section 4).

Everything here is about a single question: a handful of chunks and passages, as Python integers.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from ragcheck.measures.corpus import Reals
from ragcheck.spans import Ints

#: More than any context costs, and small enough to be added up many times.
NEVER = 1 << 40


class Piece(NamedTuple):
    """A chunk, or the beginning of one that the end of the budget leaves: units and cost."""

    start: int
    end: int
    cost: int
    cut: bool = False


class Need(NamedTuple):
    """One alternative of an item: units and the number of the item."""

    start: int
    end: int
    item: int


class _Chain(NamedTuple):
    """Connected pieces so far: they reach `end`; gold that begins before `since` is not in them.

    `costs` int64[2 * 2**m + 1]: least cost at which at least the items of each subset are held,
    first with no cut piece, then with at most one; NEVER at the end.
    """

    end: int
    since: int
    costs: Ints


def joint_costs(pieces: Sequence[Piece], needs: Sequence[Need], items: int) -> Ints:
    """Least cost at which each subset of the items is held: int64[2**items], NEVER if it cannot.

    Exact. An item is held when the union of the chosen pieces contains one of its alternatives. At
    most one chosen piece may be cut, the one that comes last in the context. Pieces are visited
    from left to right; in a cheapest choice none contains another, so that the pieces of a
    connected stretch follow each other in start and end.
    """
    best = np.full((2 << items) + 1, NEVER, dtype=np.int64)
    best[0] = best[1 << items] = 0
    chains: list[_Chain] = []
    for piece in sorted(pieces):
        chains = [chain for chain in chains if chain.end >= piece.start]
        grown = [chain for chain in chains if chain.end < piece.end]
        grown.append(_Chain(piece.start, piece.start, best.copy()))
        open_: dict[int, Ints] = {}
        for chain in grown:
            costs = _add(piece, chain, needs, items)
            np.minimum(best, costs, out=best)
            crossing = [n.start for n in needs if chain.since <= n.start < piece.end < n.end]
            if crossing:
                since = min(crossing)
                open_[since] = np.minimum(open_.get(since, costs), costs)
        chains += [_Chain(piece.end, since, costs) for since, costs in open_.items()]
    return np.minimum(best[1 << items : 2 << items], NEVER)


def _add(piece: Piece, chain: _Chain, needs: Sequence[Need], items: int) -> Ints:
    """Costs of the subsets once `piece` continues `chain`."""
    held = 0
    for need in needs:
        if chain.since <= need.start and need.end <= piece.end:
            held |= 1 << need.item
    costs = chain.costs.take(_sources(items, held, piece.cut))
    costs += piece.cost
    return costs


@lru_cache(maxsize=1 << 13)
def _sources(items: int, held: int, cut: bool) -> Ints:
    """Where in a chain's costs each subset's rest is found when a piece holds the items `held`."""
    rest = np.arange(1 << items) & ~held
    nothing = np.full(1 << items, 2 << items)
    rows = (nothing, rest) if cut else (rest, rest + (1 << items))
    return np.concatenate([*rows, nothing[:1]])


def greedy_gains(
    pieces: Sequence[Piece], needs: Sequence[Need], weights: Reals
) -> tuple[Ints, Reals]:
    """Items taken one by one, the one with most weight for its cost first.

    Returns the cost so far and the weight so far after each step; both begin with 0. A lower bound
    of what is possible at each cost.
    """
    chosen: set[Piece] = set()
    left = set(range(len(weights)))
    cost, weight, costs, gained = 0, 0.0, [0], [0.0]
    while left:
        offers = [
            (sum(p.cost for p in extra) / max(weights[n.item], 1e-12), n.item, extra)
            for n in needs
            if n.item in left and (extra := _extra(pieces, chosen, n)) is not None
        ]
        if not offers:
            break
        _, item, extra = min(offers, key=lambda offer: offer[:2])
        left.discard(item)
        chosen.update(extra)
        cost += sum(p.cost for p in extra)
        weight += float(weights[item])
        costs.append(cost)
        gained.append(weight)
    return np.array(costs, dtype=np.int64), np.array(gained)


def _extra(pieces: Sequence[Piece], chosen: set[Piece], need: Need) -> list[Piece] | None:
    """Fewest pieces to add to `chosen` so that they hold `need`, None if nothing does."""
    added: list[Piece] = []
    position = need.start
    while position < need.end:
        reached = max((p.end for p in chosen if p.start <= position), default=position)
        if reached <= position:
            usable = [p for p in pieces if p.start <= position < p.end]
            if not usable:
                return None
            added.append(max(usable, key=lambda p: p.end))
            reached = added[-1].end
        position = reached
    return added
