"""What the context is made of, and what each hit adds to it (METRICS, section 3)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from ragcheck.measures.boundaries import Flags, Touching
from ragcheck.measures.context import Context, Ranked
from ragcheck.measures.corpus import Alternatives, Corpus
from ragcheck.measures.ranges import group_sums
from ragcheck.measures.segments import Segments
from ragcheck.spans import Ints

View = tuple[Ranked, Context, Segments]


class Part(IntEnum):
    """What a unit of the context is: gold not shown before, or pollution by its cause."""

    gold = 0
    duplicate = 1
    prefix = 2
    same_section = 3
    same_document = 4
    other_document = 5


@dataclass(frozen=True, slots=True, eq=False)
class Composition:
    """Units of the context per question and cut-off.

    `parts` int64[q, c, 6] by `Part`; they sum to everything shown, prefixes included. `joined`
    int64[q, c] is |G ∪ R|. `adding` int64[q, c] counts the chunks shown that add new gold,
    `touching` int64[q, c] the chunks of the index that share units with the credited gold.
    """

    parts: Ints
    joined: Ints
    adding: Ints
    touching: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Hits:
    """Every hit that was kept, question by question, best first: arrays of length h.

    `rank` counts from 1. `gold` is the new gold that the hit adds, `redundant` what it repeats,
    `other` the rest with its prefix: units, with gold as credited at the working cut. `cause` is
    the `Part` that most of its pollution is; `Part.gold` where it has none.
    """

    question: npt.NDArray[np.int32]
    rank: npt.NDArray[np.int32]
    chunk: npt.NDArray[np.int32]
    gold: npt.NDArray[np.int32]
    redundant: npt.NDArray[np.int32]
    other: npt.NDArray[np.int32]
    cause: npt.NDArray[np.int8]


@dataclass(frozen=True, slots=True, eq=False)
class Account:
    """What both views below add up.

    `chosen` bool[a, c]: whether an alternative is the credited one of its item at each cut-off.
    `fresh` int64[s, 3]: units of each slice that are neither gold nor shown before, in the order
    of `Part`. For every segment of gold, ordered by question: `part` and `question` int64[n],
    `shown` int64[n], the first slice that shows it, and `credited` bool[n, c], whether it is in G.
    """

    ranked: Ranked
    context: Context
    segments: Segments
    chosen: Flags
    fresh: Ints
    part: Ints
    question: Ints
    shown: Ints
    credited: Flags

    @classmethod
    def of(cls, corpus: Corpus, view: View, chosen: Flags) -> Account:
        """Sorts the segments of `view` into gold and the rest."""
        ranked, context, segments = view
        order = np.argsort(segments.part, kind="stable")
        part, begin = np.unique(segments.part[order], return_index=True)
        owner = segments.alternative[order]
        question = corpus.alternatives.question[owner[begin]]
        fresh = _fresh(corpus, view, part)
        credited = _any(chosen[owner], begin)
        shown = segments.slice[part]
        return cls(ranked, context, segments, chosen, fresh, part, question, shown, credited)


def _fresh(corpus: Corpus, view: View, gold: Ints) -> Ints:
    ranked, context, segments = view
    slices = len(context.hit)
    plain = segments.slice < slices
    plain[gold] = False
    owner = segments.slice[plain]
    documents = len(corpus.text.offset) - 1
    place = (ranked.question * documents + ranked.document)[context.hit[owner]]
    cause = np.where(
        segments.near[plain], 0, np.where(np.isin(place, corpus.zones.documents), 1, 2)
    )
    return _totals(owner * 3 + cause, segments.units[plain], slices * 3).reshape(slices, 3)


def compose(account: Account, gold: Alternatives, touching: Touching) -> Composition:
    """Everything at every cut-off."""
    context, units = account.context, account.segments.units[account.part][:, None]
    questions = len(context.stop)
    by_question = np.searchsorted(account.question, np.arange(questions + 1))
    covered = account.shown[:, None] < context.stop[account.question]
    new = covered & account.credited
    new_gold = group_sums(units * new, by_question)
    missed_gold = group_sums(units * (account.credited & ~covered), by_question)
    found = group_sums(units * covered, by_question)
    fresh = _until_stop(account.fresh, context)
    prefix = _until_stop(context.prefix, context)
    stale = _until_stop(context.end - context.start, context) - new_gold - fresh.sum(axis=2)
    seen = account.shown < len(context.hit)
    pair = gold.question[touching.alternative] << 32 | touching.chunk
    return Composition(
        parts=np.concatenate([np.stack([new_gold, stale, prefix], axis=2), fresh], axis=2),
        joined=fresh.sum(axis=2) + found + missed_gold,
        adding=_distinct(
            context.hit[account.shown[seen]], account.question[seen], new[seen], questions
        ),
        touching=_distinct(pair, pair >> 32, account.chosen[touching.alternative], questions),
    )


def itemise(account: Account, at: int) -> Hits:
    """Every hit on its own, with gold as credited at cut-off number `at`."""
    ranked, context = account.ranked, account.context
    count = len(ranked.chunk)
    first = np.searchsorted(context.hit, np.arange(count + 1))
    new = account.credited[:, at] & (account.shown < len(context.hit))
    units = account.segments.units[account.part[new]]
    gold = _totals(context.hit[account.shown[new]], units, count)
    fresh = group_sums(account.fresh, first)
    prefix = group_sums(context.prefix, first)
    redundant = group_sums(context.end - context.start, first) - gold - fresh.sum(axis=1)
    # The first column stands for Part.gold: it is the largest only where nothing is pollution.
    pollution = np.column_stack([np.zeros_like(prefix), redundant, prefix, fresh])
    return Hits(
        question=ranked.question.astype(np.int32),
        rank=ranked.rank.astype(np.int32),
        chunk=ranked.chunk.astype(np.int32),
        gold=gold.astype(np.int32),
        redundant=redundant.astype(np.int32),
        other=(prefix + fresh.sum(axis=1)).astype(np.int32),
        cause=pollution.argmax(axis=1).astype(np.int8),
    )


def _until_stop(values: Ints, context: Context) -> Ints:
    """Sums of slice values over the context of every question and cut-off."""
    total = np.zeros((len(values) + 1, *values.shape[1:]), dtype=np.int64)
    np.cumsum(values, axis=0, out=total[1:])
    return np.asarray(total[context.stop] - total[context.first[:-1], None])


def _distinct(key: Ints, question: Ints, flags: Flags, questions: int) -> Ints:
    """How many distinct keys of each question have a row with the flag: int64[questions, c].

    Keys belong to one question each and grow with it.
    """
    order = np.argsort(key, kind="stable")
    _, begin = np.unique(key[order], return_index=True)
    owner = question[order][begin]
    some = _any(flags[order], begin).astype(np.int64)
    return group_sums(some, np.searchsorted(owner, np.arange(questions + 1)))


def _any(flags: Flags, begin: Ints) -> Flags:
    """Logical or of the rows from each beginning to the next."""
    return np.logical_or.reduceat(flags, begin, axis=0) if len(begin) else flags


def _totals(index: Ints, values: Ints, length: int) -> Ints:
    """Sum of the values at each index; exact, since sums stay far below 2**53."""
    return np.bincount(index, weights=values, minlength=length).astype(np.int64)
