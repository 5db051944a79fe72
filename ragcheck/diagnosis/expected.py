"""How often a real change fixes what an intervention recovered, by how well it recovered it.

An injection changes one text and leaves its competitors as they were; a real change makes new ones
of all of them. So a passage that comes first after an injection is fixed more often than one that
just enters the context. Measured on labelled sets (METRICS, section 6).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ragcheck.diagnosis.trial import Trial
from ragcheck.measures.corpus import Reals

#: How much of the cut each class takes at most, and the share that overlapping chunks fixed. At
#: five chunks these are the ranks 1, 2 and 3, 4 and 5; the first rank is in the first class always.
_REACH = (0.2, 0.6)
_FIXED = (0.89, 0.71, 0.27)
#: Shares by intervention where they do not depend on it. Those at 1 are no injections: the changed
#: system itself was searched.
_CONSTANT: Mapping[str, float] = {
    "accept_twin": 1.0,
    "skip_duplicates": 1.0,
    "skip_overlaps": 1.0,
    "add_context": 0.95,
    "deeper": 1.0,
    "other_retriever": 1.0,
    "fusion": 1.0,
}


def expected_share(intervention: str, trial: Trial) -> Reals:
    """Chance that a real change fixes each missed item: float64[m], 0 where not recovered."""
    if intervention in _CONSTANT:
        return np.where(trial.recovered, _CONSTANT[intervention], 0.0)
    reach = np.where(trial.rank == 1, 0.0, trial.reach)
    return np.where(trial.recovered, np.array(_FIXED)[np.searchsorted(_REACH, reach)], 0.0)
