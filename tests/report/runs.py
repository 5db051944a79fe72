"""Fixtures: runs that are written once per session, and their pages."""

from __future__ import annotations

from pathlib import Path

import pytest

from ragcheck.report.html import render
from ragcheck.run import RunFolder
from tests.report.make_run import build, build_before, build_gated, build_hostile


@pytest.fixture(scope="session")
def small_run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """Eleven finished systems of twelve over six documents and 76 questions."""
    return build(tmp_path_factory.mktemp("runs") / "small")


@pytest.fixture(scope="session")
def hostile_run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """Documents, questions, tags and names full of markup, emoji and right-to-left text."""
    return build_hostile(tmp_path_factory.mktemp("runs") / "hostile")


@pytest.fixture(scope="session")
def before_run(small_run: RunFolder, tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """A run of the same systems on the same questions, in which windows scored otherwise."""
    return build_before(tmp_path_factory.mktemp("runs") / "before", small_run)


@pytest.fixture(scope="session")
def gated_run(
    small_run: RunFolder, before_run: RunFolder, tmp_path_factory: pytest.TempPathFactory
) -> RunFolder:
    """The small run after a gate on `fixed-512/hybrid`, whose baseline is from the run before."""
    path = tmp_path_factory.mktemp("runs") / "gated"
    return build_gated(path, small_run, before_run, "fixed-512/hybrid")


@pytest.fixture(scope="session")
def gated_page(gated_run: RunFolder, before_run: RunFolder) -> Path:
    """The page of the gated run, held against the run before, as a file."""
    path = gated_run.path / "against.html"
    path.write_bytes(render(gated_run, before_run))
    return path


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
