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
#: Shares by intervention where they do not depend on it. Those at 1 lose nothing elsewhere: more
#: of the same ranking, and labels that a person has confirmed.
_CONSTANT: Mapping[str, float] = {"accept_twin": 1.0, "add_context": 0.95, "deeper": 1.0}
#: Another order of the results. What it loses among the passages that are found now is not looked
#: at, so that nothing is expected of it; only a system of the run that has it can tell.
_UNKNOWN = frozenset({"skip_duplicates", "skip_overlaps", "other_retriever", "fusion"})


def expected_share(intervention: str, trial: Trial) -> Reals | None:
    """Chance that a real change fixes each missed item: float64[m], 0 where not recovered.

    None for a change of order, whose losses are not known.
    """
    if intervention in _UNKNOWN:
        return None
    if intervention in _CONSTANT:
        return np.where(trial.recovered, _CONSTANT[intervention], 0.0)
    reach = np.where(trial.rank == 1, 0.0, trial.reach)
    return np.where(trial.recovered, np.array(_FIXED)[np.searchsorted(_REACH, reach)], 0.0)
