"""Runs that older versions wrote open and render for ever."""

from __future__ import annotations

from pathlib import Path

import pytest

from ragcheck.report.html import render
from ragcheck.run import open_folder
from tests.conftest import ROOT

RUNS = sorted(path for path in (ROOT / "fixtures" / "runs").iterdir() if path.is_dir())


@pytest.mark.parametrize("path", RUNS, ids=lambda path: path.name)
def test_an_old_run_opens_and_renders(path: Path) -> None:
    folder = open_folder(path)
    assert folder.run.version == path.name
    assert not folder.run.missing
    for result in folder.run.systems:
        assert folder.values(result.system.id).num_rows == len(folder.questions())
        assert folder.hits(result.system.id).num_rows > 0
    page = render(folder).decode("utf-8")
    assert all(result.system.id in page for result in folder.run.systems)
