"""Checks on the system alone: floors, questions that must be found, guards of the data."""

from __future__ import annotations

import math
from collections.abc import Mapping

from ragcheck.errors import RunError
from ragcheck.gate.result import Check, Missed
from ragcheck.gate.rules import Level, Rule
from ragcheck.gate.slices import measure_of, slice_of
from ragcheck.gate.wording import floor_message
from ragcheck.records import Json
from ragcheck.scores import Asked, Scores, clusters
from ragcheck.statistics.intervals import mean_interval

#: Ids that a message names before it only counts.
NAMED = 5
#: Share of the text by which what goes unread may grow; from as much a run warns (section 6).
UNREAD = 0.01


def floor_check(rule: Rule, scores: Scores) -> Check:
    """Is a mean within its limit; meeting it exactly is enough. Raises RunError without a mean."""
    measure, mask = measure_of(scores, rule), slice_of(scores, rule)
    documents = clusters([asked.document for asked in scores.asked])[mask]
    values = scores.values[rule.measure][mask]
    found = mean_interval(values, documents, bounded=measure.unit == "share")
    if found.mean is None:
        raise RunError(
            f"`{rule.measure}` of `{scores.system.id}` has no value: no question has one",
            hint=measure.null or None,
        )
    holds = found.mean >= rule.limit if rule.bound == "min" else found.mean <= rule.limit
    name = f"{rule.measure} {rule.where}".rstrip()
    return Check(
        str(rule),
        "PASS" if holds else "FAIL",
        rule.level,
        floor_message(rule, name, found, holds),
        rule,
        found.mean,
        found.low,
        found.high,
    )


def must_pass_check(scores: Scores) -> tuple[list[Check], tuple[Missed, ...]]:
    """Are all `must_pass` questions found whole at the working cut; the check and those missed.

    An unanswerable question has no value, cannot be missed and is not counted.
    """
    name = f"all@{scores.at}"
    marked = [row for row, asked in enumerate(scores.asked) if asked.must_pass and asked.document]
    if not marked:
        return [], ()
    if name not in scores.values:
        raise RunError(f"`{scores.system.id}` holds no `{name}`", hint="run the sweep again")
    found = scores.values[name]
    missed = tuple(_missed(scores.asked[row]) for row in marked if found[row] == 0)
    ids = tuple(one.question.id for one in missed)
    message = f"must_pass @{scores.at}: {len(marked):,} questions, missed: {listed(ids)}"
    check = Check(
        "must_pass", "FAIL" if missed else "PASS", "error", message, actual=float(len(missed))
    )
    return [check], missed


def _missed(asked: Asked) -> Missed:
    """The item that completes last stands for its question; ties: the first."""
    ranks = asked.ranks or (None,) * len(asked.places)
    last = max(range(len(ranks)), key=lambda n: (math.inf if ranks[n] is None else ranks[n], -n))
    return Missed(
        asked,
        asked.places[last] if asked.places else "",
        ranks[last],
        asked.causes[last] if asked.causes else "",
    )


def gap_check(scores: Scores, level: Level) -> list[Check]:
    """Is every labelled text in some chunk; what is in none can never be found."""
    gaps = scores.values.get("index_gap")
    if gaps is None or level == "off":
        return []
    ids = tuple(asked.id for asked, gap in zip(scores.asked, gaps, strict=True) if gap > 0)
    message = f"index_gap: labelled text that no chunk holds, questions: {listed(ids)}"
    return [Check("index_gap", "FAIL" if ids else "PASS", level, message, actual=float(len(ids)))]


def truncation_check(scores: Scores, baseline: Scores | None) -> list[Check]:
    """Does the embedder read less than in the baseline; nothing where a run does not say.

    Counted is text, not chunks: fewer and longer chunks leave more unread. Under a point more is
    what other documents make of the same system.
    """
    now = _unread(scores.chunks)
    before = _unread(baseline.chunks) if baseline else None
    if now is None or before is None:
        return []
    message = f"truncation: the embedder never reads {now:.1%} of the text, baseline {before:.1%}"
    verdict = "FAIL" if now > before + UNREAD else "PASS"
    return [Check("truncation", verdict, "error", message, actual=now, before=before)]  # type: ignore[arg-type]


def _unread(chunks: Mapping[str, Json]) -> float | None:
    value = chunks.get("truncated_share")
    return float(value) if isinstance(value, (int, float)) else None


def listed(ids: tuple[str, ...]) -> str:
    """The first ids, and how many more there are."""
    more = f" and {len(ids) - NAMED:,} more" if len(ids) > NAMED else ""
    return ", ".join(ids[:NAMED]) + more or "none"
