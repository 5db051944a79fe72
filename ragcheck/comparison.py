"""Two systems on the questions they share: what differs, how surely, and for which questions.

Reads stored values only. Everything said is about *other questions (and documents) like these*
(METRICS, section 7).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ragcheck.errors import ComparisonError
from ragcheck.joining import Changes, Rows, Shared, changes_of, clusters_at, join, need
from ragcheck.records import Cut, Measure
from ragcheck.scores import Asked, Scores
from ragcheck.statistics.paired import PairedDifference, compare


@dataclass(frozen=True, slots=True)
class Delta:
    """One measure of both sides: means over shared questions with a value on both, and the test.

    The difference is candidate - baseline in the measure's own unit.
    """

    measure: Measure
    before: float | None
    after: float | None
    difference: PairedDifference


@dataclass(frozen=True, slots=True)
class Slice:
    """The questions of one tag or document: recall at the working cut, and how many changed."""

    name: str
    delta: Delta
    lost: int
    gained: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two systems held against each other. `measures` are tested one by one, each at 5%."""

    baseline: str
    candidate: str
    at: Cut
    shared: Shared
    measures: tuple[Delta, ...]
    changes: Changes
    tags: tuple[Slice, ...]
    documents: tuple[Slice, ...]


def compare_scores(baseline: Scores, candidate: Scores, measures: Iterable[str] = ()) -> Comparison:
    """Hold two systems against each other on what they share.

    `measures` are compared beside the usual ones. Raises ComparisonError with the reason where the
    two cannot be compared, or lack a measure that is asked for.
    """
    shared = join(baseline, candidate)
    for name in measures:
        need(baseline, name, "baseline")
        if need(candidate, name, "candidate").better == "none":
            raise ComparisonError(f"`{name}` can neither improve nor regress")
    usual = [name for name in candidate.usual if name in baseline.values]
    names = dict.fromkeys([*usual, *measures])
    changes = changes_of(baseline, candidate, shared)
    return Comparison(
        baseline.system.id,
        candidate.system.id,
        candidate.at,
        shared,
        tuple(delta(baseline, candidate, shared, name) for name in names),
        changes,
        _slices(baseline, candidate, shared, changes, "tags"),
        _slices(baseline, candidate, shared, changes, "documents"),
    )


def delta(
    baseline: Scores, candidate: Scores, shared: Shared, name: str, within: Rows | None = None
) -> Delta:
    """One measure on both sides; `within` are positions in `shared`, all unless given."""
    measure = candidate.measures[name]
    chosen = slice(None) if within is None else within
    rows = shared.after[chosen]
    before = baseline.values[name][shared.before[chosen]]
    after = candidate.values[name][rows]
    documents = clusters_at(candidate, rows)
    difference = compare(
        before,
        after,
        documents,
        better="lower" if measure.better == "lower" else "higher",
        bounded=measure.unit == "share",
    )
    both = ~(np.isnan(before) | np.isnan(after))
    means = [float(side[both].mean()) if both.any() else None for side in (before, after)]
    return Delta(measure, means[0], means[1], difference)


def _slices(
    baseline: Scores,
    candidate: Scores,
    shared: Shared,
    changes: Changes,
    kind: Literal["tags", "documents"],
) -> tuple[Slice, ...]:
    """Per tag or per document, in the order of their names."""

    def names(asked: Asked) -> tuple[str, ...]:
        return asked.tags if kind == "tags" else (asked.document,) if asked.document else ()

    groups: dict[str, list[int]] = {}
    for position, row in enumerate(shared.after.tolist()):
        asked = candidate.asked[row]
        for name in names(asked) if asked.document else ():
            groups.setdefault(name, []).append(position)
    lost = Counter(name for change in changes.lost for name in names(change.question))
    gained = Counter(name for change in changes.gained for name in names(change.question))
    return tuple(
        Slice(
            name,
            delta(baseline, candidate, shared, candidate.main, np.array(groups[name])),
            lost[name],
            gained[name],
        )
        for name in sorted(groups)
    )
