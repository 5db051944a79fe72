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
from ragcheck.measures.ranges import distinct, spread
from ragcheck.records import Chunks, Cut, Int32s
from ragcheck.spans import Ints

#: All subsets of the items are tried up to this number (METRICS, section 4).
EXACT_ITEMS = 12
#: Subsets times cut-offs held at once.
_BLOCK = 1 << 22


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
        every = np.flatnonzero(simple & (items == count))
        step = max(1, _BLOCK // (len(cuts) << int(count)))
        for questions in np.split(every, np.arange(step, len(every), step)):
            rows = corpus.items.first[questions][:, None] + np.arange(count)
            in_chunks, in_tokens = _add_up(alone, rows, int(count))
            weight = corpus.items.weight[rows] @ _members(int(count))
            best[questions] = _largest(weight, in_chunks, in_tokens, cuts)
    for case in _cases(costs, np.flatnonzero(~simple & (items > 0))):
        low, high = corpus.items.first[case.question], corpus.items.first[case.question + 1]
        best[case.question] = _search(case, corpus.items.weight[low:high], cuts)
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
    limit = np.array([cut.value for cut in cuts])[:, None]
    by_chunks = np.array([cut.unit == "k" for cut in cuts])[:, None]
    cost = np.where(by_chunks, in_chunks[..., None, :], in_tokens[..., None, :])
    return np.asarray(np.where(cost <= limit, weight[..., None, :], 0).max(axis=-1))


@dataclass(frozen=True, slots=True)
class _Case:
    """A question to search covers for: its chunks whole, and cut where that may be enough."""

    question: int
    needs: list[Need]
    whole: list[Piece]
    cut: list[Piece]


def _cases(costs: _Costs, questions: Ints) -> Iterator[_Case]:
    """Prices the chunks of all `questions` at once and hands them out one by one."""
    gold, items = costs.corpus.alternatives, costs.corpus.items
    owner = gold.question[costs.touching.alternative]
    wanted = np.isin(owner, questions)
    rows = distinct(owner[wanted] << 32 | costs.touching.chunk[wanted])
    question, chunk = rows >> 32, rows & (1 << 32) - 1
    start, end = costs.bounds.start[chunk], costs.bounds.end[chunk]
    whole = [Piece(*row) for row in _rows(start, end, costs.tokens[chunk])]
    row, stop, price = _beginnings(costs, question, chunk)
    cut = [Piece(*place, True) for place in _rows(start[row], stop, price)]
    item = gold.item - items.first[gold.question]
    needs = [Need(*place) for place in _rows(gold.start, gold.end, item)]
    ends = np.stack([questions, questions + 1], axis=1)
    for number, of_needs, of_whole, of_cut in zip(
        questions.tolist(),
        gold.first[items.first[ends]].tolist(),
        np.searchsorted(question, ends).tolist(),
        np.searchsorted(question[row], ends).tolist(),
        strict=True,
    ):
        yield _Case(number, needs[slice(*of_needs)], whole[slice(*of_whole)], cut[slice(*of_cut)])


def _rows(*columns: Ints) -> Iterator[tuple[int, int, int]]:
    return zip(*(column.tolist() for column in columns), strict=True)


def _beginnings(costs: _Costs, question: Ints, chunk: Ints) -> tuple[Ints, Ints, Ints]:
    """Chunks cut where a passage ends, another chunk takes over, or after their last unit.

    `question`, `chunk`: which chunks, by question. Returns which of them, the end and the cost of
    every beginning that costs less than the whole, ordered by question.
    """
    gold, line = costs.corpus.alternatives, costs.corpus.text.length + 1
    start, end = (
        question * line + costs.bounds.start[chunk],
        question * line + costs.bounds.end[chunk],
    )
    stops = distinct(np.concatenate([gold.question * line + gold.end, start]))
    low = np.searchsorted(stops, start, side="right")
    count = np.searchsorted(stops, end, side="left") - low
    every = np.arange(len(chunk))
    row = np.concatenate([np.repeat(every, count), every])
    stop = np.concatenate([stops[spread(low, count)], end]) - question[row] * line
    order = np.argsort(row, kind="stable")
    row, stop = row[order], stop[order]
    price = costs.until(chunk[row], stop)
    useful = price < costs.tokens[chunk[row]]
    return row[useful], stop[useful], price[useful]


def _search(case: _Case, weight: Reals, cuts: Sequence[Cut]) -> Reals:
    """Largest weight of the items that each cut-off can pay for: float64[c]."""
    counted = [piece._replace(cost=1) for piece in case.whole]
    if len(weight) > EXACT_ITEMS:
        by_chunks = greedy_gains(counted, case.needs, weight)
        by_tokens = greedy_gains(case.whole, case.needs, weight)
        return np.array(
            [_reached(by_chunks if cut.unit == "k" else by_tokens, cut.value) for cut in cuts]
        )
    in_chunks = joint_costs(counted, case.needs, len(weight))
    in_tokens = joint_costs([*case.whole, *case.cut], case.needs, len(weight))
    return _largest(weight @ _members(len(weight)), in_chunks, in_tokens, cuts)


def _reached(gains: tuple[Ints, Reals], limit: int) -> float:
    cost, weight = gains
    return float(weight[np.searchsorted(cost, limit, side="right") - 1])
