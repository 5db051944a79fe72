"""A run of the project's policies that tests diagnose as they like."""

from __future__ import annotations

from pathlib import Path

import pytest

from ragcheck import api
from ragcheck.config import configure
from ragcheck.prepare import prepare
from ragcheck.run import RunFolder
from tests.make_causes import copied


@pytest.fixture(scope="session")
def policies(tmp_path_factory: pytest.TempPathFactory, fixtures: Path) -> RunFolder:
    """Windows, overlapping windows and sections of 128 tokens with BM25, not diagnosed."""
    place = tmp_path_factory.mktemp("policies")
    labels = (fixtures / "labels" / "policies.jsonl").read_text("utf-8")
    (place / "questions.jsonl").write_text(labels.replace('"policies/', '"'), "utf-8")
    settings = {
        "docs": str(fixtures / "docs" / "policies"),
        "labels": [str(place / "questions.jsonl")],
        "chunkers": "fixed,overlap,section",
        "chunk_sizes": "128",
        "retrievers": "bm25",
        "phase": "off",
        "diagnosis": "off",
        "out": str(place / "run"),
    }
    return api.sweep(prepare(configure(settings)))


@pytest.fixture
def run(policies: RunFolder, tmp_path: Path) -> RunFolder:
    """The same run, for one test to change."""
    return copied(policies, tmp_path / "run")
