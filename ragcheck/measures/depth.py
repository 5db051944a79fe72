"""How deep a search has to go, and what of it is kept (METRICS, section 1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ragcheck.measures.context import Ranked
from ragcheck.records import Chunks, Cut, Rankings
from ragcheck.spans import Ints


@dataclass(frozen=True, slots=True, eq=False)
class Depth:
    """`keep` int64[q]: ranks of each question that count. `deeper`: a longer search is needed.

    `deeper` can only say that some full row is too short. Where a search returned fewer than were
    asked for, or every chunk there is, it is exhausted and nothing deeper exists.
    """

    keep: Ints
    deeper: bool


def depth(chunks: Chunks, rankings: Rankings, cuts: Sequence[Cut]) -> Depth:
    """Per question the larger of five times the largest k and what fills the largest budget."""
    ranked = Ranked.of(chunks, rankings)
    returned = np.diff(ranked.first)
    by_rank = 5 * max((cut.value for cut in cuts if cut.unit == "k"), default=0)
    budget = max((cut.value for cut in cuts if cut.unit == "t"), default=0)
    begun = np.concatenate(([0], np.cumsum(ranked.before < budget)))
    filling = begun[ranked.first[1:]] - begun[ranked.first[:-1]]
    cost = np.concatenate(([0], np.cumsum(ranked.tokens)))
    short = cost[ranked.first[1:]] - cost[ranked.first[:-1]] < budget
    short |= returned < by_rank
    width = rankings.chunk.shape[1]
    keep = np.minimum(np.maximum(by_rank, filling), returned)
    return Depth(keep, bool((short & (returned == width)).any()))


def trim(rankings: Rankings, keep: Ints) -> Rankings:
    """The first `keep[q]` ranks of each question, in a matrix no wider than needed."""
    width = int(keep.max(initial=0))
    cut = np.arange(width) >= keep[:, None]
    chunk, score = rankings.chunk[:, :width].copy(), rankings.score[:, :width].copy()
    chunk[cut], score[cut] = -1, -np.inf
    return Rankings(chunk, score)
