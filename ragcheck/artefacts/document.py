"""A gate and a comparison as JSON documents: every figure unrounded, every question by id."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from ragcheck.artefacts.words import one_line
from ragcheck.comparison import Comparison, Delta, Slice
from ragcheck.gate.result import SCHEMA, Check, GateResult, Missed
from ragcheck.joining import Change, Shared

COMPARISON_SCHEMA = "ragcheck.compare/1"
#: Characters of a question's text that are kept: 10,000 lost questions stay under 5 MiB, or 6 where
#: all of them are marked must_pass.
_TEXT = 160


def gate_document(result: GateResult, report: str = "") -> dict[str, Any]:
    """What `ragcheck gate --json` prints."""
    against = result.against
    return {
        "schema": SCHEMA,
        "verdict": result.verdict,
        "passed": result.passed,
        "strict": result.strict,
        "system": result.system,
        "at": result.at,
        "questions": result.questions,
        "checks": [_check(check) for check in result.checks],
        "must_pass_missed": [_missed(missed) for missed in result.must_pass_missed],
        "baseline": None
        if against is None
        else {"path": against.path, "system": against.system, **_shared(against.shared)},
        "changes": None
        if against is None
        else {
            "lost": [_change(change) for change in against.changes.lost],
            "gained": [_change(change) for change in against.changes.gained],
            "still_found": len(against.changes.found),
            "still_missed": len(against.changes.missed),
        },
        "notices": result.notices,
        "report": report or None,
    }


def comparison_document(found: Comparison) -> dict[str, Any]:
    """What `ragcheck compare --json` and `ragcheck baseline diff --json` print."""
    return {
        "schema": COMPARISON_SCHEMA,
        "baseline": found.baseline,
        "candidate": found.candidate,
        "at": f"@{found.at}",
        "shared": _shared(found.shared),
        "measures": {str(delta.measure): _delta(delta) for delta in found.measures},
        "lost": [_change(change) for change in found.changes.lost],
        "gained": [_change(change) for change in found.changes.gained],
        "still_found": len(found.changes.found),
        "still_missed": len(found.changes.missed),
        "tags": {one.name: _slice(one) for one in found.tags},
        "documents": {one.name: _slice(one) for one in found.documents},
    }


def _check(check: Check) -> dict[str, Any]:
    return {
        "name": check.name,
        "verdict": check.verdict,
        "level": check.level,
        "message": check.message,
        "note": check.note or None,
        "expected": None if check.rule is None else asdict(check.rule),
        "actual": check.actual,
        "low": check.low,
        "high": check.high,
        "baseline": check.before,
        "drop": None if check.decision is None else asdict(check.decision),
    }


def _shared(shared: Shared) -> dict[str, Any]:
    return {
        "questions": len(shared.after),
        "changed_labels": shared.changed,
        "removed": shared.removed,
        "added": shared.added,
        "drifted_labels": shared.drifted,
        "same_documents": shared.corpus,
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        "id": change.question.id,
        "question": one_line(change.question.text, _TEXT),
        "before": change.before,
        "after": change.after,
        "place": change.place,
        "rank_before": change.rank_before,
        "rank_after": change.rank_after,
        "cause": change.cause or None,
    }


def _missed(missed: Missed) -> dict[str, Any]:
    return {
        "id": missed.question.id,
        "question": one_line(missed.question.text, _TEXT),
        "place": missed.place,
        "rank": missed.rank,
        "cause": missed.cause or None,
    }


def _delta(delta: Delta) -> dict[str, Any]:
    return {
        "unit": delta.measure.unit,
        "better": delta.measure.better,
        "before": delta.before,
        "after": delta.after,
        **asdict(delta.difference),
    }


def _slice(one: Slice) -> dict[str, Any]:
    return {**_delta(one.delta), "lost": one.lost, "gained": one.gained}
