"""The verdict and table in a terminal, and the JSON beside them."""

from __future__ import annotations

import dataclasses
import io
import json
import re

import pytest
from rich.console import Console

from ragcheck.causes import CAUSES, CauseSummary, Diagnosis
from ragcheck.conclusions import Chosen, Summary, SweepVerdict
from ragcheck.records import Run
from ragcheck.report.load import load
from ragcheck.report.summary import SCHEMA, summary
from ragcheck.report.terminal import cause_lines, print_run, verdict_lines
from ragcheck.report.view import build
from ragcheck.run import RunFolder


def printed(folder: RunFolder, width: int, *, terminal: bool) -> str:
    out = io.StringIO()
    console = Console(file=out, width=width, force_terminal=terminal, highlight=False)
    print_run(folder, console)
    return out.getvalue()


@pytest.mark.parametrize("width", [60, 80, 100, 200])
def test_under_thirty_lines_and_no_cell_cut_off(small_run: RunFolder, width: int) -> None:
    text = printed(small_run, width, terminal=True)
    assert len(text.splitlines()) < 30
    assert "…" not in text
    for result in small_run.run.systems:
        assert result.system.id in text


def test_plain_where_it_is_no_terminal(small_run: RunFolder) -> None:
    text = printed(small_run, 40, terminal=False)
    assert "\x1b" not in text
    assert "query ms" in text


def test_no_colour_where_it_is_not_wanted(
    small_run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[3" not in printed(small_run, 100, terminal=True)


def test_terminal_json_and_page_show_the_same_figures(small_run: RunFolder) -> None:
    view = build(load(small_run))
    document = summary(small_run)
    text = printed(small_run, 200, terminal=False)
    assert document["schema"] == SCHEMA
    assert json.loads(json.dumps(document)) == document
    systems = document["systems"]
    assert isinstance(systems, list)
    for row, found in zip(view.systems.rows, systems, strict=True):
        figures = found["figures"]
        assert figures["recall@2000t"]["text"] == row.figures[0].text
        assert f"{row.figures[0].text} {row.figures[0].interval}" in text
    assert view.verdict.headline is not None
    assert document["verdict"]["system"] == view.verdict.headline.system
    assert document["missing"] == ["section-256/dense"]


def test_each_recall_stands_beside_the_cut_that_buys_it(small_run: RunFolder) -> None:
    """Recall within the budget costs the budget; the context's tokens buy recall in 5 chunks."""
    systems = tuple(
        dataclasses.replace(r, measures={**r.measures, "recall@5": Summary(0.777, None, None, 76)})
        for r in small_run.run.systems
    )
    run = dataclasses.replace(small_run.run, systems=systems)
    view = build(load(RunFolder(small_run.path, run)))
    assert view.verdict.headline is not None
    system = view.verdict.headline.system
    means = next(r.measures for r in systems if r.system.id == system)
    wide, tokens = means["recall@2000t"].mean, means["context_tokens@5"].mean
    line = verdict_lines(view)[0].plain
    assert line.startswith(f"Best within 2,000 tokens: {system}, recall {wide:.3f} [")
    assert line.endswith(f"] within 2,000 tokens; 0.777 in 5 chunks ({tokens:,.0f} tokens)")


def test_one_cut_is_said_once(small_run: RunFolder) -> None:
    plan = dataclasses.replace(small_run.run.plan, budgets=())
    run = dataclasses.replace(small_run.run, plan=plan)
    line = verdict_lines(build(load(RunFolder(small_run.path, run))))[0].plain
    assert re.fullmatch(
        r"Best with 5 chunks: \S+, recall 0\.\d{3} \[.*\] in 5 chunks \([\d,]+ tokens\)", line
    )


def with_causes(run: Run, counts: dict[str, dict[str, int]], recommended: str) -> Run:
    """The run with so many misses of each cause per system."""
    nothing = Summary(0.0, None, None, 0)
    found = []
    for result in run.systems:
        own = counts.get(result.system.id, {})
        total = sum(own.values())
        causes = {name: CauseSummary(n, n / total, nothing, None) for name, n in own.items()}
        diagnosis = Diagnosis(total, causes, {}) if result.system.id in counts else None
        found.append(dataclasses.replace(result, diagnosis=diagnosis))
    chosen = Chosen(recommended, 0.5, nothing)
    verdict = SweepVerdict("recall@5", 10, ((recommended,),), chosen, chosen, {recommended: 1.0})
    return dataclasses.replace(run, systems=tuple(found), verdict=verdict)


def test_the_largest_causes_of_the_best_and_the_recommended_system(small_run: RunFolder) -> None:
    view = build(load(small_run))
    assert view.verdict.headline is not None
    best = view.verdict.headline.system
    other = next(r.system.id for r in small_run.run.systems if r.system.id != best)
    counts = {
        best: {"truncation": 4, "boundary_cut": 9, "dilution": 1, "hard": 6},
        other: {"outranked": 1},
    }
    half = {best: {"boundary_cut": 10, "hard": 6}}
    assert cause_lines(view, with_causes(small_run.run, counts, other)) == [
        f"{best} misses 20 passages. 45%: a chunk boundary cuts it; "
        "30%: nothing single recovers it; 20%: the embedder never read it",
        f"{other} misses 1 passage. 100%: {CAUSES['outranked']}",
    ]
    assert len(cause_lines(view, with_causes(small_run.run, counts, best))) == 1
    assert cause_lines(view, with_causes(small_run.run, half, best)) == [
        f"{best} misses 16 passages. 63%: a chunk boundary cuts it; 38%: nothing single recovers it"
    ]
    assert cause_lines(view, with_causes(small_run.run, {best: {}}, best)) == []
