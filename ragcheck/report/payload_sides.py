"""What this run's systems can be held against beside each other: a baseline, another run."""

from __future__ import annotations

from typing import Any

import numpy as np

from ragcheck.report.outcomes import Outcomes
from ragcheck.report.packing import pack
from ragcheck.report.payload import outcome_columns
from ragcheck.report.view_against import OtherRun, link
from ragcheck.report.view_gate import GateView

#: How links name the baseline of the gate.
BASE = "base"


def sides_block(gate: GateView | None, base: Outcomes | None, other: OtherRun | None) -> str:
    """The block `others`: systems as in `core`, with `of` for what they belong to."""
    sides: list[tuple[dict[str, str], Outcomes]] = []
    meta: dict[str, Any] = {"gate": None, "run": None}
    if gate is not None and base is not None:
        sides.append(({"id": gate.baseline, "run": BASE, "of": "baseline"}, base))
        meta["gate"] = {"run": gate.run}
    if other is not None:
        sides += [
            ({"id": cell.id, "run": link(cell), "of": other.name}, found)
            for cell, found in other.found
        ]
        meta["run"] = {"name": other.name, "beside": other.beside, "words": other.sentences}
    recalls = [found.recall[~np.isnan(found.recall)] for _, found in sides]
    values = np.unique(np.concatenate([np.zeros(0), *recalls]))
    meta |= {
        "recalls": np.round(1000 * values, 6).tolist(),
        "systems": [named for named, _ in sides],
    }
    columns = {
        f"{name}-{number}": column
        for number, (_, found) in enumerate(sides)
        for name, column in outcome_columns(found, values).items()
    }
    return pack(meta, columns)
