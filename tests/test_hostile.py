"""Hostile collections go through the whole program: sweep, run folder, page."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import ragcheck
from ragcheck.run import RunFolder

CHUNKERS = "fixed,overlap,section,sentence,paragraph,recursive"


def swept(docs: Path, labels: Path, out: Path) -> RunFolder:
    return ragcheck.evaluate(
        docs, labels, chunkers=CHUNKERS, chunk_sizes=[64], retrievers="bm25", out=str(out)
    )


@pytest.mark.parametrize("name", ["unicode", "html", "line-endings", "tiny", "longline"])
def test_every_hostile_collection_is_swept(fixtures: Path, tmp_path: Path, name: str) -> None:
    folder = fixtures / "hostile" / name
    run = swept(folder / "docs", folder / "questions.jsonl", tmp_path / "run")
    assert len(run.run.systems) == 6
    for result in run.run.systems:
        recall = result.measures["recall@8000t"]
        assert recall.mean is not None
        assert recall.mean > 0.5, result.system.id
        assert result.measures["index_gap"].mean == 0
    page = (tmp_path / "run" / "report.html").read_text("utf-8")
    assert "<img src=x" not in page
    assert page.count("<script") == page.count("</script>")


def test_a_line_of_one_megabyte(tmp_path: Path) -> None:
    """No white space but single spaces, no sentence ends but where the answer is."""
    words = [f"w{number % 977}" for number in range(220_000)]
    words[150_000] = "zanzibar-77 is the answer"
    text = " ".join(words)
    assert len(text) > 1_000_000
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "line.md").write_text(text)
    (tmp_path / "docs" / "solid.txt").write_text("x" * 1_000_000)
    label = {
        "id": "q",
        "question": "what is zanzibar-77",
        "passages": [{"doc": "line.md", "text": "zanzibar-77 is the answer"}],
    }
    (tmp_path / "q.jsonl").write_text(json.dumps(label))
    run = swept(tmp_path / "docs", tmp_path / "q.jsonl", tmp_path / "run")
    for result in run.run.systems:
        assert result.measures["recall@8000t"].mean == 1, result.system.id
        assert result.chunks["max_tokens"] <= 64


def test_documents_that_hold_nothing_have_no_chunks(tmp_path: Path) -> None:
    """An index of nothing returns nothing, and that is 0, not an error."""
    (tmp_path / "docs").mkdir()
    for name, text in (("empty.md", ""), ("blank.txt", " \n\t\n"), ("dot.txt", ".")):
        (tmp_path / "docs" / name).write_text(text)
    label = {"id": "q", "question": "?", "passages": [{"doc": "dot.txt", "text": "."}]}
    (tmp_path / "q.jsonl").write_text(json.dumps(label))
    run = swept(tmp_path / "docs", tmp_path / "q.jsonl", tmp_path / "run")
    for result in run.run.systems:
        assert result.chunks["count"] == 1
        assert result.measures["recall@5"].mean == 0
