"""What one intervention did to every missed item."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ragcheck.measures.boundaries import Flags
from ragcheck.measures.corpus import Reals
from ragcheck.spans import Ints


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happened to one missed item: `rank` at which it was whole (0: nowhere), and whether.

    `reach` is how much of the cut it took (`Showing.reach`), `placebo` whether a random window in
    its place was recovered; None without one.
    """

    recovered: bool
    rank: int = 0
    reach: float = np.inf
    placebo: bool | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """Per missed item: whether the intervention was `tried`, whether it `recovered` the item.

    `rank` int64[m] is 0 for none, `reach` float64[m] inf. `placebo_tried` and `placebo_recovered`
    say the same of a random window in its place; all false without a placebo.
    """

    tried: Flags
    recovered: Flags
    rank: Ints
    reach: Reals
    placebo_tried: Flags
    placebo_recovered: Flags

    @classmethod
    def of(cls, outcomes: Sequence[Outcome | None]) -> Trial:
        """From the outcome for every missed item, None where it was not tried."""
        known = [one or Outcome(False) for one in outcomes]
        return cls(
            tried=np.array([one is not None for one in outcomes], np.bool_),
            recovered=np.array([one.recovered for one in known], np.bool_),
            rank=np.array([one.rank for one in known], np.int64),
            reach=np.array([one.reach for one in known], np.float64),
            placebo_tried=np.array([one.placebo is not None for one in known], np.bool_),
            placebo_recovered=np.array([bool(one.placebo) for one in known], np.bool_),
        )
