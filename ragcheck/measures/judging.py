"""Judging: rankings and labels become one table; measures see nothing else.

Per question, the end points of everything shown and of all gold cut the text into segments. Each
segment is first shown by one slice of the context, so that what a cut-off shows is a sum over the
segments whose slice comes before it: one pass serves all cut-offs (METRICS, sections 2-5).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ragcheck.measures.boundaries import Bounds, Breaks, Flags, Touching, best_of, breaks
from ragcheck.measures.ceiling import Ceilings, ceilings
from ragcheck.measures.composition import Account, Composition, Hits, View, compose, itemise
from ragcheck.measures.context import Ranked, lay_out
from ragcheck.measures.corpus import Alternatives, Corpus, Items, Reals
from ragcheck.measures.ranges import group_sums
from ragcheck.measures.segments import segment
from ragcheck.measures.unseen import unseen
from ragcheck.records import Chunks, Cut, Int32s, Rankings
from ragcheck.spans import Ints


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """One system against the labels: q questions, i items, c cut-offs, a alternatives.

    `cuts` are the columns; `at` is the column of the working cut, `grid` the budgets asked for.
    Per item and cut-off: `coverage` float64[i, c] in [0, 1], that of its best covered alternative;
    `credited` int64[i, c], which that is (a row of `alternatives`). Per item: `completion`
    int64[i], the least rank at which an alternative is whole, 0 for never; `unseen` float64[i],
    the share of it that no chunk's vector depends on, None without an embedder. Per question and
    cut-off: `shown` int64[q, c], chunks of which something is shown; `tokens` int64[q, c], what
    they cost.
    """

    cuts: tuple[Cut, ...]
    at: int
    grid: tuple[int, ...]
    items: Items
    alternatives: Alternatives
    coverage: Reals
    credited: Ints
    completion: Ints
    shown: Ints
    tokens: Ints
    composition: Composition
    breaks: Breaks
    ceilings: Ceilings
    hits: Hits
    unseen: Reals | None

    @property
    def answerable(self) -> Flags:
        """bool[q]: questions with items; the others have no value in any measure."""
        return np.diff(self.items.first) > 0


def judge(
    corpus: Corpus,
    chunks: Chunks,
    rankings: Rankings,
    cuts: Sequence[Cut],
    at: Cut,
    read: Int32s | None = None,
) -> Judged:
    """Judges `rankings` of the chunks of `corpus` at every cut-off of `cuts` and at `at`.

    A row of `rankings` with fewer chunks than a cut-off asks for retrieved nothing after them; to
    fill the largest budget it must be as deep as `depth` says. `read` int32[n] is where the
    embedder stops reading each chunk, in its document; None where there is no embedder.
    """
    columns = tuple(sorted({*cuts, at}, key=lambda cut: (cut.unit, cut.value)))
    ranked = Ranked.of(chunks, rankings)
    context = lay_out(corpus, chunks, ranked, columns)
    view = (ranked, context, segment(corpus, ranked, context))
    gold = corpus.alternatives
    covered = _coverage(gold, view)
    credited = _credited(gold, covered)
    chosen = credited[gold.item] == np.arange(len(gold))[:, None]
    account = Account.of(corpus, view, chosen)
    bounds = Bounds.of(corpus.text, chunks)
    touching = Touching.of(gold, bounds)
    working = columns.index(at)
    return Judged(
        cuts=columns,
        at=working,
        grid=tuple(i for i, cut in enumerate(columns) if cut.unit == "t" and cut in cuts),
        items=corpus.items,
        alternatives=gold,
        coverage=best_of(gold, covered),
        credited=credited,
        completion=_completion(gold, view),
        shown=context.shown,
        tokens=context.tokens,
        composition=compose(account, gold, touching),
        breaks=breaks(gold, bounds, touching),
        ceilings=ceilings(corpus, chunks, bounds, touching, columns),
        hits=itemise(account, working),
        unseen=unseen(corpus.text, gold, chunks, read),
    )


def _coverage(gold: Alternatives, view: View) -> Reals:
    """Share of every alternative that is shown at each cut-off: float64[a, c]."""
    _, context, segments = view
    stop = context.stop[gold.question[segments.alternative]]
    shown = segments.slice[segments.part][:, None] < stop
    units = segments.units[segments.part][:, None] * shown
    return group_sums(units, segments.first) / (gold.end - gold.start)[:, None]


def _credited(gold: Alternatives, covered: Reals) -> Ints:
    """The best covered alternative of every item, the first of equals: int64[i, c]."""
    if not len(gold):
        return np.zeros(covered.shape, dtype=np.int64)
    best = covered == best_of(gold, covered)[gold.item]
    row = np.where(best, np.arange(len(gold))[:, None], len(gold))
    return np.asarray(np.minimum.reduceat(row, gold.first[:-1], axis=0))


def _completion(gold: Alternatives, view: View) -> Ints:
    """Least rank at which the context holds an alternative whole, 0 for never: int64[i]."""
    if not len(gold):
        return np.zeros(0, dtype=np.int64)
    ranked, context, segments = view
    never = np.iinfo(np.int64).max
    rank = np.append(ranked.rank[context.hit], never)[segments.slice[segments.part]]
    whole = np.maximum.reduceat(rank, segments.first[:-1])
    first = np.minimum.reduceat(whole, gold.first[:-1])
    return np.where(first < never, first, 0)
