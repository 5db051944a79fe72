"""From what every intervention did to one primary cause for each missed item (METRICS, 6)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ragcheck.causes import CAUSES
from ragcheck.diagnosis.bench import Bench
from ragcheck.diagnosis.trial import Trial
from ragcheck.measures.boundaries import Flags

#: The interventions any of which shows that an item has a cause. `hard` is what is left.
SHOWN_BY: Mapping[str, tuple[str, ...]] = {
    "index_gap": ("clipped_oracle",),
    "label_twin": ("accept_twin",),
    "truncation": ("clipped_oracle",),
    "boundary_cut": ("clipped_oracle",),
    "duplicate_crowd": ("skip_duplicates",),
    "overlap_crowd": ("skip_overlaps",),
    "lost_context": ("add_context",),
    "boundary_context": ("clipped_oracle",),
    "dilution": ("tight_oracle",),
    "outranked": ("deeper", "other_retriever", "fusion"),
    "hard": (),
}
#: An item is truncated if more of it is unread.
_UNSEEN = 0.5


def fixes(trials: Mapping[str, Trial], count: int) -> tuple[tuple[str, ...], ...]:
    """All interventions that recover each of `count` missed items, in the order of the trials."""
    return tuple(
        tuple(name for name, trial in trials.items() if trial.recovered[number])
        for number in range(count)
    )


def primary_causes(bench: Bench, trials: Mapping[str, Trial]) -> tuple[str, ...]:
    """The first cause of each missed item, in the order of `CAUSES`, whose test it passes.

    A cause whose interventions could not be tried is no one's.
    """
    judged = bench.case.judged
    items = np.array([miss.item for miss in bench.missed.misses], np.int64)
    everywhere = np.ones(len(items), np.bool_)
    unseen = np.zeros(len(items)) if judged.unseen is None else judged.unseen[items]
    also: dict[str, Flags] = {
        "truncation": unseen > _UNSEEN,
        "boundary_cut": judged.breaks.severed[items],
    }
    passed = {
        cause: also.get(cause, everywhere) & _recovered(trials, cause, len(items))
        for cause in CAUSES
    }
    passed["index_gap"] = judged.breaks.pieces[items] == 0
    passed["hard"] = everywhere
    table = np.array([passed[cause] for cause in CAUSES])
    names = tuple(CAUSES)
    return tuple(names[number] for number in table.argmax(axis=0))


def _recovered(trials: Mapping[str, Trial], cause: str, count: int) -> Flags:
    """Whether any intervention that shows a cause recovered each item."""
    found = [trials[name].recovered for name in SHOWN_BY[cause] if name in trials]
    return np.asarray(np.any([np.zeros(count, np.bool_), *found], axis=0), np.bool_)
