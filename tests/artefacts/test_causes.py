"""A lost question is shown with the cause of its miss, wherever it is shown."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ragcheck import api
from ragcheck.artefacts.document import comparison_document, gate_document
from ragcheck.artefacts.markdown import gate_markdown
from ragcheck.artefacts.text import comparison_lines, gate_lines
from ragcheck.baseline import read_baseline, write_baseline
from ragcheck.causes import CAUSES
from ragcheck.comparison import compare_scores
from ragcheck.config import configure
from ragcheck.gate import Asking, GateResult, judge
from ragcheck.prepare import prepare
from ragcheck.run import RunFolder
from ragcheck.scores import scores_of

BEFORE, AFTER = "section-128/bm25", "fixed-32/bm25"


def sweep(fixtures: Path, out: Path, diagnosis: str) -> RunFolder:
    flags = {
        "docs": str(fixtures / "docs"),
        "labels": [str(fixtures / "labels" / "policies.jsonl")],
        "chunkers": "section,size=128,fixed,size=32",
        "retrievers": "bm25",
        "phase": "off",
        "diagnosis": diagnosis,
        "out": str(out),
    }
    return api.sweep(prepare(configure(flags)))


def gate(run: RunFolder, path: Path) -> GateResult:
    """The smaller chunks held against the larger ones."""
    write_baseline(path, scores_of(run, BEFORE))
    return judge(run, run.result(AFTER), Asking((), read_baseline(path), str(path)))


@pytest.fixture(scope="module")
def run(fixtures: Path, tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    return sweep(fixtures, tmp_path_factory.mktemp("causes") / "run", "on")


def test_every_lost_question_has_its_cause(run: RunFolder, tmp_path: Path) -> None:
    result = gate(run, tmp_path / "b.jsonl")
    assert result.against is not None
    lost = result.against.changes.lost
    table = run.causes(AFTER)
    assert table is not None
    causes: dict[str, set[str]] = {}
    for question, cause in zip(
        *table.select(["question", "cause"]).to_pydict().values(), strict=True
    ):
        causes.setdefault(question, set()).add(cause)
    assert len(lost) > 3
    for change in lost:
        assert change.cause in causes[change.question.id]
    lines = [line for line in gate_lines(result) if line.startswith("  lost q")]
    for line, change in zip(lines, lost, strict=False):
        assert re.search(rf"rank (\d+|none) -> (\d+|none) \({change.cause}\)$", line)
    assert f"({lost[0].cause})" in gate_markdown(result)
    assert [row["cause"] for row in gate_document(result)["changes"]["lost"]] == [
        change.cause for change in lost
    ]


def test_a_comparison_tells_it_and_what_was_gained_has_none(run: RunFolder) -> None:
    found = compare_scores(scores_of(run, AFTER), scores_of(run, BEFORE))
    assert all(not change.cause for change in found.changes.gained)
    assert all(row["cause"] is None for row in comparison_document(found)["gained"])
    back = compare_scores(scores_of(run, BEFORE), scores_of(run, AFTER))
    text = "\n".join(comparison_lines(back))
    assert any(f"({cause})" in text for cause in CAUSES)


def test_without_a_diagnosis_no_cause_is_named(fixtures: Path, tmp_path: Path) -> None:
    result = gate(sweep(fixtures, tmp_path / "run", "off"), tmp_path / "b.jsonl")
    assert result.against is not None
    assert result.against.changes.lost
    assert not any(change.cause for change in result.against.changes.lost)
    assert all(row["cause"] is None for row in gate_document(result)["changes"]["lost"])
    assert not any(f"({cause})" in "\n".join(gate_lines(result)) for cause in CAUSES)
