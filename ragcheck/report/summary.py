"""The verdict and the systems of a run as one JSON document, from the page's records."""

from __future__ import annotations

from ragcheck.records import Json
from ragcheck.report.load import load
from ragcheck.report.numbers import Figure
from ragcheck.report.view import build
from ragcheck.report.view_systems import Column, Row
from ragcheck.run import RunFolder

SCHEMA = "ragcheck.summary/1"


def summary(folder: RunFolder) -> dict[str, Json]:
    """What `--json` prints: every figure unrounded, with the text that people see beside it."""
    view = build(load(folder))
    verdict, head = view.verdict, view.verdict.headline
    return {
        "schema": SCHEMA,
        "version": view.version,
        "collection": view.title,
        "verdict": None
        if head is None
        else {
            "lead": head.lead,
            "system": head.system,
            "figure": _figure(head.figure),
            "context_tokens": head.context.value,
            "sentences": [*verdict.sentences, *verdict.orders],
        },
        "questions": {lead.only: lead.count for lead in verdict.leads},
        "systems": [_row(row, view.systems.columns) for row in view.systems.rows],
        "missing": list(view.systems.missing),
        "warnings": [
            {"system": system, "text": note.text}
            for note in verdict.warnings
            for system in note.systems or (None,)
        ],
    }


def _row(row: Row, columns: tuple[Column, ...]) -> dict[str, Json]:
    figures = {c.key: _figure(f) for c, f in zip(columns, row.figures, strict=True)}
    return {"id": row.id, "standing": row.standing, "front": row.front, "figures": figures}


def _figure(figure: Figure) -> dict[str, Json]:
    return {
        "value": figure.value,
        "text": figure.text,
        "interval": figure.interval or None,
        "note": figure.note or None,
    }
