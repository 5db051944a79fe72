"""The records behind the page agree with the tables of the run."""

from __future__ import annotations

import dataclasses
import json
import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from ragcheck.report.choice import choose
from ragcheck.report.html import render
from ragcheck.report.load import Loaded, load
from ragcheck.report.outcomes import FOUND, MISSED, PARTIAL, UNANSWERABLE, outcomes
from ragcheck.report.ranking import front, ranked
from ragcheck.report.view import build as build_view
from ragcheck.run import RunFolder, RunWriter, open_folder
from ragcheck.verdict import price


@pytest.fixture(scope="module")
def data(small_run: RunFolder) -> Loaded:
    return load(small_run)


def test_outcomes_are_what_the_values_say(data: Loaded, small_run: RunFolder) -> None:
    for cell in data.cells:
        recall = small_run.values(cell.id).column("recall@5").to_pylist()
        wanted = [
            UNANSWERABLE if r is None else FOUND if r == 1 else PARTIAL if r > 0 else MISSED
            for r in recall
        ]
        assert outcomes(data, cell).code.tolist() == wanted


def test_cut_and_first_rank_come_from_the_items(data: Loaded, small_run: RunFolder) -> None:
    cell = data.cells[0]
    found = outcomes(data, cell)
    rows = small_run.items(cell.id).to_pylist()
    for number, question in enumerate(data.questions):
        mine = [row for row in rows if row["question"] == question.id]
        ranks = [row["rank"] for row in mine if row["rank"]]
        assert found.first[number] == min(ranks, default=0)
        assert found.cut[number] == any(r["severed"] and r["coverage"] < 1 for r in mine)


def test_polluted_means_that_the_first_hit_has_no_gold(data: Loaded, small_run: RunFolder) -> None:
    cell = data.cells[0]
    firsts = [row for row in small_run.hits(cell.id).to_pylist() if row["rank"] == 1]
    gold = {row["question"]: row["gold"] for row in firsts}
    for number, question in enumerate(data.questions):
        expected = bool(question.items) and gold[question.id] == 0
        assert outcomes(data, cell).polluted[number] == expected


def test_nothing_on_the_front_is_beaten_and_everything_else_is(data: Loaded) -> None:
    ahead = front(data)
    places = {c.id: (price(c.result), c.mean("recall@5")) for c in data.cells}

    def beaten(name: str) -> bool:
        cost, recall = places[name]
        others = (p for other, p in places.items() if other != name)
        return any(c <= cost and r >= recall and (c, r) != (cost, recall) for c, r in others)

    assert ahead
    assert all(beaten(name) != (name in ahead) for name in places)


def test_ties_go_to_the_cheaper_context(data: Loaded) -> None:
    order = ranked(data, data.order)
    keys = [(-(c.mean(data.order) or 0), price(c.result)) for c in order]
    assert keys == sorted(keys)


def test_the_choice_is_the_verdict_of_the_run(data: Loaded) -> None:
    choice, verdict = choose(data), data.run.verdict
    assert choice is not None
    assert verdict is not None
    assert choice.best is ranked(data, "recall@2000t")[0]
    for cell in data.cells:
        first = cell.id in verdict.tiers[0]
        expected = "best" if cell is choice.best else "equal" if first else "behind"
        assert choice.standing(cell) == expected
    costs = [price(cell.result) for cell in data.cells if cell.id in verdict.tiers[0]]
    assert price(choice.recommended.result) == min(cost for cost in costs if cost is not None)


def test_without_a_verdict_nothing_is_said_of_differences(data: Loaded) -> None:
    bare = dataclasses.replace(data, run=dataclasses.replace(data.run, verdict=None))
    view = build_view(bare)
    assert view.verdict.sentences == ("1 planned system not finished: nothing is tested yet.",)
    assert {row.standing for row in view.systems.rows} == {"best", ""}


def test_the_verdict_counts_the_failures_of_the_best(data: Loaded) -> None:
    view = build_view(data)
    choice = choose(data)
    assert choice is not None
    found = outcomes(data, choice.best)
    leads = {lead.only: lead.count for lead in view.verdict.leads}
    assert leads["partial"] == int((found.code == PARTIAL).sum())
    assert leads["cut"] == int(found.cut.sum())
    assert view.verdict.headline is not None
    assert view.verdict.headline.system == choice.best.id


def test_the_worst_cases_stand_first_and_are_not_found(data: Loaded) -> None:
    cases = build_view(data).cases
    order = ["missed", "partial"]
    codes = [order.index(case.outcome) for case in cases]
    assert 0 < len(cases) <= 20
    assert codes == sorted(codes)


def test_a_cut_passage_shows_the_cut_where_the_boundary_is(data: Loaded) -> None:
    cell = next(cell for cell in data.cells if cell.id == "fixed-256/dense")
    found = outcomes(data, cell)
    from ragcheck.report.view_cases import worst_cases

    edges = {
        (int(d), int(at))
        for name in ("start", "end")
        for d, at in zip(cell.chunks["document"], cell.chunks[name], strict=True)
    }
    cut = [c for c in worst_cases(data, cell, found) for i in c.items if "cut over" in i.words]
    assert cut
    for case in cut:
        for item in case.items:
            text = "".join(part.text for part in item.segments)
            number = data.place[item.place.rpartition(":")[0]]
            at = data.documents[number].text.index(text)
            gold = [n for n, part in enumerate(item.segments) if part.kind != "context"]
            lengths = [len(part.text) for part in item.segments]
            span = (at + sum(lengths[: gold[0]]), at + sum(lengths[: gold[-1] + 1]))
            joined = False
            for part in item.segments:
                assert bool(part.edge) == ((number, at) in edges and not joined)
                assert part.edge != "cut" or span[0] < at < span[1]
                joined = bool(part.edge) and not part.text.strip()
                at += len(part.text)


def test_the_waterfall_holds_every_passage(data: Loaded) -> None:
    falls = build_view(data).waterfall
    assert len(falls) == len(data.cells)
    for fall in falls:
        assert sum(part.length for part in fall.parts) == 1000
        assert fall.parts[0].start == 0
        for part, after in pairwise(fall.parts):
            assert part.start + part.length == after.start


def test_cells_that_did_not_finish_are_named(data: Loaded) -> None:
    assert build_view(data).systems.missing == ("section-256/dense",)


def _stripped(folder: RunFolder, keep: set[str], path: Path) -> RunFolder:
    """The same run with only some measures in `run.json`, as an older version might write it."""
    measures = {name: m for name, m in folder.run.measures.items() if name in keep}
    systems = tuple(
        dataclasses.replace(
            r, measures={n: s for n, s in r.measures.items() if n in keep}, diagnosis=None
        )
        for r in folder.run.systems
    )
    run = dataclasses.replace(folder.run, measures=measures, systems=systems)
    path.mkdir()
    for part in ("values", "items", "hits", "chunks", "collection"):
        (path / part).symlink_to(folder.path / part)
    RunWriter(path, run).save()
    return open_folder(path)


@pytest.mark.parametrize("keep", [set(), {"recall@5"}, {"recall@5", "recall@2000t", "severed"}])
def test_a_run_with_few_measures_still_renders(
    small_run: RunFolder, keep: set[str], tmp_path: Path
) -> None:
    page = render(_stripped(small_run, keep, tmp_path / "old")).decode()
    assert 'id="view=systems"' in page
    assert "This run does not say why." in page


def test_a_run_without_a_finished_system_says_so(small_run: RunFolder, tmp_path: Path) -> None:
    path = tmp_path / "none"
    path.mkdir()
    (path / "collection").symlink_to(small_run.path / "collection")
    RunWriter(path, dataclasses.replace(small_run.run, systems=())).save()
    assert "No system has finished yet" in render(open_folder(path)).decode()


def test_a_run_without_texts_still_renders(tmp_path: Path) -> None:
    from tests.report.make_run import build

    folder = build(tmp_path / "texts", cells=("fixed-512/bm25",), missing=())
    writer = RunWriter(folder.path, folder.run, texts=False)
    writer.write_collection(folder.documents(), folder.questions())
    page = render(open_folder(folder.path)).decode()
    shown = re.sub(r"<script type=.application/octet-stream.*?</script>", "", page, flags=re.S)
    assert "data-core" not in shown
    assert "audit log" not in shown


def test_a_working_cut_in_tokens_shows_what_fits(small_run: RunFolder, tmp_path: Path) -> None:
    path = tmp_path / "tokens"
    path.mkdir()
    for part in ("values", "items", "hits", "causes", "chunks", "collection"):
        (path / part).symlink_to(small_run.path / part)
    text = (small_run.path / "run.json").read_text().replace('"at": "@5"', '"at": "@1000t"', 1)
    (path / "run.json").write_text(json.dumps(json.loads(text)))
    data = load(open_folder(path))
    for cell in data.cells:
        for question in range(0, len(data.questions), 7):
            start = cell.first_hit[question]
            tokens = cell.chunks["tokens"][cell.hits["chunk"][start : start + 10]]
            shown = data.shown(cell, question)
            assert tokens[: shown - 1].sum() < 1000
            assert np.cumsum(tokens)[min(shown, len(tokens)) - 1] >= 1000 or shown == len(tokens)
    assert render(open_folder(path))


def test_the_text_around_a_passage_begins_and_ends_between_words(data: Loaded) -> None:
    items = [item for case in build_view(data).cases for item in case.items]
    whole = [item for item in items if not any("[… " in part.text for part in item.segments)]
    assert len(whole) > 5
    for item in whole:
        source = data.documents[data.place[item.place.rpartition(":")[0]]].text
        text = "".join(part.text for part in item.segments)
        at = source.index(text)
        end = at + len(text)
        assert at == 0 or source[at - 1].isspace()
        assert end == len(source) or source[end].isspace()


def test_what_fills_a_context_adds_up_to_it(data: Loaded) -> None:
    view = build_view(data)
    assert [fall.system for fall in view.fillings] == [fall.system for fall in view.waterfall]
    for fall in view.fillings:
        assert sum(part.figure.value or 0.0 for part in fall.parts) == pytest.approx(1, abs=1e-6)
        last = fall.parts[-1]
        assert last.start + last.length == 1000
    best = view.verdict.headline
    assert best is not None
    mine = next(fall for fall in view.fillings if fall.system == best.system)
    worst = max(mine.parts[1:], key=lambda part: part.figure.value or 0.0)
    assert f": {worst.name}, {worst.figure.text} of" in view.fillings_words
