"""Advice as lines of a terminal, or as one JSON document.

Whatever comes from documents, labels or ids passes `printable` on its way to a terminal.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from ragcheck.advice import Advice, Asked, advise, beyond_chance, promise, rivals
from ragcheck.artefacts.words import change, p_value, printable, value
from ragcheck.records import Cut, SystemResult
from ragcheck.report.numbers import share
from ragcheck.report.view_cases import place
from ragcheck.report.words import plural
from ragcheck.run import RunFolder
from ragcheck.run_json import dump
from ragcheck.showing import POLLUTION, SNIPPET

if TYPE_CHECKING:
    from ragcheck.cli.advice_verify import Held, Verified

SCHEMA = "ragcheck.advice/1"
#: Systems that are printed where none is named; the others stand in `--json`.
SHOWN = 5


def advice_json(
    folder: RunFolder, results: Sequence[SystemResult], tried: Sequence[Verified]
) -> str:
    """Everything, unrounded, in ASCII: no text of a document reaches a terminal as it is."""
    asked = Asked.of(folder)
    document = {
        "schema": SCHEMA,
        "run": str(folder.path),
        "at": f"@{folder.run.plan.at}",
        "systems": [_system(folder, result, asked) for result in results],
        "verified": [_verified(one) for one in tried],
    }
    return json.dumps(json.loads(dump(document)), indent=1)


def _system(folder: RunFolder, result: SystemResult, asked: Asked) -> dict[str, Any]:
    """Causes, what the context is polluted with, what outranked the gold, and the advice."""
    at, documents = folder.run.plan.at, asked.documents
    means = {
        name: summary.mean
        for name in ("recall", "pollution", *POLLUTION, "distractors")
        if (summary := result.measures.get(f"{name}@{at}")) is not None
    }
    return {
        "id": result.system.id,
        "measures": means,
        "diagnosis": result.diagnosis,
        "outranked_by": [
            {
                "chunk": one.chunk,
                "place": place(documents[one.document], one.start),
                "text": documents[one.document].text[one.start : min(one.end, one.start + SNIPPET)],
                "misses": one.misses,
            }
            for one in rivals(folder, result)
        ],
        "advice": [_advice(one) for one in advise(folder, result, asked)],
    }


def _advice(advice: Advice) -> dict[str, Any]:
    record: dict[str, Any] = json.loads(dump(advice))
    return {**record, "at": f"@{advice.at}", "command": shlex.join(advice.command) or None}


def _verified(found: Verified) -> dict[str, Any]:
    record: dict[str, Any] = json.loads(dump(found))
    for held in record["held"]:
        del held["delta"]["measure"]
    return {**record, "advice": found.advice.title}


def print_advice(
    folder: RunFolder, results: Sequence[SystemResult], tried: Sequence[Verified]
) -> None:
    """A block per system; what was tried stands below its advice."""
    asked = Asked.of(folder)
    for result in results[:SHOWN]:
        found = advise(folder, result, asked)
        for line in _block(folder.run.plan.at, result, found, tried):
            click.echo(printable(line))
        click.echo()
    click.echo("figures count what is gained; what a change loses elsewhere only `--verify` tells")
    hidden = len(results) - SHOWN
    if hidden > 0:
        click.echo(f"{plural(hidden, 'more system')}: `--system ID` or `--json`")


def _block(
    at: Cut, result: SystemResult, found: Sequence[Advice], tried: Sequence[Verified]
) -> Iterator[str]:
    misses = result.diagnosis.misses if result.diagnosis else 0
    summary = result.measures.get(f"recall@{at}")
    recall = f", recall@{at} {share(summary.mean)}" if summary else ""
    yield f"{result.system.id}  {plural(misses, 'passage')} missed{recall}"
    if not found:
        nothing = (
            "nothing recovers more of them than chance does, or it stands in this run without gain"
            if misses
            else "nothing was missed"
        )
        yield f"  no change is advised: {nothing}"
    for number, advice in enumerate(found, start=1):
        yield from _lines(number, advice)
        for one in tried:
            if one.advice == advice:
                yield from _outcome(one)
    if result.diagnosis:
        for cause, why in result.diagnosis.unknown.items():
            yield f"  not known: {cause}, {why}"


def _lines(number: int, advice: Advice) -> Iterator[str]:
    yield f"  {number}. {advice.title}"
    yield f"     {advice.reason}"
    yield f"     {promise(advice)}"
    chance = beyond_chance(advice.predicted)
    if chance:
        yield f"     {chance}"
    for detail in advice.details:
        yield f"     - {detail}"
    if advice.command:
        yield f"     $ {shlex.join(advice.command)}"


def _outcome(found: Verified) -> Iterator[str]:
    yield f"     tried: {found.system} in {found.run}"
    for held in found.held:
        yield f"       {_held(held)}"
    yield (
        f"       questions fixed {found.fixed}, newly lost {found.lost}; "
        f"of the {found.promised} misses it is for {found.promised_fixed} are found now, "
        f"of the {found.others} others {found.others_fixed}"
    )


def _held(held: Held) -> str:
    """`recall@5: 0.801 -> 0.823, +2.2 points [+0.4, +4.0], p .020, improved`."""
    found, unit = held.delta, held.delta.measure.unit
    means = f"{value(found.before, unit)} -> {value(found.after, unit)}"
    test = found.difference
    return f"{held.name}: {means}, {change(found)}, {p_value(test.p)}, {test.outcome}"
