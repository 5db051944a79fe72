"""The items that a system missed, and the place in the documents that stands for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ragcheck.diagnosis.case import Case
from ragcheck.diagnosis.ranking import Deep, Lists
from ragcheck.diagnosis.showing import DEEPER, Goal, Place, Showing
from ragcheck.measures.boundaries import Touching
from ragcheck.measures.depth import depth
from ragcheck.records import Cut
from ragcheck.spans import Ints, intersection, union

#: How many times deeper than the cut a ranking is known at least, and the least that is searched:
#: skipping chunks walks far.
_DEPTH, _LEAST = 50, 200
#: Chunks beyond the pool of a fusion that changed scores may bring into it.
_RISING = 16


@dataclass(frozen=True, slots=True, eq=False)
class Miss:
    """One item missed at the working cut, and the alternative `number` that is examined.

    `row` is that of its question among `Missed.queries`, `item` its row in `Corpus.items`.
    `start`..`end` are characters of all documents end to end. `touching` are the chunks that share
    units with it; `host` holds most of it, -1 for none. `place` is where it is whole in the ranking
    as it is.
    """

    row: int
    question: int
    item: int
    number: int
    document: int
    start: int
    end: int
    goal: Goal
    touching: Ints
    host: int
    place: Place | None


@dataclass(frozen=True, slots=True, eq=False)
class Missed:
    """All of them in question order, with the rankings of their questions, by row."""

    queries: tuple[str, ...]
    deep: Deep
    lists: Lists
    orders: tuple[Ints, ...]
    misses: tuple[Miss, ...]


def examine(case: Case, showing: Showing) -> Missed:
    """Search the questions with missed items again, deeper, and choose what to examine.

    Of the alternatives of an item the one best covered at five times the cut, of equals the first
    in document order.
    """
    judged, gold = case.judged, case.judged.alternatives
    items = np.flatnonzero(judged.coverage[:, judged.at] < 1)
    questions = np.unique(judged.items.question[items])
    queries = tuple(case.collection.questions[q].text for q in questions.tolist())
    touching = Touching.of(gold, showing.bounds)
    counts = np.diff(touching.first)
    most = int(max((counts[_rows(gold.first, i)].max() for i in items.tolist()), default=0))
    deep = _deep(case, showing, queries, most + _RISING)
    lists = Lists(case.system, queries, deep)
    orders = tuple(lists.order(row) for row in range(len(queries)))
    row_of = {question: row for row, question in enumerate(questions.tolist())}
    misses = []
    for item in items.tolist():
        row = row_of[int(judged.items.question[item])]
        chosen = _best_covered(case, showing, orders[row], _rows(gold.first, item))
        misses.append(_miss(case, showing, touching, (row, item, chosen, orders[row])))
    return Missed(queries, deep, lists, orders, tuple(misses))


def _rows(first: Ints, group: int) -> range:
    return range(int(first[group]), int(first[group + 1]))


def _deep(case: Case, showing: Showing, queries: Sequence[str], spare: int) -> Deep:
    """Deep enough that five times the cut is known even where chunks are taken away."""
    chunks, cut = case.chunks, showing.cut
    size = len(chunks)
    if cut.unit == "k":
        return Deep(max(_DEPTH * cut.value, _LEAST), spare, size)
    mean = max(1.0, float(chunks.tokens.mean())) if size else 1.0
    deep = max(int(2 * DEEPER * cut.value / mean), _LEAST)
    while deep < size:
        found = case.system.index.search(queries, k=deep)
        short = depth(chunks, found, [Cut(DEEPER * cut.value, "t")]).deeper
        if not short or found.chunk.shape[1] < deep:
            break
        deep *= 2
    return Deep(deep, spare, size)


def _best_covered(case: Case, showing: Showing, order: Ints, rows: range) -> int:
    """The row of the alternative of which most is shown at five times the cut."""
    gold, text = case.judged.alternatives, case.corpus.text
    if len(rows) == 1:
        return rows[0]
    _, start, end = showing.shown(order, DEEPER)
    shown = union(text.unit(start), text.unit(end))
    covered = []
    for row in rows:
        own = (gold.start[row : row + 1], gold.end[row : row + 1])
        low, high = intersection(shown, own)
        covered.append(int((high - low).sum()) / int(own[1][0] - own[0][0]))
    return rows[int(np.argmax(covered))]


def _miss(
    case: Case, showing: Showing, touching: Touching, found: tuple[int, int, int, Ints]
) -> Miss:
    row, item, alternative, order = found
    gold = case.judged.alternatives
    goal = Goal(int(gold.start[alternative]), int(gold.end[alternative]))
    own = _rows(touching.first, alternative)
    chunks, overlap = touching.chunk[own], touching.overlap[own]
    question = int(gold.question[alternative])
    number = int(gold.number[alternative])
    asked = case.collection.questions[question].items
    span = asked[item - int(case.judged.items.first[question])].alternatives[number]
    document = int(gold.document[alternative])
    begin = int(case.corpus.text.offset[document])
    return Miss(
        row=row,
        question=question,
        item=item,
        number=number,
        document=document,
        start=begin + span.start,
        end=begin + span.end,
        goal=goal,
        touching=chunks,
        host=int(chunks[np.argmax(overlap)]) if len(chunks) else -1,
        place=showing.place(goal, order),
    )
