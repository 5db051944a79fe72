"""Charts are valid Vega-Lite, and as SVG ask for nothing outside the page."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import altair as alt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ragcheck.report import charts
from ragcheck.report.curves import Chart, Point, build_curves
from ragcheck.report.labels import AWAY, CHARACTER, LINE, Frame, beside, stacked
from ragcheck.report.load import load
from ragcheck.report.numbers import Figure
from ragcheck.run import RunFolder


@pytest.fixture(scope="module")
def drawn(small_run: RunFolder) -> list[tuple[Chart, str]]:
    found = build_curves(load(small_run)).charts
    return [(chart, charts.svg(chart)) for chart in found]


def test_there_is_a_chart_of_cost_of_chunks_and_of_budgets(drawn: list[tuple[Chart, str]]) -> None:
    assert [chart.name for chart, _ in drawn] == ["trade-off", "recall-k", "recall-budget"]


def test_specifications_are_valid(drawn: list[tuple[Chart, str]]) -> None:
    for chart, _ in drawn:
        alt.Chart.from_dict(charts.spec(chart))


def test_links_stay_in_the_page(drawn: list[tuple[Chart, str]]) -> None:
    for _, svg in drawn:
        links = re.findall(r'href="([^"]*)"', svg)
        assert links
        assert all(re.fullmatch(r"#view=questions&amp;run=r\d\d", link) for link in links)
        assert "ragcheck.invalid" not in svg
        assert "target=" not in svg


def test_no_style_attribute_and_no_script(drawn: list[tuple[Chart, str]]) -> None:
    for _, svg in drawn:
        assert " style=" not in svg
        assert "<style" not in svg
        assert "<script" not in svg


def test_every_colour_is_one_of_the_page(drawn: list[tuple[Chart, str]]) -> None:
    for _, svg in drawn:
        bare = re.sub(r"var\(--[a-z0-9-]+,#[0-9a-f]{6}\)", "", svg)
        assert set(re.findall(r"#[0-9a-fA-F]{6}\b", bare)) == set()
        assert "var(--ink," in svg or "var(--soft," in svg


def test_ids_are_unique_in_the_page(drawn: list[tuple[Chart, str]]) -> None:
    ids = [name for _, svg in drawn for name in re.findall(r'\bid="([^"]+)"', svg)]
    assert len(ids) == len(set(ids))


def test_every_point_says_what_it_is(drawn: list[tuple[Chart, str]]) -> None:
    scatter, svg = drawn[0]
    for point in scatter.points:
        assert f"{point.system}: recall {point.figure.text}" in svg
    assert f'aria-label="{scatter.title}. ' in svg


def _point(x: float, recall: float, name: str) -> Point:
    return Point(name, "r00", "fixed", "bm25", x, recall, recall, recall, True, Figure(recall, ""))


FRAME = Frame(640, 320, (0.0, 100.0), (0.0, 1.0))
POINTS = st.lists(
    st.tuples(st.floats(5, 95), st.floats(0.05, 0.95)), min_size=1, max_size=12, unique=True
)


@settings(deadline=None)
@given(POINTS)
def test_names_at_the_end_of_lines_do_not_collide(places: list[tuple[float, float]]) -> None:
    points = [_point(x, recall, f"system-{n}") for n, (x, recall) in enumerate(places)]
    heights = sorted(FRAME.down(label.y) for label in stacked(points, FRAME))
    assert len(heights) == len(points)
    assert all(b - a >= LINE - 1e-6 for a, b in pairwise(heights))
    assert heights[0] >= -1e-6


@settings(deadline=None)
@given(POINTS)
def test_names_beside_points_cover_no_name_and_no_point(places: list[tuple[float, float]]) -> None:
    points = [_point(x, recall, f"system-{n}") for n, (x, recall) in enumerate(places)]
    boxes = []
    for label in beside(points, points, FRAME):
        x, y = FRAME.across(label.point.x), FRAME.down(label.y)
        width = len(label.point.system) * CHARACTER
        left = x + AWAY if label.right else x - AWAY - width
        boxes.append((left, y - LINE / 2 + 0.01, left + width, y + LINE / 2 - 0.01))
    dots = [(FRAME.across(p.x), FRAME.down(p.recall)) for p in points]
    for number, (left, top, right, bottom) in enumerate(boxes):
        assert left >= 0
        assert right <= 640
        assert not [1 for x, y in dots if left < x < right and top < y < bottom]
        for a, b, c, d in boxes[number + 1 :]:
            assert left >= c or a >= right or top >= d or b >= bottom


def test_a_lone_point_has_its_name() -> None:
    lone = [_point(50, 0.5, "fixed-256/bm25")]
    assert [label.point for label in beside(lone, lone, FRAME)] == lone


def test_a_chart_has_the_same_bytes_again(drawn: list[tuple[Chart, str]]) -> None:
    for chart, svg in drawn:
        assert charts.svg(chart) == svg


@pytest.mark.parametrize("name", ['</svg><script>x</script>/"bm25"', "a&b/<c>"])
def test_hostile_names_stay_text(name: str, drawn: list[tuple[Chart, str]]) -> None:
    import dataclasses

    chart = drawn[0][0]
    points = tuple(dataclasses.replace(p, system=name, chunker=name) for p in chart.points)
    svg = charts.svg(dataclasses.replace(chart, points=points, reading=name, drawn=(name,)))
    assert "<script" not in svg
    assert svg.count("</svg>") == 1


def test_charts_as_files_stand_alone(small_run: RunFolder, tmp_path: Path) -> None:
    files = charts.write(small_run, tmp_path / "charts")
    names = [chart.name for chart in build_curves(load(small_run)).charts]
    assert [file.name for file in files] == [f"{n}.{e}" for n in names for e in ("svg", "png")]
    for drawing, picture in zip(files[::2], files[1::2], strict=True):
        text = drawing.read_text("utf-8")
        ElementTree.fromstring(text)
        assert "href" not in text
        assert "var(" not in text
        assert picture.read_bytes().startswith(b"\x89PNG")
    again = [file.read_bytes() for file in charts.write(small_run, tmp_path / "again")]
    assert [file.read_bytes() for file in files] == again
