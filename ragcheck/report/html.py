"""The page: one file, no request, no script or style but its own.

`render` is a function of the run folder alone, and the same folder gives the same bytes.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import asdict
from importlib import resources
from typing import Any
from urllib.parse import quote

import jinja2
from markupsafe import Markup

from ragcheck.causes import CAUSES, INTERVENTIONS
from ragcheck.report import charts
from ragcheck.report.choice import choose
from ragcheck.report.load import Loaded, load
from ragcheck.report.packing import code, pack
from ragcheck.report.payload import blocks
from ragcheck.report.payload_sides import sides_block
from ragcheck.report.view import View, build
from ragcheck.report.view_against import OtherRun, build_against, packed_tests
from ragcheck.report.view_causes import build_causes
from ragcheck.report.view_compare import packed
from ragcheck.report.view_gate import GateView, baseline_outcomes, read_gate
from ragcheck.report.words import cut_words
from ragcheck.run import RunFolder

#: The scripts in the order in which they are joined into one.
SCRIPTS = (
    "state.js",
    "bunzip.js",
    "data.js",
    "dom.js",
    "save.js",
    "systems.js",
    "causes.js",
    "questions.js",
    "document.js",
    "case.js",
    "compare.js",
    "documents.js",
    "main.js",
)
#: White space that means nothing in a style sheet: after these signs, and before a brace.
_SPACES = re.compile(r"\s*([{};])\s*|(?<=[:,])\s+(?=[^\s\"])")
_INDENTED = re.compile(r"\n\s+")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def render(folder: RunFolder, against: RunFolder | None = None) -> bytes:
    """The report of a run as UTF-8 HTML, with another run to compare it with where one is given.

    Raises RunError when a table cannot be read, ComparisonError where the runs share nothing.
    """
    data = load(folder)
    view = build(data)
    causes = build_causes(data, choose(data), folder)
    gate, other, packs = _beside(data, view, folder, against)
    packs = {**blocks(data, view), "causes": pack({"whys": asdict(causes)["whys"]}), **packs}
    style, start, script = _asset("report.css"), _asset("start.js"), _script()
    html = (
        _environment()
        .get_template("page.html")
        .render(
            view=view,
            causes=causes,
            gate=gate,
            other=other,
            meanings=(CAUSES, INTERVENTIONS),
            cut_words=cut_words(data.at.unit, data.at.value),
            charts=[(chart, Markup(charts.svg(chart))) for chart in view.curves.charts],  # noqa: S704
            blocks={name: Markup(text) for name, text in packs.items()},  # noqa: S704
            script=Markup(code(script.encode())),  # noqa: S704
            style=Markup(style),  # noqa: S704
            start=Markup(start),  # noqa: S704
            policy=_policy(style, start, script),
        )
    )
    return html.encode()


def _beside(
    data: Loaded, view: View, folder: RunFolder, against: RunFolder | None
) -> tuple[GateView | None, OtherRun | None, dict[str, str]]:
    """The gate that ran, the other run, and the blocks that hold them."""
    mine = {cell.id: found for cell, found in zip(data.cells, view.found, strict=True)}
    gate = read_gate(folder, data)
    other = build_against(data, folder, against, mine) if against else None
    base = None
    if gate is not None and gate.baseline:
        base = baseline_outcomes(data, gate, mine[gate.system])
    if base is None and other is None:
        return gate, other, {}
    tests = packed_tests(other) if other else {}
    pairs = packed(data, view.compare)
    pairs["pairs"] = {**pairs["pairs"], **tests}
    return gate, other, {"pairs": pack(pairs), "others": sides_block(gate, base, other)}


def _policy(style: str, *scripts: str) -> str:
    """Only this style and these scripts; no network, frame, form or base."""
    known = " ".join(f"'{_hash(script)}'" for script in scripts)
    return (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src {known}; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")


def _script() -> str:
    """Every script as one, with the style sheet of what it draws."""
    parts = "\n".join(_asset(name) for name in SCRIPTS)
    sheet = json.dumps(_asset("app.css"), ensure_ascii=False)
    return f'"use strict";\n(() => {{\nconst SHEET = {sheet};\n{parts}\n}})();\n'


def _asset(name: str) -> str:
    """A style sheet or script without what only its author reads, which costs a tenth."""
    text = (resources.files("ragcheck.report") / "static" / name).read_text("utf-8")
    lines = (line.strip() for line in text.split("\n"))
    text = "\n".join(line for line in lines if line and not line.startswith("//"))
    return _SPACES.sub(lambda found: found[1] or "", text) if name.endswith(".css") else text


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=_Dense("ragcheck.report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_visible,
    )
    environment.filters["fragment"] = lambda text: quote(text, safe="")
    return environment


class _Dense(jinja2.PackageLoader):
    """Templates without their indentation, which nobody reads in a page and costs a tenth."""

    def get_source(self, *given: Any) -> Any:
        source, *rest = super().get_source(*given)
        return _INDENTED.sub("\n", source), *rest


def _visible(value: object) -> object:
    """Control characters, which HTML cannot hold, as their pictures."""
    if isinstance(value, str) and not isinstance(value, Markup) and _CONTROL.search(value):
        return _CONTROL.sub(lambda m: chr(0x2400 + ord(m[0])) if ord(m[0]) < 0x20 else "␡", value)
    return value
