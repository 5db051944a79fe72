"""Pairs of systems: each difference read from both sides, and no more tests than can be paid."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ragcheck.report import view_compare
from ragcheck.report.load import load
from ragcheck.report.view import build
from ragcheck.run import RunFolder


def test_every_other_system_is_held_against_the_best(small_run: RunFolder) -> None:
    view = build(load(small_run))
    others = {row.id for row in view.systems.rows} - {view.compare.best}
    assert {row.system for row in view.compare.rows} == others
    means = {row.id: row.figures[0].value for row in view.systems.rows}
    best = means[view.compare.best]
    for row in view.compare.rows:
        mean = means[row.system]
        assert best is not None
        assert mean is not None
        assert float(row.delta.replace("−", "-")) == pytest.approx(mean - best, abs=1e-3)
        assert row.reading in ("worse", "not separable")


def test_small_runs_test_every_pair(small_run: RunFolder) -> None:
    count = len(small_run.run.systems)
    assert len(build(load(small_run)).compare.tested) == count * (count - 1) // 2


def test_large_runs_test_pairs_with_the_best(
    small_run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(view_compare, "TESTED", 10)
    view = build(load(small_run))
    assert len(view.compare.tested) == len(small_run.run.systems) - 1
    assert len(view.compare.rows) == len(small_run.run.systems) - 1


def test_one_system_has_nothing_beside_it(small_run: RunFolder) -> None:
    data = load(small_run)
    run = replace(data.run, systems=data.run.systems[:1], verdict=None)
    assert build(replace(data, run=run, cells=data.cells[:1])).compare.rows == ()
