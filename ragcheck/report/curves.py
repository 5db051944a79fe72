"""What the charts say, as numbers: recall against cost, and recall as the context grows."""

from __future__ import annotations

from dataclasses import dataclass

from ragcheck.records import Cut
from ragcheck.report.load import Cell, Loaded
from ragcheck.report.numbers import Figure, amount, figure, share
from ragcheck.report.ranking import front, ranked
from ragcheck.report.words import cut_words
from ragcheck.verdict import price

#: More systems than this, and charts draw only those of the front.
DRAWN_SYSTEMS = 12
#: As many lines as can carry their names without a legend of names.
NAMED_LINES = 6


@dataclass(frozen=True, slots=True)
class Point:
    """A system at one place of a chart: recall (with interval) at `x` tokens or chunks."""

    system: str
    run: str
    chunker: str
    retriever: str
    x: float
    recall: float
    low: float
    high: float
    front: bool
    figure: Figure

    @property
    def x_text(self) -> str:
        """The place on the x axis as shown."""
        return amount(self.x)


@dataclass(frozen=True, slots=True)
class Chart:
    """The points of a chart, the sentence to read from it, and what its axes are.

    `drawn` names the systems that are drawn in colour; the others are pale or left out.
    `retrievers` and `chunkers` are those of the whole run, so that a colour, a shape and a dash
    mean the same in every chart of a page.
    """

    name: str
    title: str
    reading: str
    x_title: str
    y_title: str
    cuts: tuple[int, ...]
    points: tuple[Point, ...]
    drawn: tuple[str, ...]
    retrievers: tuple[str, ...]
    chunkers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Curves:
    """The charts of the Trade-off screen; one that the run has no numbers for is left out."""

    charts: tuple[Chart, ...]


def build_curves(data: Loaded) -> Curves:
    """Recall against context tokens, by number of chunks, and by budget."""
    ahead = front(data)
    few = len(data.cells) <= DRAWN_SYSTEMS
    drawn = [cell for cell in data.cells if few or cell.id in ahead or cell.id in _leaders(data)]
    charts = (_trade_off(data, ahead), _by_k(data, drawn, ahead), _by_budget(data, drawn, ahead))
    return Curves(tuple(chart for chart in charts if chart and chart.points))


def _point(
    data: Loaded, cell: Cell, x: float | None, name: str | None, ahead: bool
) -> Point | None:
    summary = cell.result.measures.get(name) if name else None
    if name is None or x is None or summary is None or summary.mean is None:
        return None
    mean = summary.mean
    low = mean if summary.low is None else summary.low
    high = mean if summary.high is None else summary.high
    retriever, chunker = _family(cell)
    shown = figure(name, data.measure(name), summary)
    return Point(cell.id, cell.run, chunker, retriever, x, mean, low, high, ahead, shown)


def _family(cell: Cell) -> tuple[str, str]:
    """A system's retriever and chunker, without sizes."""
    chunker, _, retriever = cell.id.partition("/")
    return retriever, str(cell.result.system.chunker.get("name", chunker))


def _families(data: Loaded) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The retrievers and the chunkers of the run, by name."""
    retrievers, chunkers = zip(*(_family(cell) for cell in data.cells), strict=True)
    return tuple(sorted(set(retrievers))), tuple(sorted(set(chunkers)))


def _trade_off(data: Loaded, ahead: frozenset[str]) -> Chart | None:
    name = data.find("recall", data.at)
    found = (_point(data, c, price(c.result), name, c.id in ahead) for c in data.cells)
    points = tuple(point for point in found if point)
    if not points:
        return None
    words = cut_words(data.at.unit, data.at.value)
    return Chart(
        "trade-off",
        f"What recall costs: the first {words}",
        _front_words(points),
        f"Mean tokens in the first {words}",
        f"Recall, first {words}",
        (),
        points,
        tuple(p.system for p in points if p.front or len(points) <= DRAWN_SYSTEMS),
        *_families(data),
    )


def _front_words(points: tuple[Point, ...]) -> str:
    best = sorted((point for point in points if point.front), key=lambda point: point.x)
    first, last = best[0], best[-1]
    if first is last:
        return (
            f"{first.system} is both the cheapest and the best: no other system reaches "
            f"{first.figure.text} with its {amount(first.x)} tokens or fewer."
        )
    return (
        f"{len(best)} of {len(points)} systems are worth their price: from {first.system} "
        f"({first.figure.text} for {amount(first.x)} tokens) to {last.system} "
        f"({last.figure.text} for {amount(last.x)}); every other one is beaten at its own cost."
    )


def _by_k(data: Loaded, drawn: list[Cell], ahead: frozenset[str]) -> Chart | None:
    cuts = [Cut(k) for k in sorted(data.run.plan.ks)]
    points = _along(data, drawn, cuts, ahead)
    if not points:
        return None
    return Chart(
        "recall-k",
        "Recall as more chunks are read",
        _last_words(data, cuts, points),
        "Chunks in the context",
        "Recall",
        tuple(cut.value for cut in cuts),
        points,
        _named(data, cuts, ahead),
        *_families(data),
    )


def _by_budget(data: Loaded, drawn: list[Cell], ahead: frozenset[str]) -> Chart | None:
    cuts = [Cut(budget, "t") for budget in sorted(data.run.plan.budgets)]
    points = _along(data, drawn, cuts, ahead)
    if not points:
        return None
    return Chart(
        "recall-budget",
        "Recall at equal context",
        _last_words(data, cuts, points),
        "Tokens in the context (logarithmic)",
        "Recall",
        tuple(cut.value for cut in cuts),
        points,
        _named(data, cuts, ahead),
        *_families(data),
    )


def _along(
    data: Loaded, drawn: list[Cell], cuts: list[Cut], ahead: frozenset[str]
) -> tuple[Point, ...]:
    found = (
        _point(data, cell, cut.value, data.find("recall", cut), cell.id in ahead)
        for cell in drawn
        for cut in cuts
    )
    return tuple(point for point in found if point)


def _leaders(data: Loaded) -> frozenset[str]:
    """The best by the measure that orders the run, and by recall at the working cut."""
    names = (data.order, data.find("recall", data.at))
    return frozenset(ranked(data, name)[0].id for name in names if name)


def _named(data: Loaded, cuts: list[Cut], ahead: frozenset[str]) -> tuple[str, ...]:
    """The lines worth a name: who leads at a cut, then the front, then the next best."""
    leaders = [ranked(data, data.find("recall", cut))[0].id for cut in reversed(cuts)]
    front_first = [cell.id for cell in ranked(data, data.order) if cell.id in ahead]
    rest = [cell.id for cell in ranked(data, data.order)]
    return tuple(dict.fromkeys([*leaders, *front_first, *rest]))[:NAMED_LINES]


def _last_words(data: Loaded, cuts: list[Cut], points: tuple[Point, ...]) -> str:
    """Who leads from the smallest to the largest cut."""
    found = [
        (cut, ranked(data, name)[0], name) for cut in cuts if (name := data.find("recall", cut))
    ]
    (first, start, low), (last, end, high) = found[0], found[-1]
    few, many = cut_words(first.unit, first.value), cut_words(last.unit, last.value)
    scores = share(start.mean(low)), share(end.mean(high))
    if len(found) > 1 and len({leader.id for _, leader, _ in found}) == 1:
        text = f"{start.id} leads at every cut, from {few} ({scores[0]}) to {many} ({scores[1]})"
    else:
        ends = (f"with {few} {start.id} leads ({scores[0]})", f"with {many} {end.id} ({scores[1]})")
        text = "; ".join(ends[: len(found)])
        text = f"{text[0].upper()}{text[1:]}"
    left_out = len(data.cells) - len({point.system for point in points})
    rest = (
        f" {left_out} systems that are neither on the front nor lead are in Systems only."
        if left_out
        else ""
    )
    return f"{text}.{rest}"
