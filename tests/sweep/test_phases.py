"""Recall from several starting points, against sweeps that begin there."""

from __future__ import annotations

import statistics
from pathlib import Path

import pytest

from ragcheck import api
from ragcheck.chunking import Fixed, Section
from ragcheck.config import configure
from ragcheck.prepare import prepare
from ragcheck.retrieval.bm25 import BM25
from ragcheck.run import RunFolder
from ragcheck.sweep.phases import shifted
from ragcheck.sweep.watch import Watch


def run(fixtures: Path, out: Path, watch: Watch | None = None, **settings) -> RunFolder:
    flags = {
        "docs": str(fixtures / "docs"),
        "labels": [str(fixtures / "labels" / "policies.jsonl")],
        "retrievers": "bm25",
        "chunk_sizes": "64",
        "out": str(out),
        **settings,
    }
    return api.sweep(prepare(configure(flags)), watch)


@pytest.fixture(scope="module")
def measured(fixtures: Path, tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    out = tmp_path_factory.mktemp("phases") / "run"
    return run(fixtures, out, chunkers="fixed,section", k="1,5", budgets="500")


def test_offsets_are_a_fifth_of_the_size_apart_and_begin_at_the_systems_own():
    chunker = Fixed(size=64, offset=60, unit="characters")
    found = shifted(chunker, BM25(), "bm25")
    assert [one.offset for one in found] == [8, 21, 34, 47]
    assert {(one.size, one.unit) for one in found} == {(64, "characters")}


@pytest.mark.parametrize(
    ("chunker", "retriever", "phase"),
    [
        (Fixed(64), BM25(), "off"),
        (Fixed(64), object(), "bm25"),
        (Fixed(4), BM25(), "all"),
        (Section(64), BM25(), "all"),
    ],
)
def test_what_has_no_other_starting_point(chunker, retriever, phase):
    assert shifted(chunker, retriever, phase) == ()


def test_all_means_every_retriever():
    assert len(shifted(Fixed(64), object(), "all")) == 4


def test_recall_equals_that_of_sweeps_which_begin_there(
    measured: RunFolder, fixtures: Path, tmp_path: Path
):
    phase = measured.run.systems[0].phase
    assert phase["offsets"] == [0, 12, 25, 38, 51]
    chunkers = ",".join(f"fixed,offset={offset}" for offset in phase["offsets"][1:])
    there = run(fixtures, tmp_path / "there", chunkers=chunkers, k="1,5", budgets="500")
    systems = [measured.run.systems[0], *there.run.systems]
    assert set(phase["recall"]) == {"recall@1", "recall@5", "recall@500t"}
    for name, values in phase["recall"].items():
        assert values == pytest.approx([result.measures[name].mean for result in systems])
        assert phase["phase_sd"][name] == pytest.approx(statistics.stdev(values))
    assert phase["phase_sd"]["recall@5"] > 0


def test_all_retrievers_where_asked_and_a_fusion_among_them(fixtures: Path, tmp_path: Path):
    fused = {"name": "hybrid", "first": "bm25", "second": {"name": "bm25", "variant": "l"}}
    same = {"retrievers": [fused], "k": "1,5", "budgets": "500"}
    phase = (
        run(fixtures, tmp_path / "a", chunkers="fixed", phase="all", **same).run.systems[0].phase
    )
    there = run(fixtures, tmp_path / "b", chunkers="fixed,offset=25", phase="bm25", **same)
    assert there.run.systems[0].phase == {}
    for name, values in phase["recall"].items():
        assert values[2] == pytest.approx(there.run.systems[0].measures[name].mean)


@pytest.mark.model
def test_what_other_starting_points_must_embed_is_planned(fixtures: Path, tmp_path: Path):
    texts = {}
    for phase in ("off", "all"):
        flags = {
            "docs": str(fixtures / "docs" / "policies"),
            "chunkers": "fixed",
            "chunk_sizes": "256",
            "retrievers": "dense",
            "phase": phase,
            "labels": [str(tmp_path / "q.jsonl")],
        }
        (tmp_path / "q.jsonl").write_text('{"id": "a", "question": "?", "unanswerable": true}\n')
        texts[phase] = api.preview(prepare(configure(flags))).texts - 1
    assert 4.5 * texts["off"] < texts["all"] <= 5.5 * texts["off"]


def test_structure_has_no_phase_and_a_run_reads_back_equal(measured: RunFolder):
    assert measured.run.systems[1].phase == {}
    assert api.open_run(measured.path).run.systems == measured.run.systems


def test_switching_it_off_changes_the_key_of_what_it_concerns_alone(
    measured: RunFolder, fixtures: Path, tmp_path: Path
):
    chunkers = {"chunkers": "fixed,section", "k": "1,5", "budgets": "500"}
    off = run(fixtures, tmp_path / "off", phase="off", **chunkers)
    assert off.run.systems[0].phase == {}
    assert off.run.systems[0].measures == measured.run.systems[0].measures
    keys = [(a.key == b.key) for a, b in zip(off.run.systems, measured.run.systems, strict=True)]
    assert keys == [False, True]


class Stopping(Watch):
    """Interrupts after the first finished cell, as Ctrl-C would."""

    def finished(self, system: str) -> None:
        raise KeyboardInterrupt


def test_a_resumed_sweep_keeps_it(measured: RunFolder, fixtures: Path, tmp_path: Path):
    same = {"chunkers": "fixed,section", "k": "1,5", "budgets": "500"}
    with pytest.raises(KeyboardInterrupt):
        run(fixtures, tmp_path / "run", Stopping(), **same)
    resumed = run(fixtures, tmp_path / "run", **same)
    assert resumed.run.systems[0].phase == measured.run.systems[0].phase


def test_questions_without_an_answer_have_no_recall_to_vary(tmp_path: Path):
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.txt").write_text("Late fees are capped. " * 40)
    (tmp_path / "q.jsonl").write_text('{"id": "a", "question": "Who?", "unanswerable": true}\n')
    docs, labels = str(tmp_path / "docs"), [str(tmp_path / "q.jsonl")]
    flags = {"docs": docs, "labels": labels, "retrievers": "bm25", "chunkers": "fixed"}
    found = api.sweep(prepare(configure({**flags, "out": str(tmp_path / "run")})))
    assert [result.phase for result in found.run.systems] == [{}, {}]
