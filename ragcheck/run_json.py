"""How a run and its questions are written as JSON, and read back equal.

Kept apart from the folder so that the schema can be read in one place. Reading a run of this
schema with a key missing raises KeyError or TypeError; `run.py` says which file that was.
"""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Mapping
from typing import Any

from ragcheck.causes import CauseSummary, Diagnosis, InterventionSummary
from ragcheck.conclusions import Chosen, SweepVerdict
from ragcheck.notation import parse_cut, parse_measure
from ragcheck.records import (
    Item,
    Measure,
    Notice,
    Passage,
    Plan,
    Question,
    Run,
    Summary,
    System,
    SystemResult,
)
from ragcheck.spans import Span

SCHEMA = "ragcheck.run/1"


def dump(value: object, indent: int | None = None) -> str:
    """JSON text of plain values and records; floats that are not finite become null."""
    return json.dumps(_plain(value), ensure_ascii=False, allow_nan=False, indent=indent)


def _plain(value: object) -> object:
    """Records, cuts and mappings as JSON values; a float that is not finite is null."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    return value


class RunText:
    """`run.json` as text, a line per system; what was written of a system before is kept.

    A sweep writes the file after every step: encoding all systems each time would take longer than
    judging them.
    """

    def __init__(self) -> None:
        self._systems: dict[str, tuple[SystemResult, str]] = {}

    def __call__(self, run: Run) -> str:
        """The whole file."""
        systems = ",\n".join(self._system(result) for result in run.systems)
        parts = {name: dump(value) for name, value in encode_run(run).items() if name != "systems"}
        parts["systems"] = f"[\n{systems}\n]"
        lines = ",\n".join(f'"{name}": {text}' for name, text in parts.items())
        return f"{{\n{lines}\n}}\n"

    def _system(self, result: SystemResult) -> str:
        known = self._systems.get(result.key)
        if known is None or known[0] is not result:
            known = result, dump(encode_system(result))
            self._systems[result.key] = known
        return known[1]


def encode_run(run: Run) -> dict[str, object]:
    """The content of `run.json`."""
    finished = len(run.systems) - len(run.undiagnosed)
    plan = {**_fields(run.plan), "at": f"@{run.plan.at}", "finished": finished}
    return {
        "schema": run.schema,
        "version": run.version,
        "collection": run.collection,
        "measures": {
            name: {"doc": m.doc, "unit": m.unit, "better": m.better, "null": m.null}
            for name, m in run.measures.items()
        },
        "plan": plan,
        "systems": [encode_system(result) for result in run.systems],
        "verdict": run.verdict,
        "warnings": run.warnings,
    }


def encode_system(result: SystemResult) -> dict[str, object]:
    """What `run.json` says of one system."""
    own = {name: value for name, value in _fields(result).items() if name != "system"}
    return {**_fields(result.system), **own}


def _fields(record: Any) -> dict[str, Any]:
    """Fields of a record in order, by name (records have slots, so `vars` does not work)."""
    return {f.name: getattr(record, f.name) for f in dataclasses.fields(record)}


def decode_run(data: Mapping[str, Any]) -> Run:
    """The run that `encode_run` wrote."""
    plan = data["plan"]
    return Run(
        schema=data["schema"],
        version=data["version"],
        collection=data["collection"],
        measures={name: _measure(name, m) for name, m in data["measures"].items()},
        plan=Plan(
            cells=plan["cells"],
            at=parse_cut(plan["at"].removeprefix("@")),
            ks=tuple(plan["ks"]),
            budgets=tuple(plan["budgets"]),
            tokenizer=plan["tokenizer"],
            twins=plan["twins"],
            settings=plan["settings"],
        ),
        systems=tuple(_result(row) for row in data["systems"]),
        warnings=tuple(Notice(**row) for row in data["warnings"]),
        verdict=_verdict(data.get("verdict")),
    )


def _verdict(data: Mapping[str, Any] | None) -> SweepVerdict | None:
    """The verdict of a sweep; runs of the first version have none."""
    if data is None:
        return None
    best, recommended = (
        Chosen(row["system"], row["naive"], Summary(**row["honest"]))
        for row in (data["best"], data["recommended"])
    )
    tiers = tuple(tuple(tier) for tier in data["tiers"])
    return SweepVerdict(
        data["measure"], data["questions"], tiers, best, recommended, data["p_best"]
    )


def _measure(name: str, data: Mapping[str, Any]) -> Measure:
    base, cut = parse_measure(name)
    return Measure(base, cut, data["unit"], data["better"], data["doc"], data["null"])


def _result(row: Mapping[str, Any]) -> SystemResult:
    return SystemResult(
        system=System(row["id"], row["chunker"], row["retriever"]),
        key=row["key"],
        chunking=row["chunking"],
        chunks=row["chunks"],
        measures={name: Summary(**summary) for name, summary in row["measures"].items()},
        breaks=row["breaks"],
        costs=row["costs"],
        timing=row["timing"],
        phase=row.get("phase", {}),
        diagnosis=_diagnosis(row.get("diagnosis")),
    )


def _diagnosis(data: Mapping[str, Any] | None) -> Diagnosis | None:
    """Why a system missed what it missed; older runs do not say."""
    if data is None:
        return None
    return Diagnosis(
        misses=data["misses"],
        causes={name: CauseSummary(**_recoverable(row)) for name, row in data["causes"].items()},
        interventions={
            name: InterventionSummary(**_recoverable(row))
            for name, row in data["interventions"].items()
        },
        unknown=data["unknown"],
        encodings=data["encodings"],
    )


def _recoverable(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "recoverable_recall": Summary(**row["recoverable_recall"])}


def encode_question(question: Question) -> dict[str, object]:
    """One line of `collection/questions.jsonl`: the question with its twins resolved."""

    def place(span: Span) -> list[object]:
        return [span.document, span.start, span.end]

    items = [
        {
            "members": [[*place(m.span), m.weight] for m in item.members],
            "twins": [place(span) for span in item.twins],
        }
        for item in question.items
    ]
    return {
        "id": question.id,
        "text": question.text,
        "items": items,
        "tags": question.tags,
        "must_pass": question.must_pass,
        "extra": question.extra,
    }


def decode_question(row: Mapping[str, Any]) -> Question:
    """The question that `encode_question` wrote."""
    items = tuple(
        Item(
            tuple(
                Passage(Span(doc, start, end), weight) for doc, start, end, weight in i["members"]
            ),
            tuple(Span(*place) for place in i["twins"]),
        )
        for i in row["items"]
    )
    return Question(
        row["id"], row["text"], items, tuple(row["tags"]), row["must_pass"], row["extra"]
    )
