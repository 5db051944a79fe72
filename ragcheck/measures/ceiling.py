"""The best recall that any ranking of the chunks could reach (METRICS, section 4).

A budget ends inside a chunk, so the last chunk of a cheapest cover costs only what is needed of it:
no system can have more recall than its ceiling.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ragcheck.measures.boundaries import Bounds, Flags, Touching, cover_counts
from ragcheck.measures.corpus import Corpus, Reals
from ragcheck.measures.covers import NEVER, Need, Piece, greedy_gains, joint_costs
from ragcheck.records import Chunks, Cut, Int32s
from ragcheck.spans import Ints

#: All subsets of the items are tried up to this number (METRICS, section 4).
EXACT_ITEMS = 12


@dataclass(frozen=True, slots=True, eq=False)
class Ceilings:
    """`share` float64[q, c] in [0, 1]; `exact` bool[q], false where it is a lower bound only."""

    share: Reals
    exact: Flags


@dataclass(frozen=True, slots=True, eq=False)
class _Costs:
    """What the chunks of an index cost, whole and in part.

    `tokens` int64[n]; `prefix` int64[n], tokens of the prefix; `first` int64[n], tokens of the text
    before the chunk; `shown` the position from which each token is shown.
    """

    corpus: Corpus
    bounds: Bounds
    touching: Touching
    tokens: Ints
    prefix: Ints
    first: Ints
    shown: Int32s

    @classmethod
    def of(cls, corpus: Corpus, chunks: Chunks, bounds: Bounds, touching: Touching) -> _Costs:
        place = corpus.text.offset[chunks.document]
        start = place + chunks.start
        tokens = chunks.tokens.astype(np.int64)
        prefix = tokens - corpus.tokens.count(start, place + chunks.end)
        first = corpus.tokens.count(0, start)
        # A character belongs to the token of its first byte.
        shown = corpus.tokens.starts + corpus.tokens.inside
        return cls(corpus, bounds, touching, tokens, prefix, first, shown)

    def until(self, chunk: Ints, unit: Ints) -> Ints:
        """Tokens of each chunk, prefix included, that show it up to `unit` (exclusive)."""
        position = self.corpus.text.position(unit - 1).astype(self.shown.dtype)
        needed = np.searchsorted(self.shown, position, side="right") - self.first[chunk]
        return np.asarray(self.prefix[chunk] + np.maximum(needed, 0), dtype=np.int64)


def ceilings(
    corpus: Corpus, chunks: Chunks, bounds: Bounds, touching: Touching, cuts: Sequence[Cut]
) -> Ceilings:
    """Largest weight of items whose cheapest joint cover fits each cut-off, as a share.

    Questions whose passages do not compete for chunks are served together; the others one by one.
    """
    costs = _Costs.of(corpus, chunks, bounds, touching)
    best = np.zeros((corpus.questions, len(cuts)))
    items = np.diff(corpus.items.first)
    simple, alone = _simple(costs)
    simple &= (items > 0) & (items <= EXACT_ITEMS)
    for count in np.unique(items[simple]):
        questions = np.flatnonzero(simple & (items == count))
        rows = corpus.items.first[questions][:, None] + np.arange(count)
        in_chunks, in_tokens = _add_up(alone, rows, int(count))
        weight = corpus.items.weight[rows] @ _members(int(count))
        best[questions] = _largest(weight, in_chunks, in_tokens, cuts)
    for question in np.flatnonzero(~simple & (items > 0)):
        best[question] = _one_by_one(costs, int(question), cuts)
    total = np.bincount(corpus.items.question, corpus.items.weight, corpus.questions)
    share = np.divide(best, total[:, None], out=np.zeros_like(best), where=total[:, None] > 0)
    return Ceilings(np.minimum(share, 1), items <= EXACT_ITEMS)


@dataclass(frozen=True, slots=True, eq=False)
class _Alone:
    """Cheapest cover of each item on its own: chunks, tokens, and tokens when it comes last."""

    chunks: Ints
    whole: Ints
    last: Ints


def _simple(costs: _Costs) -> tuple[Flags, _Alone]:
    """Which questions need no search, and what each of their items costs.

    bool[q]: no chunk touches two items of the question, and each of its alternatives is held by
    exactly the chunks that touch it (or can be held by none). Then costs add up.
    """
    corpus, touching = costs.corpus, costs.touching
    gold = corpus.alternatives
    pieces = cover_counts(gold.start, gold.end, costs.bounds)
    simple = np.ones(corpus.questions, dtype=np.bool_)
    simple[gold.question[(pieces > 0) & (pieces != np.diff(touching.first))]] = False
    owner, item = gold.question[touching.alternative], gold.item[touching.alternative]
    order = np.lexsort((item, touching.chunk, owner))
    owner, item, chunk = owner[order], item[order], touching.chunk[order]
    shared = (owner[1:] == owner[:-1]) & (chunk[1:] == chunk[:-1]) & (item[1:] != item[:-1])
    simple[owner[1:][shared]] = False
    return simple, _alone(costs, pieces)


def _alone(costs: _Costs, pieces: Ints) -> _Alone:
    touching, gold = costs.touching, costs.corpus.alternatives
    alternative, chunk = touching.alternative, touching.chunk
    needed = np.minimum(costs.bounds.end[chunk], gold.end[alternative])
    # Where the next chunk takes over, the last one shown need not go on.
    following = np.flatnonzero(alternative[1:] == alternative[:-1])
    takeover = costs.bounds.start[chunk[following + 1]]
    needed[following] = np.minimum(needed[following], takeover)
    saving = np.zeros(len(gold), dtype=np.int64)
    useful = needed > costs.bounds.start[chunk]
    spared = costs.tokens[chunk[useful]] - costs.until(chunk[useful], needed[useful])
    np.maximum.at(saving, alternative[useful], spared)
    whole = np.zeros(len(gold), dtype=np.int64)
    np.add.at(whole, alternative, costs.tokens[chunk])
    table = np.stack([pieces, whole, whole - saving])
    table[:, pieces == 0] = NEVER
    if len(gold):
        table = np.minimum.reduceat(table, gold.first[:-1], axis=1)
    return _Alone(*table)


def _members(count: int) -> Ints:
    """Which of `count` items each subset has: int64[count, 2**count]."""
    return np.arange(1 << count) >> np.arange(count)[:, None] & 1


def _add_up(alone: _Alone, rows: Ints, count: int) -> tuple[Ints, Ints]:
    """Costs of all subsets of the items in `rows` [n, count]: chunks and tokens, [n, 2**count]."""
    members = _members(count)
    whole = alone.whole[rows] @ members
    saved = np.where(members, (alone.whole - alone.last)[rows][:, :, None], 0).max(axis=1)
    return alone.chunks[rows] @ members, whole - saved


def _largest(weight: Reals, in_chunks: Ints, in_tokens: Ints, cuts: Sequence[Cut]) -> Reals:
    """Largest weight [.., subsets] that each cut-off can pay for: [.., c]."""
    columns = [
        np.where((in_chunks if cut.unit == "k" else in_tokens) <= cut.value, weight, 0).max(axis=-1)
        for cut in cuts
    ]
    return np.stack(columns, axis=-1)


def _one_by_one(costs: _Costs, question: int, cuts: Sequence[Cut]) -> Reals:
    """Largest weight per cut-off of one question, by searching covers: float64[c]."""
    items = costs.corpus.items
    low, high = int(items.first[question]), int(items.first[question + 1])
    weight = items.weight[low:high]
    needs, chunk = _question(costs, low, high)
    whole = [Piece(*piece) for piece in _whole(costs, chunk)]
    counted = [Piece(piece.start, piece.end, 1) for piece in whole]
    if high - low > EXACT_ITEMS:
        by_chunks = greedy_gains(counted, needs, weight)
        by_tokens = greedy_gains(whole, needs, weight)
        return np.array(
            [_reached(by_chunks if cut.unit == "k" else by_tokens, cut.value) for cut in cuts]
        )
    in_chunks = joint_costs(counted, needs, high - low)
    in_tokens = joint_costs([*whole, *_beginnings(costs, chunk, needs)], needs, high - low)
    return _largest(weight @ _members(high - low), in_chunks, in_tokens, cuts)


def _question(costs: _Costs, low: int, high: int) -> tuple[list[Need], Ints]:
    """Alternatives of the items [low, high) and the chunks that touch them."""
    gold, touching = costs.corpus.alternatives, costs.touching
    first, end = int(gold.first[low]), int(gold.first[high])
    rows = zip(gold.start[first:end], gold.end[first:end], gold.item[first:end] - low, strict=True)
    needs = [Need(int(start), int(stop), int(item)) for start, stop, item in rows]
    return needs, np.unique(touching.chunk[touching.first[first] : touching.first[end]])


def _whole(costs: _Costs, chunk: Ints) -> Iterator[tuple[int, int, int]]:
    columns = (costs.bounds.start[chunk], costs.bounds.end[chunk], costs.tokens[chunk])
    return zip(*(column.tolist() for column in columns), strict=True)


def _beginnings(costs: _Costs, chunk: Ints, needs: Sequence[Need]) -> list[Piece]:
    """Each chunk cut where a passage ends or another chunk takes over, or after its last unit."""
    start, end = costs.bounds.start[chunk], costs.bounds.end[chunk]
    stops = np.unique(np.concatenate([[need.end for need in needs], start]))
    row, column = np.nonzero((start[:, None] < stops) & (stops < end[:, None]))
    row = np.concatenate([row, np.arange(len(chunk))])
    stop = np.concatenate([stops[column], end])
    cost = costs.until(chunk[row], stop)
    table = zip(start[row].tolist(), stop.tolist(), cost.tolist(), strict=True)
    return [Piece(*piece, cut=True) for piece in table]


def _reached(gains: tuple[Ints, Reals], limit: int) -> float:
    cost, weight = gains
    return float(weight[np.searchsorted(cost, limit, side="right") - 1])
