"""The nouns for what values allow us to say: a mean with its interval, a choice with its score.

Part of `records.py`, apart because what is concluded grows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Summary:
    """A mean over questions with its 95% interval; all None where nothing could be computed.

    `n` questions have a value; `nulls` counts the others by reason. Means are over *all* labelled
    questions: a system that returns nothing gets 0, a question without an answer gets no value.
    """

    mean: float | None
    low: float | None
    high: float | None
    n: int
    nulls: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Chosen:
    """A system with two scores: `naive` on the questions that chose it, `honest` on others.

    The honest one is the cross-fitted mean of choosing in this way (METRICS, section 7).
    """

    system: str
    naive: float
    honest: Summary


@dataclass(frozen=True, slots=True)
class SweepVerdict:
    """What a sweep may conclude about its systems (METRICS, section 7, Choosing).

    `measure` orders them, on `questions` that have a value for all. `tiers` hold all their ids:
    the first is the indifference set (not separable from the best), the second that of those left,
    and so on, each best first. `recommended` is the cheapest of the first tier in context tokens;
    `p_best` says how often each system leads when documents are drawn again (sums to 1).
    """

    measure: str
    questions: int
    tiers: tuple[tuple[str, ...], ...]
    best: Chosen
    recommended: Chosen
    p_best: Mapping[str, float]
