"""What the Causes screen says is what the run says."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from ragcheck.causes import CAUSES, INTERVENTIONS
from ragcheck.report.choice import choose
from ragcheck.report.load import Loaded, load
from ragcheck.report.payload_system import rounded
from ragcheck.report.view_cases import why_words
from ragcheck.report.view_causes import Causes, build_causes
from ragcheck.run import RunFolder
from tests.report.make_run import UNDIAGNOSED


@pytest.fixture(scope="module")
def data(small_run: RunFolder) -> Loaded:
    return load(small_run)


@pytest.fixture(scope="module")
def causes(small_run: RunFolder, data: Loaded) -> Causes:
    return build_causes(data, choose(data), small_run)


def test_every_diagnosed_system_stands_there_once(data: Loaded, causes: Causes) -> None:
    systems = [why.system for why in causes.whys]
    assert sorted(systems) == sorted(cell.id for cell in data.cells if cell.id != UNDIAGNOSED)
    assert [bar.system for bar in causes.bars] == systems
    choice = choose(data)
    assert choice is not None
    assert causes.best is not None
    assert causes.best.system == choice.best.id


def test_bars_are_as_long_as_there_are_misses(causes: Causes) -> None:
    longest = max(bar.misses for bar in causes.bars)
    for bar in causes.bars:
        assert sum(part.n for part in bar.stretches) == bar.misses
        assert abs(sum(part.length for part in bar.stretches) - 1000 * bar.misses / longest) < 1
        at = 0
        for part in bar.stretches:
            assert part.start == at
            at += part.length
        order = [part.cause for part in bar.stretches]
        assert order == [cause for cause in CAUSES if cause in order]


def test_rows_hold_the_figures_of_the_diagnosis(data: Loaded, causes: Causes) -> None:
    for why in causes.whys:
        known = next(c for c in data.cells if c.id == why.system).result.diagnosis
        assert known is not None
        assert {row.key: row.n for row in why.causes} == {k: c.n for k, c in known.causes.items()}
        for row in why.causes:
            assert (row.most == "–") == (not known.causes[row.key].recoverable_recall.mean)
        assert [row.key for row in why.fixes] == [
            k for k in INTERVENTIONS if k in known.interventions
        ]
        for fix in why.fixes:
            found = known.interventions[fix.key]
            assert fix.recovered == f"{found.recovered} of {found.tried}"
            assert (fix.reading == "") == (found.low is None)
        assert (why.unknown != ()) == why.system.startswith("fixed")


def test_an_intervention_that_chance_equals_is_told_so(data: Loaded, small_run: RunFolder) -> None:
    cell = next(cell for cell in data.cells if cell.result.diagnosis is not None)
    known = cell.result.diagnosis
    assert known is not None
    lucky = dataclasses.replace(known.interventions["clipped_oracle"], low=-0.1)
    fixes = {**known.interventions, "clipped_oracle": lucky}
    result = dataclasses.replace(
        cell.result, diagnosis=dataclasses.replace(known, interventions=fixes)
    )
    one = dataclasses.replace(data, cells=(dataclasses.replace(cell, result=result),))
    rows = {row.key: row for row in build_causes(one, None, small_run).whys[0].fixes}
    assert rows["clipped_oracle"].reading == "not beyond chance"


def test_a_run_that_was_not_asked_has_nothing_to_say(data: Loaded, small_run: RunFolder) -> None:
    cells = tuple(
        dataclasses.replace(c, result=dataclasses.replace(c.result, diagnosis=None))
        for c in data.cells
    )
    found = build_causes(dataclasses.replace(data, cells=cells), None, small_run)
    assert found == Causes((), (), (), None, "")


def test_misses_are_the_items_that_are_not_whole(data: Loaded) -> None:
    for cell in data.cells:
        if cell.misses is None:
            assert cell.id == UNDIAGNOSED
            continue
        whole = cell.items["coverage"] >= 1
        assert cell.misses.item.tolist() == np.flatnonzero(~whole).tolist()
        bits = cell.misses.bits(cell.first_item)
        for q in range(len(data.questions)):
            mine = range(cell.first_item[q], cell.first_item[q + 1])
            rows = [cell.misses.rows()[item] for item in mine if not whole[item]]
            wanted = {int(cell.misses.cause[row]) for row in rows}
            assert {n for n in range(len(CAUSES)) if bits[q] >> n & 1} == wanted


def test_an_item_says_its_cause_and_what_brings_it_back(data: Loaded) -> None:
    cell = next(c for c in data.cells if c.misses is not None)
    assert cell.misses is not None
    for item in range(len(cell.items["rank"])):
        words = why_words(cell.misses, item)
        assert (words == "") == (item not in cell.misses.rows())
    row = next(r for r, c in enumerate(cell.misses.cause) if list(CAUSES)[c] == "boundary_cut")
    words = why_words(cell.misses, int(cell.misses.item[row]))
    assert words.startswith("a chunk boundary cuts it (boundary cut); brought back by: ")
    assert "the passage alone as a chunk (rank 1)" in words


def test_ranks_keep_two_figures_beyond_the_first() -> None:
    given = np.array([0, 1, 49, 50, 51, 94, 96, 105, 236, 120_016])
    assert rounded(given).tolist() == [0, 1, 49, 50, 51, 94, 96, 110, 240, 120_000]
