"""Another run, and the baseline of a gate, beside the systems of this one."""

from __future__ import annotations

import dataclasses
import html
import json
from pathlib import Path

import numpy as np
import pytest

from ragcheck.comparison import compare_scores
from ragcheck.errors import ComparisonError
from ragcheck.records import Cut
from ragcheck.report.html import render
from ragcheck.report.load import Loaded, load
from ragcheck.report.numbers import signed
from ragcheck.report.outcomes import outcomes
from ragcheck.report.view_against import OtherRun, build_against
from ragcheck.report.view_gate import FILE, baseline_outcomes, read_gate
from ragcheck.run import RunFolder
from ragcheck.scores import scores_of


@pytest.fixture(scope="module")
def data(small_run: RunFolder) -> Loaded:
    return load(small_run)


@pytest.fixture(scope="module")
def other(data: Loaded, small_run: RunFolder, before_run: RunFolder) -> OtherRun:
    mine = {cell.id: outcomes(data, cell) for cell in data.cells}
    return build_against(data, small_run, before_run, mine)


def test_rows_say_what_compare_says(
    other: OtherRun, small_run: RunFolder, before_run: RunFolder
) -> None:
    assert len(other.rows) == len(small_run.run.systems)
    changed = 0
    for row in other.rows:
        found = compare_scores(scores_of(before_run, row.system), scores_of(small_run, row.system))
        delta = next(d for d in found.measures if str(d.measure) == other.measure).difference
        assert row.delta == signed(delta.delta, "share")
        assert (row.lost, row.gained) == (len(found.changes.lost), len(found.changes.gained))
        changed += row.lost + row.gained
    assert changed > 10


def test_questions_that_only_one_run_has_compare_with_nothing(
    data: Loaded, small_run: RunFolder, before_run: RunFolder, tmp_path: Path
) -> None:
    short = tmp_path / "short"
    short.mkdir()
    for part in ("values", "items", "hits", "causes", "chunks", "run.json"):
        (short / part).symlink_to(before_run.path / part)
    (short / "collection").mkdir()
    (short / "collection" / "documents.parquet").symlink_to(
        before_run.path / "collection" / "documents.parquet"
    )
    lines = (before_run.path / "collection" / "questions.jsonl").read_text().splitlines()
    (short / "collection" / "questions.jsonl").write_text("\n".join(lines[3:]) + "\n")
    mine = {cell.id: outcomes(data, cell) for cell in data.cells}
    found = build_against(data, small_run, RunFolder(short, before_run.run), mine)
    assert found.sentences[1] == "left out: 3 questions only in this run"
    for _, was in found.found:
        assert np.isnan(was.recall[:3]).all()
        assert (was.first[:3] == 0).all()


def test_the_other_run_is_judged_at_this_cut(
    data: Loaded, small_run: RunFolder, before_run: RunFolder
) -> None:
    plan = dataclasses.replace(before_run.run.plan, at=Cut(10))
    deeper = RunFolder(before_run.path, dataclasses.replace(before_run.run, plan=plan))
    mine = {cell.id: outcomes(data, cell) for cell in data.cells}
    rows = build_against(data, small_run, deeper, mine).rows
    assert rows == build_against(data, small_run, before_run, mine).rows


def test_a_run_without_results_cannot_be_compared(
    data: Loaded, small_run: RunFolder, before_run: RunFolder
) -> None:
    empty = RunFolder(before_run.path, dataclasses.replace(before_run.run, systems=()))
    with pytest.raises(ComparisonError):
        build_against(data, small_run, empty, {})


def test_the_gate_knows_what_its_baseline_knew(gated_run: RunFolder, before_run: RunFolder) -> None:
    data = load(gated_run)
    gate = read_gate(gated_run, data)
    assert gate is not None
    cell = next(cell for cell in data.cells if cell.id == gate.system)
    base = baseline_outcomes(data, gate, outcomes(data, cell))
    before = load(before_run)
    was = outcomes(before, next(c for c in before.cells if c.id == gate.system))
    np.testing.assert_allclose(base.recall, was.recall)
    assert gate.lost == int((outcomes(data, cell).recall < was.recall).sum())
    order = [check.verdict for check in gate.checks]
    assert order == sorted(order, key=("FAIL", "INCONCLUSIVE", "PASS").index)


def test_no_place_of_the_machine_stands_in_the_page(gated_run: RunFolder) -> None:
    page = render(gated_run).decode()
    assert "baseline update" in page
    assert str(gated_run.path.parent) not in page


def test_the_parts_of_a_gate_line_stay_apart_in_html(gated_run: RunFolder) -> None:
    gate = read_gate(gated_run, load(gated_run))
    assert gate is not None
    parts = next(c.message for c in gate.checks if "  " in c.message).split("  ")
    assert html.escape(" · ".join(parts)) in render(gated_run).decode()


@pytest.mark.parametrize("change", [{"key": "other"}, {"schema": "x"}, {"checks": None}])
def test_a_gate_of_another_result_is_not_shown(
    gated_run: RunFolder, change: dict[str, object], tmp_path: Path
) -> None:
    found = json.loads((gated_run.path / FILE).read_text())
    (tmp_path / FILE).write_text(json.dumps({**found, **change}))
    assert read_gate(RunFolder(tmp_path, gated_run.run), load(gated_run)) is None
