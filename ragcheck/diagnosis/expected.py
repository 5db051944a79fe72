"""How often a real change fixes what an intervention recovered, by the rank this had reached.

An injection changes one text and leaves its competitors as they were; a real change makes new ones
of all of them. So a passage that comes first after an injection is fixed more often than one that
just enters the context. Measured on labelled sets (METRICS, section 6).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ragcheck.measures.corpus import Reals
from ragcheck.spans import Ints

#: Last rank of each class, and the share that overlapping chunks fixed; the last is for any rank.
_RANKS = (1, 3, 5, 10)
_BY_RANK = (0.89, 0.71, 0.27, 0.12, 0.07)
#: Shares by intervention where they do not depend on the rank. Those at 1 are no injections: the
#: changed system itself was searched.
_CONSTANT: Mapping[str, float] = {
    "accept_twin": 1.0,
    "skip_duplicates": 1.0,
    "skip_overlaps": 1.0,
    "add_context": 0.95,
    "deeper": 1.0,
    "other_retriever": 1.0,
    "fusion": 1.0,
}


def expected_share(intervention: str, rank: Ints) -> Reals:
    """Share expected to be really fixed of items recovered at each rank (from 1): float64[n]."""
    if intervention in _CONSTANT:
        return np.full(len(rank), _CONSTANT[intervention])
    return np.array(_BY_RANK)[np.searchsorted(_RANKS, rank)]
