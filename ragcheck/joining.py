"""The questions that two sides share, and what became of each of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from ragcheck.errors import ComparisonError
from ragcheck.records import Measure
from ragcheck.scores import Asked, Scores, Values, clusters
from ragcheck.statistics.clusters import Clusters

Rows = npt.NDArray[np.int64]
#: Values that differ by less are equal: a mean of weights may round.
SAME = 1e-12


@dataclass(frozen=True, slots=True)
class Shared:
    """The questions that two sides share: the same id and an equal label.

    `before` and `after` int64[n] are their rows on either side. Left out are `changed` labels,
    and ids that only one side has (`removed`, `added`). `drifted` labels kept their words and
    moved in their document. `corpus` says whether the documents are the same; None: not known.
    """

    before: Rows
    after: Rows
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    added: tuple[str, ...]
    drifted: int
    corpus: bool | None


@dataclass(frozen=True, slots=True)
class Change:
    """A question whose recall at the working cut fell or rose, `before` -> `after`.

    `rank_before` and `rank_after` are completion ranks (None: never) of the item that changed,
    `place` is where it stands, and `cause` why an item is missed now, empty where nobody knows.
    """

    question: Asked
    before: float
    after: float
    rank_before: int | None
    rank_after: int | None
    place: str
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Changes:
    """What became of every shared answerable question: worse, better, the same.

    `found` and `missed` are the ids of the unchanged: those whose recall is 1, and the others.
    """

    lost: tuple[Change, ...]
    gained: tuple[Change, ...]
    found: tuple[str, ...]
    missed: tuple[str, ...]


def join(baseline: Scores, candidate: Scores) -> Shared:
    """Join two sides on question id and equal label. Raises ComparisonError with the reason."""
    for what in ("twins", "tokenizer"):
        mine, other = getattr(baseline, what), getattr(candidate, what)
        if mine != other:
            raise ComparisonError(
                f"the baseline `{baseline.system.id}` was judged with {what} = {_shown(mine)}, "
                f"the candidate `{candidate.system.id}` with {_shown(other)}",
                hint=f"sweep both with the same `--{what}`",
            )
    need(baseline, candidate.main, "baseline")
    rows = {asked.id: row for row, asked in enumerate(baseline.asked)}
    pairs = [(rows[a.id], n, a) for n, a in enumerate(candidate.asked) if a.id in rows]
    equal = [(b, n) for b, n, a in pairs if baseline.asked[b].mark.same(a.mark)]
    if not any(candidate.asked[n].document for _, n in equal):
        raise ComparisonError(
            f"the baseline `{baseline.system.id}` and the candidate `{candidate.system.id}` share "
            f"no question: {len(pairs)} of their ids are the same, none with an equal label",
            hint="compare results on the same labels",
        )
    kept, ids = {n for _, n in equal}, {a.id for a in candidate.asked}
    moved = [n for b, n in equal if baseline.asked[b].mark.places != candidate.asked[n].mark.places]
    return Shared(
        np.array([b for b, _ in equal], dtype=np.int64),
        np.array([n for _, n in equal], dtype=np.int64),
        tuple(a.id for _, n, a in pairs if n not in kept),
        tuple(a.id for a in baseline.asked if a.id not in ids),
        tuple(a.id for a in candidate.asked if a.id not in rows),
        len(moved),
        _same_corpus(baseline, candidate),
    )


def need(side: Scores, name: str, role: Literal["baseline", "candidate"]) -> Measure:
    """The measure `name` of one side. Raises ComparisonError where it has none."""
    if name not in side.values:
        raise ComparisonError(
            f"the {role} `{side.system.id}` holds no measure `{name}`",
            hint="sweep both with the same `-k`, `--budgets` and `--at`",
        )
    return side.measures[name]


def clusters_at(candidate: Scores, rows: Rows) -> Clusters:
    """int64[n]: the clusters of the questions in `rows` of the candidate."""
    return clusters([candidate.asked[row].document for row in rows.tolist()])


def changes_of(baseline: Scores, candidate: Scores, shared: Shared) -> Changes:
    """Which shared questions got worse, better or stayed, by recall at the working cut."""
    before = baseline.values[candidate.main][shared.before]
    after = candidate.values[candidate.main][shared.after]
    lost, gained = (_changed(baseline, candidate, shared, rows) for rows in _moves(before, after))
    same = np.abs(after - before) <= SAME
    whole = after >= 1 - SAME
    found, missed = (
        tuple(candidate.asked[row].id for row in shared.after[rows].tolist())
        for rows in (same & whole, same & ~whole)
    )
    return Changes(lost, gained, found, missed)


def _moves(before: Values, after: Values) -> tuple[Rows, Rows]:
    """Positions of values that fell and that rose."""
    return np.flatnonzero(before - after > SAME), np.flatnonzero(after - before > SAME)


def _changed(
    baseline: Scores, candidate: Scores, shared: Shared, positions: Rows
) -> tuple[Change, ...]:
    found = []
    for position in positions.tolist():
        old, new = int(shared.before[position]), int(shared.after[position])
        asked, ranks = candidate.asked[new], baseline.asked[old].ranks
        before = float(baseline.values[candidate.main][old])
        after = float(candidate.values[candidate.main][new])
        item = _moved_item(ranks, asked.ranks, fell=after < before)
        pair = (ranks[item], asked.ranks[item]) if item is not None else (None, None)
        place = asked.places[item or 0] if asked.places else ""
        cause = _cause(asked.causes, item or 0) if after < before else ""
        found.append(Change(asked, before, after, *pair, place, cause))
    return tuple(found)


def _moved_item(
    before: Sequence[int | None], after: Sequence[int | None], *, fell: bool
) -> int | None:
    """The item whose completion rank moved furthest in the direction of the change."""
    if len(before) != len(after) or not before:
        return None
    never = 1 + max((rank for rank in (*before, *after) if rank), default=0)
    steps = [(new or never) - (old or never) for old, new in zip(before, after, strict=True)]
    return max(range(len(steps)), key=lambda n: (steps[n] if fell else -steps[n], -n))


def _cause(causes: Sequence[str], item: int) -> str:
    """Why an item is missed; the first cause of its question where it is another that is lost."""
    return (causes[item] or next(filter(None, causes), "")) if causes else ""


def _same_corpus(baseline: Scores, candidate: Scores) -> bool | None:
    """Whether both were run over the same documents; None where a run does not say."""
    before, after = baseline.collection, candidate.collection
    if before.get("digest") == after.get("digest"):
        return True
    if not before.get("corpus") or not after.get("corpus"):
        return None
    return before["corpus"] == after["corpus"]


def _shown(value: object) -> str:
    """A setting as the command line takes it."""
    return ("on" if value else "off") if isinstance(value, bool) else str(value)
