"""What one intervention did to every missed item."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ragcheck.measures.boundaries import Flags
from ragcheck.spans import Ints


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """Per missed item: whether the intervention was `tried`, whether it `recovered` the item.

    `rank` int64[m] is the rank at which the item was then whole, 0 for none. `placebo_tried` and
    `placebo_recovered` say the same of a random window in its place; all false without a placebo.
    """

    tried: Flags
    recovered: Flags
    rank: Ints
    placebo_tried: Flags
    placebo_recovered: Flags

    @classmethod
    def of(
        cls,
        ranks: Sequence[int | None],
        recovered: Sequence[bool],
        placebo: Sequence[bool | None] = (),
    ) -> Trial:
        """From a rank for every item (None: not tried, 0: not retrieved), and the placebo's."""
        controls = placebo or [None] * len(ranks)
        return cls(
            tried=np.array([rank is not None for rank in ranks], np.bool_),
            recovered=np.array(recovered, np.bool_),
            rank=np.array([rank or 0 for rank in ranks], np.int64),
            placebo_tried=np.array([one is not None for one in controls], np.bool_),
            placebo_recovered=np.array([bool(one) for one in controls], np.bool_),
        )
