"""The page as records: what every screen shows, decided and rounded before any template runs.

The page, the terminal and the JSON summary are drawn from these same records.
"""

from __future__ import annotations

from dataclasses import dataclass

import tomlkit

from ragcheck.records import Json, Measure
from ragcheck.report.choice import choose
from ragcheck.report.curves import Curves, build_curves
from ragcheck.report.load import Loaded
from ragcheck.report.outcomes import Outcomes, outcomes
from ragcheck.report.view_cases import Case, worst_cases
from ragcheck.report.view_compare import Compare, build_compare
from ragcheck.report.view_documents import Documents, build_documents
from ragcheck.report.view_systems import COLUMN_DOCS, Systems, build_systems
from ragcheck.report.view_verdict import Verdict, build_verdict
from ragcheck.report.waterfall import Fall, build_fillings, build_waterfall, fillings_words


@dataclass(frozen=True, slots=True)
class Definition:
    """What a name on the page means: `recall@5` is looked up as `recall`; `cuts` lists its cuts."""

    key: str
    cuts: str
    doc: str
    better: str


@dataclass(frozen=True, slots=True)
class View:
    """Everything the page shows. `found` holds the outcomes of each finished system in order."""

    title: str
    version: str
    verdict: Verdict
    curves: Curves
    waterfall: tuple[Fall, ...]
    fillings: tuple[Fall, ...]
    fillings_words: str
    systems: Systems
    cases: tuple[Case, ...]
    compare: Compare
    documents: Documents | None
    definitions: tuple[Definition, ...]
    config: str
    found: tuple[Outcomes, ...]


def build(data: Loaded) -> View:
    """All records of a run's page."""
    found = {cell.id: outcomes(data, cell) for cell in data.cells}
    choice = choose(data)
    systems = build_systems(data, choice)
    fillings = build_fillings(data)
    return View(
        str(data.run.collection.get("name", "")),
        data.run.version,
        build_verdict(data, choice),
        build_curves(data),
        build_waterfall(data),
        fillings,
        fillings_words(fillings, choice.best.id) if choice else "",
        systems,
        worst_cases(data, choice.best, found[choice.best.id]) if choice else (),
        build_compare(data, choice, found),
        build_documents(data, choice.best, found[choice.best.id]) if choice else None,
        tuple(_definitions(data, systems)),
        _toml(data.run.plan.settings),
        tuple(found.values()),
    )


def _definitions(data: Loaded, systems: Systems) -> list[Definition]:
    """One definition per family of measures, whatever its cut-offs, then costs and breaks."""
    families: dict[str, list[Measure]] = {}
    for measure in data.run.measures.values():
        families.setdefault(measure.name, []).append(measure)
    measures = [
        Definition(name, _cuts([f"@{m.cut}" for m in same if m.cut]), same[0].doc, same[0].better)
        for name, same in families.items()
    ]
    costs = [Definition(key, "", doc, "lower") for key, doc in COLUMN_DOCS.items()]
    return [*measures, *costs, *(Definition(c.key, "", c.doc, c.better) for c in systems.kinds)]


def _cuts(names: list[str]) -> str:
    """`@1`, or `@1 to @8000t`."""
    return " to ".join(dict.fromkeys([names[0], names[-1]])) if names else ""


def _toml(settings: object) -> str:
    """The settings as the table of `ragcheck.toml` that repeats the run; nulls are left out."""
    return tomlkit.dumps({"sweep": _filled(settings)}) if settings else ""


def _filled(value: object) -> Json:
    if isinstance(value, dict):
        return {str(k): _filled(v) for k, v in value.items() if v is not None}
    if isinstance(value, (list, tuple)):
        return [_filled(item) for item in value if item is not None]
    return value if isinstance(value, (str, int, float, bool)) else str(value)
