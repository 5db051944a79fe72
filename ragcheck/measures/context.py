"""What each question's context shows at every cut-off, as a sequence of slices.

A budget ends inside a chunk. That chunk is divided there, and after that every cut-off, of chunks
or of tokens, is a number of slices from the top: one cumulative pass serves all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ragcheck.measures.corpus import Corpus
from ragcheck.records import Chunks, Cut, Rankings
from ragcheck.spans import Ints, units_before
from ragcheck.tokens import token_map


@dataclass(frozen=True, slots=True, eq=False)
class Ranked:
    """The hits of a ranking, question by question, best first: arrays of length h.

    `rank` counts from 1; `tokens` is what the chunk costs, `before` what the better ones of the
    same question cost together. `first` int64[q + 1] is each question's first hit.
    """

    question: Ints
    rank: Ints
    chunk: Ints
    document: Ints
    tokens: Ints
    before: Ints
    first: Ints

    @classmethod
    def of(cls, chunks: Chunks, rankings: Rankings) -> Ranked:
        """Flattens a matrix of ranked chunks; -1 ends a row."""
        question, column = np.nonzero(rankings.chunk >= 0)
        chunk = rankings.chunk[question, column].astype(np.int64)
        first = np.searchsorted(question, np.arange(len(rankings.chunk) + 1))
        tokens = chunks.tokens[chunk].astype(np.int64)
        total = np.concatenate(([0], np.cumsum(tokens)))
        before = total[:-1] - total[first[question]]
        document = chunks.document[chunk].astype(np.int64)
        return cls(question, column + 1, chunk, document, tokens, before, first)


@dataclass(frozen=True, slots=True, eq=False)
class Context:
    """Slices of hits in the order in which they are shown: arrays of length s.

    `hit` is the position in `Ranked`; `start`, `end` are units of the source; `prefix` the units
    of the chunk's prefix that the slice shows. `first` int64[q + 1] is each question's first slice.
    Per question and cut-off, int64[q, c]: `stop`, the slice at which the context ends; `shown`,
    the chunks of which something is shown; `tokens`, what they cost.
    """

    hit: Ints
    start: Ints
    end: Ints
    prefix: Ints
    first: Ints
    stop: Ints
    shown: Ints
    tokens: Ints


@dataclass(frozen=True, slots=True, eq=False)
class _Divisions:
    """Where budgets end inside hits, by hit and then tokens: `end` in units, `prefix` units."""

    hit: Ints
    cut: Ints
    end: Ints
    prefix: Ints


def lay_out(corpus: Corpus, chunks: Chunks, ranked: Ranked, cuts: Sequence[Cut]) -> Context:
    """Divides the hits of `ranked` wherever a budget among `cuts` ends inside one."""
    text = corpus.text
    place = text.offset[chunks.document]
    start = text.unit(place + chunks.start)[ranked.chunk]
    end = text.unit(place + chunks.end)[ranked.chunk]
    # str.split and str.isspace agree on what white space is.
    prefix_units = np.array([len("".join(p.split())) for p in chunks.prefixes], dtype=np.int64)
    prefix = prefix_units[chunks.prefix[ranked.chunk]]
    divisions = _divide(corpus, chunks, ranked, cuts)

    hits = len(ranked.chunk)
    divided = np.cumsum(np.bincount(divisions.hit, minlength=hits)) if hits else ranked.chunk
    whole, part = np.arange(hits) + divided, divisions.hit + np.arange(len(divisions.hit))
    hit, reach, shown_prefix = (np.empty(hits + len(part), dtype=np.int64) for _ in range(3))
    for into, of_hit, of_part in (
        (hit, np.arange(hits), divisions.hit),
        (reach, end, divisions.end),
        (shown_prefix, prefix, divisions.prefix),
    ):
        into[whole], into[part] = of_hit, of_part
    begin = start[hit]
    again = np.flatnonzero(hit[1:] == hit[:-1]) + 1  # the later slices of a divided hit
    begin[again] = reach[again - 1]
    shown_prefix[again] -= shown_prefix[again - 1].copy()
    slices_before = np.concatenate(([0], whole + 1))  # by number of hits
    first = slices_before[ranked.first]
    stop, shown, tokens = _stops(ranked, cuts, slices_before)
    stop[ranked.question[divisions.hit], divisions.cut] = part + 1
    return Context(hit, begin, reach, shown_prefix, first, stop, shown, tokens)


def _stops(ranked: Ranked, cuts: Sequence[Cut], slices_before: Ints) -> tuple[Ints, Ints, Ints]:
    """`stop`, as if no budget ended inside a hit, `shown` and `tokens` of a Context."""
    first, returned = ranked.first[:-1], np.diff(ranked.first)
    cost = np.concatenate(([0], np.cumsum(ranked.tokens)))
    stop, shown, tokens = (np.empty((len(first), len(cuts)), dtype=np.int64) for _ in range(3))
    for column, cut in enumerate(cuts):
        if cut.unit == "k":
            count = np.minimum(returned, cut.value)
        else:
            begun = np.concatenate(([0], np.cumsum(ranked.before < cut.value)))
            count = begun[ranked.first[1:]] - begun[first]
        shown[:, column] = count
        stop[:, column] = slices_before[first + count]
        spent = cost[first + count] - cost[first]
        tokens[:, column] = spent if cut.unit == "k" else np.minimum(spent, cut.value)
    return stop, shown, tokens


def _divide(corpus: Corpus, chunks: Chunks, ranked: Ranked, cuts: Sequence[Cut]) -> _Divisions:
    """The hits that a budget cuts, and what of them still fits: prefix first, then source."""
    after = ranked.before + ranked.tokens
    hits: list[Ints] = []
    columns: list[Ints] = []
    rooms: list[Ints] = []
    for column, cut in enumerate(cuts):
        if cut.unit == "t":
            hit = np.flatnonzero((ranked.before < cut.value) & (cut.value < after))
            hits.append(hit)
            columns.append(np.full(len(hit), column))
            rooms.append(cut.value - ranked.before[hit])
    empty = np.zeros(0, dtype=np.int64)
    hit, where, room = (np.concatenate([empty, *parts]) for parts in (hits, columns, rooms))
    order = np.lexsort((room, hit))
    hit, where, room = hit[order], where[order], room[order]
    chunk = ranked.chunk[hit]
    place = corpus.text.offset[chunks.document[chunk]]
    start, end = place + chunks.start[chunk], place + chunks.end[chunk]
    left = room - (ranked.tokens[hit] - corpus.tokens.count(start, end))
    reach = np.where(
        left < 0, start, np.minimum(end, corpus.tokens.cut(start, np.maximum(left, 0)))
    )
    prefix = _cut_prefixes(chunks, chunks.prefix[chunk].astype(np.int64), room, corpus.tokenizer)
    return _Divisions(hit, where, corpus.text.unit(reach), prefix)


def _cut_prefixes(chunks: Chunks, prefix: Ints, room: Ints, tokenizer: str) -> Ints:
    """Units of each prefix that its first `room` tokens show."""
    result = np.zeros(len(prefix), dtype=np.int64)
    order = np.argsort(prefix, kind="stable")
    names, count = np.unique(prefix, return_counts=True)
    for which, high, number in zip(names, np.cumsum(count), count, strict=True):
        text, rows = chunks.prefixes[which], order[high - number : high]
        if text:
            result[rows] = units_before(text)[token_map(text, tokenizer).cut(0, room[rows])]
    return result
