"""`ragcheck components`: what is installed, with options, and who ships it."""

from __future__ import annotations

import dataclasses
import inspect
import json
from typing import Any, get_args

import click


@click.command(name="components")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(as_json: bool) -> None:
    """List every chunker, retriever, embedder and measure: name, options with defaults, owner."""
    from ragcheck.registry import Kind, entries

    rows = [_row(entry) for kind in get_args(Kind) for entry in entries(kind).values()]
    measures = _measures()
    if as_json:
        document = {"schema": "ragcheck.components/1", "components": rows, "measures": measures}
        click.echo(json.dumps(document, indent=1, default=str))
        return
    for row in rows:
        click.echo(f"{row['kind']:<10} {row['name']:<22} {row['owner']:<12} {row['doc']}")
        for option, default in row["options"].items():
            click.echo(f"{'':<34}{option} = {default!r}")
    for measure in measures:
        click.echo(f"{'measure':<10} {measure['name']:<22} {'ragcheck':<12} {measure['doc']}")


def _row(entry: Any) -> dict[str, Any]:
    """One component; a plug-in that cannot be imported is listed with what is wrong with it."""
    from ragcheck.errors import RagcheckError
    from ragcheck.registry import load

    row = {"kind": entry.kind, "name": entry.name, "owner": entry.owner, "options": {}}
    try:
        made = load(entry.kind, entry.name)
    except RagcheckError as error:
        return {**row, "doc": f"broken: {error.message}"}
    if dataclasses.is_dataclass(made):
        row["options"] = {field.name: _default(field) for field in dataclasses.fields(made)}
    return {**row, "doc": (inspect.getdoc(made) or "").partition("\n")[0]}


def _default(field: dataclasses.Field[Any]) -> Any:
    from ragcheck.registry import NESTED

    if field.name in NESTED:
        return NESTED[field.name]
    return None if field.default is dataclasses.MISSING else field.default


def _measures() -> list[dict[str, str]]:
    from ragcheck.measures import FAMILIES
    from ragcheck.measures.modes import MODES, parity_measures
    from ragcheck.records import Cut
    from ragcheck.sweep import explained

    rows = [{"name": family.name, "doc": family.doc} for family in FAMILIES]
    others = [*explained.measures(Cut(1)), *parity_measures(tuple(MODES), (Cut(1),))]
    return rows + [{"name": measure.name, "doc": measure.doc} for measure in others]
