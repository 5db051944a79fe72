"""A sweep of late systems: named as such, read whole, searched, fused, and no cause invented."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

import ragcheck
from ragcheck.config import configure
from ragcheck.embedding.folder import default_folder, profiles_folder
from ragcheck.prepare import prepare
from ragcheck.records import Notice
from ragcheck.run import RunFolder
from ragcheck.sweep.chunkings import chunk_all, measure_work
from ragcheck.sweep.plan import SweepPlan

pytestmark = pytest.mark.model

LATE = "dense,embedder.mode=late"


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """Two documents of several windows, with headings, and a question on each."""
    root = tmp_path_factory.mktemp("late")
    (root / "docs").mkdir()
    for name, subject in (("boats", "boat"), ("trees", "tree")):
        parts = [f"# About the {subject}\n"]
        for number in range(60):
            parts.append(
                f"## Part {number}\n\nThe {subject} number {number} is kept in shed {number}."
            )
        (root / "docs" / f"{name}.md").write_text("\n\n".join(parts) + "\n")
    labels = [
        {
            "id": subject,
            "question": f"Where is {subject} 41?",
            "passages": [{"doc": doc, "text": text}],
        }
        for subject, doc in (("boat", "boats.md"), ("tree", "trees.md"))
        for text in [f"The {subject} number 41 is kept in shed 41"]
    ]
    (root / "q.jsonl").write_text("".join(json.dumps(label) + "\n" for label in labels))
    return {
        "docs": root / "docs",
        "labels": [root / "q.jsonl"],
        "chunkers": ["fixed", {"name": "section", "heading_path": True}],
        "chunk_sizes": [32, 64],
        "retrievers": [
            "bm25",
            "dense",
            "hybrid",
            {"name": "dense", "embedder": "sentence-transformer"},
        ],
        "embedder": "sentence-transformer,mode=late",
        "at": "@1",
        "k": [1, 5],
    }


@pytest.fixture(scope="module")
def run(settings: dict[str, object], tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    out = tmp_path_factory.mktemp("run") / "run"
    return ragcheck.evaluate(out=out, **settings)  # type: ignore[arg-type]


def test_late_systems_are_named_and_read_everything(run: RunFolder) -> None:
    assert list(run.run.plan.cells)[:4] == [
        "fixed-32/bm25",
        f"fixed-32/{LATE}",
        "fixed-32/hybrid,second.embedder.mode=late",
        "fixed-32/dense",
    ]
    for result in run.run.systems:
        if "late" in result.system.id:
            assert result.chunks["truncated"] == 0
            assert result.measures["gold_unseen"].mean == 0


def test_they_are_other_systems_than_chunk_then_embed(run: RunFolder) -> None:
    for size in (32, 64):
        late, other = (run.hits(f"fixed-{size}/{name}").to_pandas() for name in (LATE, "dense"))
        assert not np.allclose(late["score"][:5], other["score"][:5], atol=1e-3)


def test_causes_that_need_injected_texts_are_unknown_with_the_reason(run: RunFolder) -> None:
    for result in run.run.systems:
        assert result.diagnosis is not None
        unknown = result.diagnosis.unknown
        assert ("boundary_cut" in unknown) == ("late" in result.system.id)
        assert all("cannot score texts" in reason for reason in unknown.values())


def test_prefixes_that_are_not_read_are_told_once_for_each_chunking(run: RunFolder) -> None:
    told = [notice for notice in run.run.warnings if notice.code == "prefix"]
    assert all(
        isinstance(notice, Notice) and "all-MiniLM-L6-v2 in late" in notice.text for notice in told
    )
    names = [notice.text.partition(":")[0] for notice in told]
    assert names == ["section-32,heading_path=true", "section-64,heading_path=true"]


def test_the_plan_counts_one_reading_of_the_documents(
    settings: dict[str, object], run: RunFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flags = {**settings, "docs": str(settings["docs"]), "retrievers": "dense"}

    def tokens(sizes: list[int]) -> tuple[int, int]:
        plan: SweepPlan = prepare(configure({**flags, "chunk_sizes": sizes})).plan
        work = measure_work(plan, chunk_all(plan, ()))
        return work.tokens, work.texts - work.cached

    assert tokens([32, 64]) == (0, 0)  # all of it was made by the run
    monkeypatch.setenv("RAGCHECK_CACHE_DIR", str(tmp_path))
    one, two = tokens([32]), tokens([32, 64])
    assert one[0] == two[0] > 0
    assert one[1] < two[1]


def test_the_same_sweep_gives_the_same_bytes(
    settings: dict[str, object], run: RunFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From another cache, of one size alone, in the other order of chunkers."""
    known = profiles_folder(default_folder())
    monkeypatch.setenv("RAGCHECK_CACHE_DIR", str(tmp_path / "cache"))
    shutil.copytree(known, profiles_folder(default_folder()))
    fewer = {**settings, "chunk_sizes": [64], "retrievers": "dense", "chunkers": "section,fixed"}
    again = ragcheck.evaluate(out=tmp_path / "run", **fewer)  # type: ignore[arg-type]
    assert again.hits(f"fixed-64/{LATE}").equals(run.hits(f"fixed-64/{LATE}"))
