"""How often windows of a fixed size cut a passage of a given length (METRICS, section 4).

The closed form needs no chunks and no retriever: a passage lies anywhere with equal chance, and
windows of `size` tokens begin every `size - overlap`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ragcheck.measures.corpus import Corpus, Reals
from ragcheck.spans import Ints

#: Of all passages, how many an overlap should keep whole; the rest are too long to pay for.
PERCENTILE = 95


@dataclass(frozen=True, slots=True)
class Advice:
    """What overlap would keep most passages whole, in units of the size.

    `length` is the 95th percentile of passage length. `overlap` = length - 1 keeps those passages
    whole wherever they lie; None where they are longer than half of the size: then larger or
    section-aware chunks serve better than storing most text twice. `severed` is the share of
    passages that the present overlap is expected to cut, `then` what the advised one would.
    """

    length: int
    overlap: int | None
    severed: float
    then: float | None


def severed_chance(length: npt.ArrayLike, size: int, overlap: npt.ArrayLike) -> Reals:
    """Chance that no window holds a passage whole: 1 - clip((S - l + 1) / (S - O), 0, 1).

    `length` >= 1 and 0 <= `overlap` < `size`, in the same unit; arrays broadcast.
    """
    whole = (size - np.asarray(length) + 1) / (size - np.asarray(overlap))
    return np.asarray(1 - np.clip(whole, 0, 1))


def advise(lengths: Ints, size: int, overlap: int) -> Advice:
    """The overlap to use for passages of `lengths` (at least one) in windows of `size`."""
    length = int(np.percentile(lengths, PERCENTILE, method="inverted_cdf"))
    now = float(severed_chance(lengths, size, overlap).mean())
    if length > size / 2:
        return Advice(length, None, now, None)
    then = float(severed_chance(lengths, size, length - 1).mean())
    return Advice(length, length - 1, now, then)


def gold_lengths(corpus: Corpus, unit: str) -> Ints:
    """Length of the first member of every item, in `tokens` or `characters`: int64[i].

    White space around it is left out. A token counts that holds any of its characters: a window
    that begins or ends in it would cut the passage.
    """
    gold, text = corpus.alternatives, corpus.text
    first = gold.number == 0
    start = text.position(gold.start[first])
    end = text.position(gold.end[first] - 1) + 1
    if unit == "characters":
        return np.asarray(end - start)
    begun_before = corpus.tokens.count(start, start + 1) == 0
    return np.asarray(corpus.tokens.count(start, end) + begun_before)
