"""The verdict and table in a terminal, and the JSON beside them."""

from __future__ import annotations

import io
import json

import pytest
from rich.console import Console

from ragcheck.report.load import load
from ragcheck.report.summary import SCHEMA, summary
from ragcheck.report.terminal import print_run
from ragcheck.report.view import build
from ragcheck.run import RunFolder


def printed(folder: RunFolder, width: int, *, terminal: bool) -> str:
    out = io.StringIO()
    console = Console(file=out, width=width, force_terminal=terminal, highlight=False)
    print_run(folder, console)
    return out.getvalue()


@pytest.mark.parametrize("width", [60, 80, 100, 200])
def test_under_thirty_lines_and_no_cell_cut_off(small_run: RunFolder, width: int) -> None:
    text = printed(small_run, width, terminal=True)
    assert len(text.splitlines()) < 30
    assert "…" not in text
    for result in small_run.run.systems:
        assert result.system.id in text


def test_plain_where_it_is_no_terminal(small_run: RunFolder) -> None:
    text = printed(small_run, 40, terminal=False)
    assert "\x1b" not in text
    assert "query ms" in text


def test_no_colour_where_it_is_not_wanted(
    small_run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[3" not in printed(small_run, 100, terminal=True)


def test_terminal_json_and_page_show_the_same_figures(small_run: RunFolder) -> None:
    view = build(load(small_run))
    document = summary(small_run)
    text = printed(small_run, 200, terminal=False)
    assert document["schema"] == SCHEMA
    assert json.loads(json.dumps(document)) == document
    systems = document["systems"]
    assert isinstance(systems, list)
    for row, found in zip(view.systems.rows, systems, strict=True):
        figures = found["figures"]
        assert figures["recall@2000t"]["text"] == row.figures[0].text
        assert f"{row.figures[0].text} {row.figures[0].interval}" in text
    assert view.verdict.headline is not None
    assert document["verdict"]["system"] == view.verdict.headline.system
    assert document["missing"] == ["section-256/dense"]
