"""Which changes are worth advising: priced in recall, held against chance, largest first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ragcheck.advice import changes, lookup, ranking
from ragcheck.advice.command import words
from ragcheck.advice.evidence import Evidence, Row
from ragcheck.advice.records import Advice, Change, Prediction
from ragcheck.causes import InterventionSummary
from ragcheck.conclusions import Summary
from ragcheck.records import SystemResult
from ragcheck.statistics.paired import compare

Make = Callable[[Evidence, Sequence[Row]], Change | None]


@dataclass(frozen=True, slots=True)
class _Group:
    """Causes that one change answers, and the intervention that shows it."""

    causes: tuple[str, ...]
    intervention: str
    make: Make


def _of_chunks(make: Callable[[Evidence], Change | None]) -> Make:
    return lambda known, _: make(known)


#: In the order of the causes; what is merely outranked has several changes (`_reordered`).
GROUPS = (
    _Group(("index_gap",), "clipped_oracle", lookup.gaps),
    _Group(("label_twin",), "accept_twin", lookup.twins),
    _Group(("truncation",), "clipped_oracle", _of_chunks(changes.shorter)),
    _Group(("boundary_cut", "boundary_context"), "clipped_oracle", _of_chunks(changes.wider)),
    _Group(("duplicate_crowd",), "skip_duplicates", lookup.duplicates),
    _Group(("overlap_crowd",), "skip_overlaps", _of_chunks(changes.sparser)),
    _Group(("lost_context",), "add_context", _of_chunks(changes.titled)),
    _Group(("dilution",), "tight_oracle", _of_chunks(changes.finer)),
)


@dataclass(frozen=True, slots=True)
class _Proposal:
    """A change with the misses it is for.

    `expected` is None where the diagnosis says it; measured, it has an `interval`.
    """

    causes: tuple[str, ...]
    intervention: str
    change: Change
    rows: Sequence[Row]
    expected: float | None = None
    measured: bool = False
    interval: tuple[float, float] | None = None
    here: str = ""


#: Interventions that random windows of the same documents are held against.
_WITH_PLACEBO = frozenset({"clipped_oracle", "tight_oracle", "add_context"})


def weigh(known: Evidence) -> Iterator[tuple[float, Advice]]:
    """Every change that is worth a try, with what it counts for: the recall its own causes cost.

    So no miss counts for two changes; and what a system of the run has made counts for no more than
    it gained there. In the order of the causes.
    """
    for proposal in _proposals(known):
        if proposal.rows and _beyond_chance(
            known.diagnosis.interventions.get(proposal.intervention)
        ):
            own = [row for row in proposal.rows if row["cause"] in proposal.causes]
            counted = known.recoverable(own).mean or 0.0
            if proposal.here:
                counted = min(counted, proposal.expected or 0.0)
            yield counted, _advice(known, proposal)


def _beyond_chance(found: InterventionSummary | None) -> bool:
    """False where random windows of the same documents may do as well as the intervention."""
    return found is None or not found.placebo_tried or (found.low is not None and found.low > 0)


def _proposals(known: Evidence) -> Iterator[_Proposal]:
    for group in GROUPS:
        rows = [r for r in known.with_cause(*group.causes) if group.intervention in r["fixes"]]
        change = group.make(known, rows) if rows else None
        if change is not None:
            made = _Proposal(group.causes, group.intervention, change, rows)
            measured = _measured(known, made, _here(known, change.settings))
            if measured is not None:
                yield measured
    found = _reordered(known)
    if found is not None:
        yield found


def _reordered(known: Evidence) -> _Proposal | None:
    """For what is outranked: another order if it brings half of what more context brings."""
    rows = known.with_cause("outranked")
    if not rows:
        return None
    orders = list(_orders(known, rows))
    best = max(orders, key=lambda order: _worth(known, order), default=None)
    more = ranking.deeper(known, rows)
    if more is None:
        return best
    change, within = more
    gain = known.recoverable(within)
    if best is not None and 2 * _worth(known, best) >= (gain.mean or 0.0):
        return best
    ends = None if gain.low is None or gain.high is None else (gain.low, gain.high)
    return _Proposal(("outranked",), "deeper", change, within, gain.mean, True, ends)


def _orders(known: Evidence, rows: Sequence[Row]) -> Iterator[_Proposal]:
    for other, change in ranking.others(known):
        name = "fusion" if other.system.retriever["name"] == "hybrid" else "other_retriever"
        found = ranking.found_by(known, other, rows)
        made = _measured(known, _Proposal(("outranked",), name, change, found), other)
        if made is not None and found:
            yield made
    fused, recovered = ranking.fused(known), [row for row in rows if "fusion" in row["fixes"]]
    if fused is not None and recovered:
        yield _Proposal(("outranked",), "fusion", fused, recovered)


def _worth(known: Evidence, order: _Proposal) -> float:
    """What another order gained in this run, or at most gains where the run has not tried it."""
    return (known.recoverable(order.rows).mean if order.expected is None else order.expected) or 0.0


def _measured(known: Evidence, proposal: _Proposal, other: SystemResult | None) -> _Proposal | None:
    """The proposal with what a system of this run that makes the change really gained.

    None where that is nothing: what has been tried in vain is not advised.
    """
    if other is None:
        return proposal
    name = f"recall@{known.at}"
    before, after = (_column(known, result, name) for result in (known.result, other))
    if before is None or after is None:
        return proposal
    found = compare(before, after, known.asked.clusters, better="higher", bounded=True)
    if found.delta is None or found.delta <= 0:
        return None
    known_ends = found.low is not None and found.high is not None
    return replace(
        proposal,
        expected=found.delta,
        measured=True,
        interval=(found.low or 0.0, found.high or 0.0) if known_ends else None,
        here=other.system.id,
    )


def _column(known: Evidence, result: SystemResult, name: str) -> Any:
    """A measure of a system in question order: float64[q], None where the run lacks it."""
    table = known.folder.values(result.system.id)
    if name not in table.column_names:
        return None
    ids, values = table.column("question").to_pylist(), table.column(name).to_numpy()
    row = dict(zip(ids, values.astype(np.float64), strict=True))
    return np.array([row[question.id] for question in known.asked.questions])


def _here(known: Evidence, settings: Mapping[str, Any]) -> SystemResult | None:
    """The system of this run that a sweep with `settings` would be, if there is one."""
    if not settings:
        return None
    (chunker,) = settings["chunkers"]
    sizes = [str(v) for key in ("chunk_sizes", "overlaps") for v in settings.get(key, ())]
    options = [f"{k}={_word(v)}" for k, v in chunker.items() if k != "name"]
    id = ",".join(["-".join([str(chunker["name"]), *sizes]), *options])
    for result in known.folder.run.systems:
        mine, _, _ = result.system.id.partition("/")
        if mine == id and result.system.retriever == known.result.system.retriever:
            return result
    return None


def _word(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _advice(known: Evidence, proposal: _Proposal) -> Advice:
    change, told = proposal.change, known.diagnosis.interventions.get(proposal.intervention)
    causes = [
        known.diagnosis.causes[name] for name in proposal.causes if name in known.diagnosis.causes
    ]
    expected = proposal.expected
    known_to_fix = told is not None and told.expected is not None
    if expected is None and known_to_fix and all(cause.expected is not None for cause in causes):
        expected = sum(cause.expected or 0.0 for cause in causes)
    recoverable: Summary = known.recoverable(proposal.rows)
    chance = told if told is not None and told.placebo_tried else None
    untried = (
        " No random window of these documents could be tried beside it: chance is not ruled out."
        if told is not None and chance is None and proposal.intervention in _WITH_PLACEBO
        else ""
    )
    command = words(change.settings) if change.settings else ()
    unwritten = (
        " Its options do not fit on a command line: set them in ragcheck.toml."
        if change.settings and not command
        else ""
    )
    return Advice(
        system=known.result.system.id,
        intervention=proposal.intervention,
        causes=proposal.causes,
        title=change.title,
        reason=change.reason + untried + unwritten,
        predicted=Prediction(
            misses=len(proposal.rows),
            of=known.diagnosis.misses,
            recoverable=recoverable,
            expected=expected,
            reach=told.recoverable_recall.mean if told else None,
            corrected=chance.corrected if chance else None,
            low=chance.low if chance else None,
            high=chance.high if chance else None,
            measured=proposal.measured,
            interval=proposal.interval,
        ),
        at=change.at or known.at,
        command=command,
        settings=dict(change.settings),  # type: ignore[arg-type]
        details=change.details,
        system_here=proposal.here,
        items=tuple((row["question"], row["item"]) for row in proposal.rows),
    )
