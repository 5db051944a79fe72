"""The text of each question cut at every end point that matters, and what shows each part first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ragcheck.measures.boundaries import Flags
from ragcheck.measures.context import Context, Ranked
from ragcheck.measures.corpus import Corpus
from ragcheck.measures.ranges import distinct, spread
from ragcheck.spans import Ints


@dataclass(frozen=True, slots=True, eq=False)
class Segments:
    """Stretches of text, by question and position, none of which any end point divides.

    Arrays of length g: `units`; `slice`, the first slice of the question's context that shows the
    segment (the number of slices: none does); `near`, bool: inside a section whose body holds gold.
    Arrays of length p, one row per alternative and segment of it, ordered by alternative:
    `alternative`, `part`. `first` int64[a + 1] is each alternative's first row.
    """

    units: Ints
    slice: Ints
    near: Flags
    alternative: Ints
    part: Ints
    first: Ints


def segment(corpus: Corpus, ranked: Ranked, context: Context) -> Segments:
    """Cuts the text of every question at the ends of slices, alternatives and gold's sections."""
    gold, zones = corpus.alternatives, corpus.zones
    # One long line: the text of each question after that of the one before.
    line = corpus.text.length + 1
    question = ranked.question[context.hit]
    shown = context.start < context.end
    ranges = [
        ((question * line + context.start)[shown], (question * line + context.end)[shown]),
        (gold.question * line + gold.start, gold.question * line + gold.end),
        (zones.question * line + zones.start, zones.question * line + zones.end),
    ]
    points = distinct(np.concatenate([ends for pair in ranges for ends in pair]))
    parts = max(len(points) - 1, 0)
    (low, high), (gold_low, gold_high), (zone_low, zone_high) = (
        (np.searchsorted(points, a), np.searchsorted(points, b)) for a, b in ranges
    )
    first = np.full(parts, len(context.hit), dtype=np.int64)
    # Earlier slices are written later, so that they stay.
    backwards = np.flatnonzero(shown)[::-1]
    low, count = low[::-1], (high - low)[::-1]
    first[spread(low, count)] = np.repeat(backwards, count)
    near = np.zeros(parts, dtype=np.bool_)
    near[spread(zone_low, zone_high - zone_low)] = True
    count = gold_high - gold_low
    alternative = np.repeat(np.arange(len(gold)), count)
    row = np.concatenate(([0], np.cumsum(count)))
    return Segments(np.diff(points), first, near, alternative, spread(gold_low, count), row)
