"""A cell's key names everything its result depends on, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ragcheck.chunking import Fixed
from ragcheck.config import configure
from ragcheck.errors import ConfigError
from ragcheck.prepare import prepare
from ragcheck.sweep import plan

ALIAS = Fixed(size=7)
OTHER = Fixed(size=7)
ROW: dict[str, Any] = {
    "id": "a",
    "question": "Which?",
    "passages": [{"doc": "a.md", "text": "beta"}, {"doc": "a.md", "text": "gamma"}],
}
SECOND = {"id": "b", "question": "Who?", "unanswerable": True}


def key(folder: Path, *rows: object, **settings: object) -> str:
    """The key of the only cell of a sweep over the labels given."""
    lines = [json.dumps(row) + "\n" for row in rows or (ROW, SECOND)]
    (folder / "q.jsonl").write_text("".join(lines), "utf-8")
    flags = {"docs": folder / "docs", "labels": [folder / "q.jsonl"], "retrievers": "bm25"}
    small = {"chunkers": "fixed", "chunk_sizes": [8]}
    (cell,) = prepare(configure({**flags, **small, **settings})).plan.cells
    return cell.key


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.md").write_text("# Title\n\nalpha beta gamma\n")
    return tmp_path


def test_it_is_the_same_for_the_same(folder: Path) -> None:
    usual = key(folder)
    assert key(folder, name="other") == usual
    assert key(folder, out=folder / "elsewhere", report_docs="none", offline=False) == usual
    (folder / "docs" / "a.md").write_bytes(b"\xef\xbb\xbf# Title\r\n\r\nalpha beta gamma\r\n")
    assert key(folder) == usual
    by_offset = {"doc": "a.md", "start": 15, "end": 19}
    assert key(folder, {**ROW, "passages": [by_offset, ROW["passages"][1]]}, SECOND) == usual


@pytest.mark.parametrize(
    "settings",
    [
        {"k": [1, 2]},
        {"budgets": [100, 200]},
        {"at": "2000t"},
        {"twins": False},
        {"tokenizer": "o200k_base"},
        {"chunk_sizes": [9]},
        {"chunkers": "paragraph"},
        {"retrievers": "bm25,k1=2"},
        {"sample": 1},
        {"parity": ["chroma"]},
        {"diagnosis": False},
    ],
)
def test_settings_change_it(folder: Path, settings: dict[str, object]) -> None:
    assert key(folder, **settings) != key(folder)


@pytest.mark.parametrize(
    "change",
    [
        {"question": "Which one?"},
        {"id": "c"},
        {"tags": ["x"]},
        {"must_pass": True},
        {"note": "kept"},
        {"passages": ROW["passages"][:1]},
        {"passages": ROW["passages"][::-1]},
        {"passages": [{"any_of": ROW["passages"]}]},
        {"passages": [{**ROW["passages"][0], "weight": 2}, ROW["passages"][1]]},
    ],
)
def test_labels_change_it(folder: Path, change: dict[str, object]) -> None:
    assert key(folder, {**ROW, **change}, SECOND) != key(folder)


def test_the_order_of_questions_changes_it(folder: Path) -> None:
    assert key(folder, SECOND, ROW) != key(folder)


def test_documents_change_it(folder: Path) -> None:
    usual = key(folder)
    (folder / "docs" / "empty.txt").write_text("")
    assert key(folder) != usual
    (folder / "docs" / "empty.txt").unlink()
    (folder / "docs" / "a.md").write_text("# Other\n\nalpha beta gamma\n")
    assert key(folder) != usual


def test_our_own_code_changes_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A checkout that was updated keeps its version; its old cells are not taken for new ones."""
    usual = key(folder)
    monkeypatch.setattr(plan, "own_code", lambda: "another")
    assert key(folder) != usual
    monkeypatch.undo()
    assert (plan.own_code(), key(folder)) == (plan.own_code(), usual)
    monkeypatch.setattr(plan, "_MAKING", ("records", "measures"))
    plan.own_code.cache_clear()
    assert key(folder) != usual
    monkeypatch.undo()
    plan.own_code.cache_clear()
    assert key(folder) == usual


def test_a_diagnosis_depends_on_the_retrievers_beside_it(folder: Path) -> None:
    """Which others found a passage is part of the result; without a diagnosis it is not."""
    key(folder)
    flags = {"docs": folder / "docs", "labels": [folder / "q.jsonl"], "chunkers": "fixed"}

    def keys(retrievers: str, diagnosis: str) -> list[str]:
        settings = {"chunk_sizes": [8], "retrievers": retrievers, "diagnosis": diagnosis}
        return [cell.key for cell in prepare(configure({**flags, **settings})).plan.cells]

    alone, beside, other = "bm25", "bm25,bm25,variant=l", "bm25,bm25,variant=plus"
    assert keys(alone, "off")[0] == keys(beside, "off")[0] == keys(other, "off")[0]
    assert len({keys(given, "on")[0] for given in (alone, beside, other)}) == 3
    assert keys(alone, "on") == [key(folder, diagnosis="on")]


def test_one_system_under_two_names_is_refused(folder: Path) -> None:
    """Their results have one key, so that one of them would never count as finished."""
    with pytest.raises(ConfigError, match="planned twice"):
        key(folder, chunkers=f"{__name__}:ALIAS,{__name__}:OTHER")
