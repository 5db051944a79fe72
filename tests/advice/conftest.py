"""Runs of the project's policies that tests diagnose as they like."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ragcheck import api
from ragcheck.config import configure
from ragcheck.prepare import prepare
from ragcheck.run import RunFolder
from tests.make_causes import copied


@pytest.fixture(scope="session")
def labelled(tmp_path_factory: pytest.TempPathFactory, fixtures: Path) -> dict[str, Any]:
    """The policies' documents and labels, as settings of a sweep with BM25."""
    place = tmp_path_factory.mktemp("labels")
    labels = (fixtures / "labels" / "policies.jsonl").read_text("utf-8")
    (place / "questions.jsonl").write_text(labels.replace('"policies/', '"'), "utf-8")
    return {
        "docs": str(fixtures / "docs" / "policies"),
        "labels": [str(place / "questions.jsonl")],
        "retrievers": "bm25",
        "phase": "off",
        "diagnosis": "off",
    }


def swept(place: Path, settings: dict[str, Any], **more: str) -> RunFolder:
    return api.sweep(prepare(configure({**settings, **more, "out": str(place)})))


@pytest.fixture(scope="session")
def _small(tmp_path_factory: pytest.TempPathFactory, labelled: dict[str, Any]) -> RunFolder:
    place = tmp_path_factory.mktemp("small") / "run"
    return swept(place, labelled, chunkers="fixed,overlap,section", chunk_sizes="128")


@pytest.fixture(scope="session")
def _wide(tmp_path_factory: pytest.TempPathFactory, labelled: dict[str, Any]) -> RunFolder:
    place = tmp_path_factory.mktemp("wide") / "run"
    chunkers = "fixed,overlap,size=520,overlap=50%,section,sentence,size=128"
    return swept(place, labelled, chunkers=chunkers, chunk_sizes="512")


@pytest.fixture
def run(_small: RunFolder, tmp_path: Path) -> RunFolder:
    """Windows, overlapping windows and sections of 128 tokens, for one test to change."""
    return copied(_small, tmp_path / "run")


@pytest.fixture
def wide(_wide: RunFolder, tmp_path: Path) -> RunFolder:
    """Chunks of 512 tokens, and sentence chunks of 128."""
    return copied(_wide, tmp_path / "wide")


@pytest.fixture
def bare(tmp_path: Path, labelled: dict[str, Any]) -> RunFolder:
    """A run that was written without texts."""
    more = {"chunkers": "fixed", "chunk_sizes": "512", "report_docs": "none"}
    return swept(tmp_path / "bare", labelled, **more)


@pytest.fixture
def tried(tmp_path: Path, labelled: dict[str, Any]) -> RunFolder:
    """Windows of 512 tokens, and the same overlapping by half: what would be advised for them."""
    more = {"chunkers": "fixed,overlap", "chunk_sizes": "512", "overlaps": "256"}
    return swept(tmp_path / "tried", labelled, **more)
