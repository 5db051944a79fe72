"""Charts as Vega-Lite specifications (altair), and as SVG that stands in the page.

Specifications hold plain hex colours, so that they work anywhere; only the SVG step turns each hex
into the page's CSS variable. A link is written as an address that cannot exist and becomes a `#..`
link after rendering, because the renderer rewrites bare fragments.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import altair as alt
import vl_convert

from ragcheck.files import write_atomically
from ragcheck.report.curves import Chart, Point, build_curves
from ragcheck.report.labels import AWAY, Frame, Label, beside, stacked
from ragcheck.report.load import load
from ragcheck.report.numbers import amount
from ragcheck.run import RunFolder

HUES = ("#0b6bb5", "#b4540a", "#0a7f63", "#8a4f9e", "#7a6a12", "#a83250")
INK, SOFT, GRID, PALE, PAPER = "#1b2126", "#5b6770", "#e2e6e9", "#b9c1c7", "#fbfbf9"
#: What the page's style sheet calls each colour.
VARIABLES = {
    **{hue: f"--hue-{number}" for number, hue in enumerate(HUES)},
    INK: "--ink",
    SOFT: "--soft",
    GRID: "--line",
    PALE: "--pale",
    PAPER: "--paper",
}
OUTSIDE = "https://ragcheck.invalid/"
DASHES = ((1, 0), (6, 3), (2, 2), (8, 3, 2, 3), (10, 4), (3, 5))
SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down")
WIDTH, HEIGHT = 640, 320
Rows = list[dict[str, Any]]
#: Places and shapes, where a tenth of a pixel is enough.
_GEOMETRY = re.compile(r' (?:d|transform|x|y|x1|x2|y1|y2)="[^"]*"')
#: The opening tag of a link, which means nothing outside the page.
_LINK = re.compile(r"<a [^>]*>")
_LONG = re.compile(r"(\d\.\d)\d{2,}")


def spec(chart: Chart) -> dict[str, Any]:
    """The Vega-Lite specification of a chart, for a notebook, a file or `svg`.

    Altair's validation of each part is left to the tests: it takes longer than the drawing.
    """
    with alt.utils.schemapi.debug_mode(False):
        found: dict[str, Any] = _drawing(chart).to_dict(validate=False)
    return found


def _drawing(chart: Chart) -> Any:
    drawing = alt.layer(*(_lines(chart) if chart.cuts else _scatter(chart)))
    drawing = drawing.properties(width=WIDTH, height=HEIGHT, description=description(chart))
    return drawing.configure(
        background="transparent",
        # Browsers set names in wider fonts than the renderer measured them with.
        padding={"left": 5, "top": 5, "right": 60, "bottom": 5},
        font="sans-serif",
        view=alt.ViewConfig(stroke=None),
        axis=alt.AxisConfig(
            labelColor=SOFT,
            titleColor=SOFT,
            gridColor=GRID,
            domainColor=PALE,
            tickColor=PALE,
            labelFontSize=12,
            titleFontSize=12,
            titleFontWeight="normal",
            titlePadding=12,
        ),
        legend=alt.LegendConfig(
            orient="top",
            labelColor=INK,
            titleColor=SOFT,
            titleFontWeight="normal",
            labelFontSize=12,
            titleFontSize=12,
            titleOrient="left",
            titlePadding=10,
            symbolOpacity=1,
            columnPadding=14,
            offset=14,
            padding=8,
        ),
    )


def svg(chart: Chart) -> str:
    """The chart as SVG: no style attribute, no outside address, ids of its own."""
    text = vl_convert.vegalite_to_svg(spec(chart)).replace(OUTSIDE, "")
    text = text.replace(' target="_blank"', "")
    text = _renumbered(text, chart.name)
    for colour, variable in VARIABLES.items():
        text = text.replace(f'"{colour}"', f'"var({variable},{colour})"')
    text = re.sub(r' (font-family="[^"]*"|pointer-events="none")', "", text)
    text = _GEOMETRY.sub(lambda found: _LONG.sub(r"\1", found[0]), text)
    return re.sub(r"^<svg ", f'<svg role="img" aria-label="{_quoted(description(chart))}" ', text)


def _renumbered(text: str, chart: str) -> str:
    """Ids that belong to the chart: the renderer counts them per process."""
    for number, name in enumerate(dict.fromkeys(re.findall(r'\bid="([^"]+)"', text))):
        own = f"{chart}-{number}"
        text = text.replace(f'id="{name}"', f'id="{own}"').replace(f"url(#{name})", f"url(#{own})")
    return text


def write(folder: RunFolder, place: Path) -> list[Path]:
    """The run's charts as `<name>.svg` and `<name>.png` files (twice the size) below `place`.

    They stand alone: plain colours on white, no links. Returns the files in order. Raises RunError
    for tables that cannot be read.
    """
    place.mkdir(parents=True, exist_ok=True)
    files = []
    for chart in build_curves(load(folder)).charts:
        drawing = spec(chart)
        drawing["config"] |= {"background": "white"}
        drawing["title"] = {"text": chart.title, "anchor": "start", "color": INK, "offset": 14}
        text = _LINK.sub("", vl_convert.vegalite_to_svg(drawing)).replace("</a>", "")
        text = _renumbered(text, chart.name)
        for ending, data in (
            ("svg", text.encode()),
            ("png", bytes(vl_convert.vegalite_to_png(drawing, scale=2))),
        ):
            files.append(place / f"{chart.name}.{ending}")
            write_atomically(files[-1], data)
    return files


def _quoted(text: str) -> str:
    for sign, entity in (("&", "&amp;"), ('"', "&quot;"), ("<", "&lt;"), (">", "&gt;")):
        text = text.replace(sign, entity)
    return text


def description(chart: Chart) -> str:
    """What a reader who cannot see the chart is told."""
    return f"{chart.title}. {chart.reading}"


def _rows(points: Sequence[Point]) -> Rows:
    return [
        {
            "system": p.system,
            "chunker": p.chunker,
            "retriever": p.retriever,
            "line": f"{p.chunker}/{p.retriever}",
            "x": p.x,
            "recall": p.recall,
            "low": p.low,
            "high": p.high,
            "href": f"{OUTSIDE}#view=questions&run={p.run}",
            "text": f"{p.system}: recall {p.figure.text} {p.figure.interval} at {amount(p.x)}",
        }
        for p in points
    ]


def _chart(rows: Rows, *axes: Any) -> alt.Chart:
    return alt.Chart(alt.InlineData(values=rows)).encode(*axes)


def _frame(chart: Chart) -> Frame:
    """What the axes show: all points with some air, and recall from interval to interval.

    Recall begins and ends on a twentieth.
    """
    low = min(min(p.low, p.recall) for p in chart.points)
    high = max(max(p.high, p.recall) for p in chart.points)
    recall = (max(0.0, math.floor(low * 20) / 20), min(1.0, math.ceil(high * 20) / 20))
    places = [p.x for p in chart.points]
    air = max((max(places) - min(places)) * 0.06, max(places) * 0.02)
    return Frame(WIDTH, HEIGHT, (max(0.0, min(places) - air), max(places) + air), recall)


def _names(points: Sequence[Point], field: str) -> list[str]:
    """What the points have, by name."""
    return sorted({getattr(point, field) for point in points})


def _colour(chart: Chart) -> alt.Color:
    """By retriever; where there is only one, by chunker."""
    several = len(chart.retrievers) > 1
    field = "retriever" if several else "chunker"
    names = chart.retrievers if several else chart.chunkers
    scale = alt.Scale(domain=names, range=[HUES[n % len(HUES)] for n in range(len(names))])
    shown = _names([p for p in chart.points if p.system in chart.drawn], field)
    legend = alt.Legend(symbolType="circle", symbolStrokeWidth=0, values=shown)
    return alt.Color(f"{field}:N", title=field, scale=scale, legend=legend)


def _height(chart: Chart) -> alt.Y:
    scale = alt.Scale(domain=list(_frame(chart).y), nice=False)
    axis = alt.Axis(tickCount=6, domain=False, ticks=False, format=".2f", labelPadding=7)
    return alt.Y("recall:Q", title=chart.y_title, scale=scale, axis=axis)


def _marks(rows: alt.Chart, **options: Any) -> Any:
    """Points that link to their system's questions and say in words what they are."""
    return rows.mark_point(filled=True, opacity=1, **options).encode(
        href="href:N", description="text:N"
    )


def _scatter(chart: Chart) -> list[alt.Chart]:
    """Systems as points with intervals; pale lines join the sizes of one chunker and retriever."""
    frame = _frame(chart)
    scale = alt.Scale(domain=list(frame.x), nice=False)
    axis = alt.Axis(grid=False, tickCount=6, format=",d")
    x, y = alt.X("x:Q", title=chart.x_title, scale=scale, axis=axis), _height(chart)
    legend = alt.Legend(symbolFillColor=SOFT, symbolStrokeWidth=0)
    shapes = alt.Scale(domain=chart.chunkers, range=list(SHAPES))
    shape = alt.Shape("chunker:N", title="chunker", scale=shapes, legend=legend)
    bright = [p for p in chart.points if p.system in chart.drawn]
    dull = [p for p in chart.points if p.system not in chart.drawn]
    ahead = sorted((p for p in chart.points if p.front), key=lambda p: p.x)
    coloured = _chart(_rows(bright), x, y, _colour(chart))
    layers = [
        _chart(_rows(ahead), x, y).mark_line(
            interpolate="step-after", strokeWidth=10, opacity=0.35, color=PALE, aria=False
        ),
        _chart(_rows(chart.points), x, y, alt.Detail("line:N"), alt.Order("x:Q")).mark_line(
            strokeWidth=1, color=PALE, aria=False
        ),
        coloured.mark_rule(strokeWidth=1.2, opacity=0.5, aria=False).encode(y="low:Q", y2="high:Q"),
    ]
    if dull:
        layers.append(_marks(_chart(_rows(dull), x, y, shape), size=55, color=PALE))
    layers.append(_marks(coloured.encode(shape), size=100))
    labels = beside(sorted(ahead, key=lambda p: -p.recall), chart.points, frame)
    return [*layers, *_beside(labels, True, x, y), *_beside(labels, False, x, y)]


def _lines(chart: Chart) -> list[alt.Chart]:
    """A line per system along the cuts, the named ones in colour with their names at the end."""
    kind: Any = "log" if chart.cuts[-1] > 100 else "linear"
    scale = alt.Scale(type=kind, domain=[chart.cuts[0], chart.cuts[-1]], nice=False)
    axis = alt.Axis(values=list(chart.cuts), grid=False, format=",d")
    x, y = alt.X("x:Q", title=chart.x_title, scale=scale, axis=axis), _height(chart)
    several = len(chart.retrievers) > 1
    named = [p for p in chart.points if p.system in chart.drawn]
    legend = alt.Legend(
        symbolStrokeColor=SOFT,
        symbolStrokeWidth=1.8,
        symbolSize=300,
        values=_names(named, "chunker"),
    )
    dashes = alt.Scale(domain=chart.chunkers, range=[list(dash) for dash in DASHES])
    shown = legend if several else None
    dash = alt.StrokeDash("chunker:N", title="chunker", scale=dashes, legend=shown)
    rest = [p for p in chart.points if p.system not in chart.drawn]
    coloured = _chart(_rows(named), x, y, _colour(chart))
    ends = [p for p in named if p.x == chart.cuts[-1]]
    return [
        _chart(_rows(rest), x, y, alt.Detail("system:N")).mark_line(
            strokeWidth=1, color=PALE, aria=False
        ),
        coloured.mark_line(strokeWidth=2, aria=False).encode(alt.Detail("system:N"), dash),
        _marks(coloured, size=36),
        *_at_end(stacked(ends, _frame(chart)), _colour(chart)),
    ]


def _beside(labels: Sequence[Label], right: bool, x: alt.X, y: alt.Y) -> list[alt.Chart]:
    """Names on one side of their points, with a halo of the page's colour."""
    text = _chart(_named(label for label in labels if label.right is right), x, y)
    text = text.encode(alt.Y("label:Q"), text="system:N")
    align: Any = "left" if right else "right"
    place = {"align": align, "dx": AWAY if right else -AWAY, "baseline": "middle", "fontSize": 12}
    return [
        text.mark_text(stroke=PAPER, strokeWidth=4, color=PAPER, aria=False, **place),
        text.mark_text(color=INK, aria=False, **place),
    ]


def _named(labels: Iterable[Label]) -> Rows:
    return [{**_rows([label.point])[0], "label": label.y} for label in labels]


def _at_end(labels: Sequence[Label], colour: alt.Color) -> list[alt.Chart]:
    """Names at the right edge, each joined to the end of its line."""
    base = _chart(_named(labels), colour)
    joined = base.encode(
        x=alt.value(WIDTH + 5), x2=alt.value(WIDTH + 22), y="recall:Q", y2="label:Q"
    )
    named = base.encode(x=alt.value(WIDTH + 26), y="label:Q", text="system:N")
    return [
        joined.mark_rule(strokeWidth=1, opacity=0.6, aria=False),
        named.mark_text(align="left", baseline="middle", fontSize=12, aria=False),
    ]
