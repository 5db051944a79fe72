"""What the diagnosis says of the planted cases: one sweep of each collection, then its causes."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.planted.cases import FAMILIES, Case, Family
from benchmarks.planted.proving import SHOWN, Planted
from ragcheck import api
from ragcheck.config import configure
from ragcheck.prepare import prepare
from ragcheck.run import RunFolder

#: What stands for a cause where the sweep found the passage, which the proof rules out.
FOUND = "found"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one case with one kind of system."""

    case: Case
    family: Family
    cause: str
    fixes: frozenset[str]

    @property
    def right(self) -> bool:
        """Whether the primary cause is the planted one."""
        return self.cause == self.case.expected[self.family]

    @property
    def sufficient(self) -> bool:
        """Whether every planted reason is among the sufficient interventions."""
        return self.case.fixes.get(self.family, frozenset()) <= self.fixes


@dataclass(slots=True)
class Costs:
    """What diagnosing took, over several sweeps."""

    misses: int = 0
    seconds: float = 0.0
    encodings: dict[str, int] = field(default_factory=dict)


def sweep(planted: Planted, folder: Path) -> RunFolder:
    """Sweep a planted collection with the questions of every case that holds somewhere.

    All cases that were drawn stay in it, as part of what passages must be found among.
    """
    setup, cases = planted.setup, planted.cases
    held = {case.id: case for found in planted.held.values() for case in found}
    for text in (*planted.hay, *(text for case in cases for text in case.planted.documents)):
        path = folder / "docs" / text.id
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.text, encoding="utf-8")
    labels = folder / "questions.jsonl"
    labels.write_text("".join(map(_label, held.values())), encoding="utf-8")
    flags = {
        "docs": str(folder / "docs"),
        "labels": [str(labels)],
        "out": str(folder / "run"),
        "name": f"planted-{setup.name}",
        **setup.settings,
        "retrievers": ",".join(setup.families),
        "k": (SHOWN,),
        "budgets": (2000,),
        "at": str(SHOWN),
        "phase": "off",
        "twins": "on" if setup.twins else "off",
        "report_docs": "none",
    }
    return api.sweep(prepare(configure(flags, folder)))


def outcomes(folder: RunFolder, planted: Planted, costs: Costs) -> list[Outcome]:
    """The cause of every case that holds, by kind of system; adds to `costs`."""
    found = []
    for result in folder.run.systems:
        family = next(one for one in FAMILIES if result.system.id.endswith(f"/{one}"))
        table = folder.causes(result.system.id)
        if table is None or result.diagnosis is None:
            raise RuntimeError(f"{result.system.id} was not diagnosed")
        said = {row["question"]: row for row in table.to_pylist()}
        for case in planted.held[family]:
            row = said.get(case.id, {"cause": FOUND, "fixes": ()})
            found.append(Outcome(case, family, row["cause"], frozenset(row["fixes"])))
        costs.misses += result.diagnosis.misses
        seconds = result.timing.get("diagnosis_s")
        costs.seconds += seconds if isinstance(seconds, float) else 0.0
        for purpose, count in result.diagnosis.encodings.items():
            costs.encodings[purpose] = costs.encodings.get(purpose, 0) + count
    return found


def _label(case: Case) -> str:
    side, place = case.planted, case.planted.gold[0]
    text = next(one.text for one in side.documents if one.id == place.document)
    passage = {
        "doc": place.document,
        "start": place.start,
        "end": place.end,
        "text": text[place.start : place.end],
    }
    row = {"id": case.id, "question": side.question, "passages": [passage], "tags": [case.fault]}
    return json.dumps(row) + "\n"
