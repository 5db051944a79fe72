"""Charts as Vega-Lite specifications (altair), and as SVG that stands in the page.

Specifications hold plain hex colours, so that they work anywhere; only the SVG step turns each hex
into the page's CSS variable. A link is written as an address that cannot exist and becomes a `#..`
link after rendering, because the renderer rewrites bare fragments.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import altair as alt
import vl_convert

from ragcheck.report.curves import Chart, Point
from ragcheck.report.numbers import amount

HUES = ("#0b6bb5", "#b4540a", "#0a7f63", "#8a4f9e", "#7a6a12", "#a83250")
INK, SOFT, GRID, PALE = "#1b2126", "#5b6770", "#e2e6e9", "#b9c1c7"
#: What the page's style sheet calls each colour.
VARIABLES = {
    **{hue: f"--hue-{number}" for number, hue in enumerate(HUES)},
    INK: "--ink",
    SOFT: "--soft",
    GRID: "--line",
    PALE: "--pale",
}
OUTSIDE = "https://ragcheck.invalid/"
DASHES: tuple[tuple[int, ...], ...] = ((1, 0), (6, 3), (2, 2), (8, 3, 2, 3), (10, 4), (3, 5))
SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down")
WIDTH, HEIGHT, LABEL_GAP = 620, 330, 15


def spec(chart: Chart) -> alt.LayerChart:
    """The Vega-Lite chart of a record, for a notebook or a file."""
    drawing = _scatter(chart) if not chart.cuts else _lines(chart)
    return drawing.properties(
        width=WIDTH, height=HEIGHT, description=_description(chart)
    ).configure(
        background="transparent",
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
            titlePadding=10,
        ),
        legend=alt.LegendConfig(
            orient="top",
            labelColor=INK,
            titleColor=SOFT,
            titleFontWeight="normal",
            labelFontSize=12,
            titleFontSize=12,
            symbolStrokeColor=SOFT,
            columnPadding=14,
        ),
    )


def svg(chart: Chart) -> str:
    """The chart as SVG without ids of others, style attributes or outside addresses."""
    drawn = vl_convert.vegalite_to_svg(spec(chart).to_dict())
    return _adapted(drawn, chart)


def _adapted(drawn: str, chart: Chart) -> str:
    """Links inward, ids under the chart's name, colours as variables, size left to the page."""
    text = drawn.replace(OUTSIDE, "").replace('target="_blank"', "")
    names = {
        old: f"{chart.name}-{new}" for new, old in enumerate(re.findall(r'\bid="([^"]+)"', text))
    }
    for old, new in names.items():
        text = text.replace(f'id="{old}"', f'id="{new}"').replace(f"url(#{old})", f"url(#{new})")
    for hex_, variable in VARIABLES.items():
        text = text.replace(f'"{hex_}"', f'"var({variable},{hex_})"')
    text = re.sub(r' font-family="[^"]*"', "", text)
    text = re.sub(r' pointer-events="none"', "", text)
    text = re.sub(r"(\d\.\d)\d{2,}", r"\1", text)
    head = f'<svg role="img" aria-label="{_escape(_description(chart))}" '
    return re.sub(r"^<svg ", head, text, count=1)


def _escape(text: str) -> str:
    for sign, entity in (("&", "&amp;"), ('"', "&quot;"), ("<", "&lt;"), (">", "&gt;")):
        text = text.replace(sign, entity)
    return text


def _description(chart: Chart) -> str:
    return f"{chart.title}. {chart.reading}"


def _colour(chart: Chart) -> alt.Color:
    names = list(dict.fromkeys(point.retriever for point in chart.points))
    hues = [HUES[number % len(HUES)] for number in range(len(names))]
    return alt.Color("retriever:N", title="retriever", scale=alt.Scale(domain=names, range=hues))


def _chunkers(chart: Chart) -> list[str]:
    return list(dict.fromkeys(point.chunker for point in chart.points))


def _rows(points: Sequence[Point]) -> list[dict[str, Any]]:
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
            "href": f"{OUTSIDE}#view=questions&run={p.run}&only=missed",
            "text": f"{p.system}: recall {p.figure.text} {p.figure.interval} at {amount(p.x)}",
        }
        for p in points
    ]


def _range(points: Sequence[Point]) -> tuple[float, float]:
    """The recall axis: from the lowest interval to the highest, in steps of a tenth."""
    low = min(min(p.low, p.recall) for p in points)
    high = max(max(p.high, p.recall) for p in points)
    return max(0.0, int(low * 10) / 10), min(1.0, -int(-high * 10 // 1) / 10)


def _scatter(chart: Chart) -> alt.LayerChart:
    low, high = _range(chart.points)
    shape = alt.Shape(
        "chunker:N", title="chunker", scale=alt.Scale(domain=_chunkers(chart), range=list(SHAPES))
    )
    scale = alt.Scale(domain=[low, high], nice=False)
    x = alt.X(
        "x:Q",
        title=chart.x_title,
        scale=alt.Scale(zero=False, nice=True, padding=24),
        axis=alt.Axis(grid=False, tickCount=6),
    )
    y = alt.Y(
        "recall:Q",
        title=chart.y_title,
        scale=scale,
        axis=alt.Axis(tickCount=6, domain=False, ticks=False),
    )
    bright = [p for p in chart.points if p.system in chart.drawn]
    dull = [p for p in chart.points if p.system not in chart.drawn]
    ahead = sorted((p for p in chart.points if p.front), key=lambda p: p.x)
    every = alt.Chart(alt.Data(values=_rows(chart.points))).encode(x=x, y=y)
    shown = alt.Chart(alt.Data(values=_rows(bright))).encode(x=x, y=y, color=_colour(chart))
    layers: list[Any] = [
        every.mark_line(strokeWidth=1, color=PALE).encode(detail="line:N", order="x:Q"),
        alt.Chart(alt.Data(values=_rows(ahead)))
        .mark_line(interpolate="step-after", strokeWidth=9, opacity=0.35, color=PALE)
        .encode(x=x, y=y),
        shown.mark_rule(strokeWidth=1, opacity=0.55).encode(y=alt.Y("low:Q"), y2="high:Q"),
    ]
    if dull:
        rows = alt.Chart(alt.Data(values=_rows(dull))).encode(x=x, y=y, shape=shape)
        layers.append(
            rows.mark_point(filled=True, size=50, color=PALE, opacity=1).encode(
                href="href:N", description="text:N"
            )
        )
    layers.append(
        shown.mark_point(filled=True, size=90, opacity=1).encode(
            shape=shape, href="href:N", description="text:N"
        )
    )
    layers.append(_labels(_spread(ahead, low, high, above=True), "right", x, y))
    return alt.layer(*layers)


def _lines(chart: Chart) -> alt.LayerChart:
    low, high = _range(chart.points)
    log = chart.cuts[-1] > 100
    x_scale = alt.Scale(
        type="log" if log else "linear", domain=[chart.cuts[0], chart.cuts[-1]], nice=False
    )
    axis = alt.Axis(values=list(chart.cuts), grid=False, format=",d")
    x = alt.X("x:Q", title=chart.x_title, scale=x_scale, axis=axis)
    y = alt.Y(
        "recall:Q",
        title=chart.y_title,
        scale=alt.Scale(domain=[low, high], nice=False),
        axis=alt.Axis(tickCount=6, domain=False, ticks=False),
    )
    dash = alt.StrokeDash(
        "chunker:N",
        title="chunker",
        scale=alt.Scale(domain=_chunkers(chart), range=[list(d) for d in DASHES]),
    )
    base = alt.Chart(alt.Data(values=_rows(chart.points))).encode(x=x, y=y, color=_colour(chart))
    ends = [
        p for p in chart.points if p.x == max(q.x for q in chart.points if q.system == p.system)
    ]
    return alt.layer(
        base.mark_line(strokeWidth=1.8).encode(detail="system:N", strokeDash=dash),
        base.mark_point(filled=True, size=34, opacity=1).encode(
            href="href:N", description="text:N"
        ),
        _labels(_spread(ends, low, high, above=False), "left", x, y),
    )


def _spread(
    points: Sequence[Point], low: float, high: float, *, above: bool
) -> list[dict[str, Any]]:
    """A label per point, moved up so that no two overlap; heights in units of recall."""
    gap = LABEL_GAP / HEIGHT * (high - low)
    rows = sorted(_rows(points), key=lambda row: (row["recall"], row["system"]))
    last = float("-inf")
    for row in rows:
        row["recall"] = last = max(row["recall"] + (gap * 0.9 if above else 0), last + gap)
    over = max(0.0, last - high) if not above else 0.0
    for row in rows:
        row["recall"] -= over
    return rows


def _labels(rows: list[dict[str, Any]], align: str, x: alt.X, y: alt.Y) -> alt.Chart:
    """Names beside their points; right-aligned ones end left of theirs."""
    mark = alt.Chart(alt.Data(values=rows)).mark_text(
        align=align,
        baseline="middle",
        dx=-9 if align == "right" else 9,
        fontSize=12,
        color=INK,
        clip=False,
    )
    return mark.encode(x=x, y=y, text="system:N")
