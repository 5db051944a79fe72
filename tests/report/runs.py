"""Fixtures: runs that are written once per session, and their pages."""

from __future__ import annotations

from pathlib import Path

import pytest

from ragcheck.report.html import render
from ragcheck.run import RunFolder
from tests.report.make_run import build, build_hostile


@pytest.fixture(scope="session")
def small_run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """Eleven finished systems of twelve over six documents and 76 questions."""
    return build(tmp_path_factory.mktemp("runs") / "small")


@pytest.fixture(scope="session")
def hostile_run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """Documents, questions, tags and names full of markup, emoji and right-to-left text."""
    return build_hostile(tmp_path_factory.mktemp("runs") / "hostile")


@pytest.fixture(scope="session")
def small_page(small_run: RunFolder) -> Path:
    """The page of the small run, as a file."""
    return _written(small_run)


@pytest.fixture(scope="session")
def hostile_page(hostile_run: RunFolder) -> Path:
    """The page of the hostile run, as a file."""
    return _written(hostile_run)


def _written(folder: RunFolder) -> Path:
    path = folder.path / "report.html"
    path.write_bytes(render(folder))
    return path
