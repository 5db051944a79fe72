"""The gate's table and what its baseline knew of every question, from `gate.json` of the run."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Any

import numpy as np

from ragcheck.report.load import Loaded
from ragcheck.report.outcomes import FOUND, MISSED, PARTIAL, UNANSWERABLE, WHOLE, Outcomes
from ragcheck.run import RunFolder

#: Where `ragcheck gate` leaves its document (with the cell's `key` and the `accept` command).
FILE, SCHEMA = "gate.json", "ragcheck.gate/"


@dataclass(frozen=True, slots=True)
class CheckRow:
    """A rule or guard and what came of it: PASS, FAIL or INCONCLUSIVE; `warns` cannot fail."""

    verdict: str
    warns: bool
    message: str
    note: str


@dataclass(frozen=True, slots=True)
class GateView:
    """The last gate on a system of this run.

    `accept` is the command that accepts what changed: before the run's folder, it, and after; three
    times nothing where nothing changed. `before` maps questions that changed to (recall, rank) in
    the baseline; `apart` are questions that it does not share. `lost` and `gained` are None without
    a baseline.
    """

    verdict: str
    strict: bool
    system: str
    run: str
    baseline: str
    checks: tuple[CheckRow, ...]
    notices: tuple[str, ...]
    lost: int | None
    gained: int | None
    still_missed: int | None
    accept: tuple[str, str, str]
    before: Mapping[str, tuple[float, int | None]]
    apart: frozenset[str]


def read_gate(folder: RunFolder, data: Loaded) -> GateView | None:
    """The gate that ran on this very result; None where none did, or the file cannot be read."""
    try:
        found = json.loads((folder.path / FILE).read_bytes())
        cell = next(c for c in data.cells if c.result.key == found["key"])
        return _view(found, cell.run) if found["schema"].startswith(SCHEMA) else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, StopIteration):
        return None


def _view(found: Mapping[str, Any], run: str) -> GateView:
    against, changes = found["baseline"] or {}, found["changes"] or {}
    lost, gained = (changes.get(name, []) for name in ("lost", "gained"))
    order = ("FAIL", "INCONCLUSIVE", "PASS")
    checks = sorted(found["checks"], key=lambda check: order.index(check["verdict"]))
    return GateView(
        found["verdict"],
        bool(found["strict"]),
        found["system"],
        run,
        against.get("system", ""),
        tuple(
            CheckRow(c["verdict"], c["level"] != "error", c["message"], c["note"] or "")
            for c in checks
        ),
        tuple(found["notices"]),
        len(lost) if against else None,
        len(gained) if against else None,
        changes.get("still_missed"),
        _accepting(found["accept"]),
        {c["id"]: (float(c["before"]), c["rank_before"]) for c in (*lost, *gained)},
        frozenset((*against.get("changed_labels", ()), *against.get("added", ()))),
    )


def _accepting(command: str) -> tuple[str, str, str]:
    """The command around the run's folder; of a path that names a machine's place only its end."""
    words = [w if not PurePath(w).is_absolute() else PurePath(w).name for w in shlex.split(command)]
    if len(words) < 4:
        return ("", "", "")
    return shlex.join(words[:3]), shlex.quote(words[3]), shlex.join(words[4:])


def baseline_outcomes(data: Loaded, gate: GateView, now: Outcomes) -> Outcomes:
    """How every question came out in the baseline: as `now`, but for those that changed."""
    recall, first = now.recall.copy(), now.first.copy()
    for number, question in enumerate(data.questions):
        if question.id in gate.before:
            recall[number], rank = gate.before[question.id]
            first[number] = rank or 0
        elif question.id in gate.apart:
            recall[number], first[number] = np.nan, 0
    return recalled(replace(now, recall=recall, first=first))


def recalled(found: Outcomes) -> Outcomes:
    """Outcomes of which only recall and ranks are known; null recall: nothing to compare."""
    code = np.where(found.recall >= WHOLE, FOUND, np.where(found.recall > 0, PARTIAL, MISSED))
    nothing = np.full(len(code), np.nan)
    return replace(
        found,
        code=np.where(np.isnan(found.recall), UNANSWERABLE, code),
        coverage=nothing,
        pollution=nothing,
        cut=np.zeros(len(code), dtype=bool),
        polluted=np.zeros(len(code), dtype=bool),
    )
