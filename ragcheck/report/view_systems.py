"""The systems table, the matrix of sizes and retrievers, and the structural breaks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ragcheck.report.choice import Choice
from ragcheck.report.load import Cell, Loaded
from ragcheck.report.numbers import ABSENT, Figure, amount, figure, percent, plain, seconds, share
from ragcheck.report.ranking import front, ranked
from ragcheck.report.words import KINDS
from ragcheck.verdict import price

#: What the columns that no measure defines mean.
COLUMN_DOCS = {
    "chunks": "Chunks in the index.",
    "context": "Mean tokens of the context at the working cut: what the reader pays.",
    "index_s": "Seconds to build the index, without embedding what the cache held.",
    "query_ms": "Median milliseconds per query, and below which 95% of the queries stay.",
    "phase": "Standard deviation of recall over five places where the first window may begin: what "
    "is luck in the boundaries of a fixed size.",
}
KIND_DOC = (
    "Share of the {kind} that no chunk holds whole, over those no longer than the largest chunk; "
    "longer ones are counted apart as unavoidable."
)
HEADER_DOC = "Share of the chunks with rows of a table that lack its header row."


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the systems table: `key` sorts it, `doc` defines it, `better` says which way."""

    key: str
    title: str
    doc: str
    better: str = "none"


@dataclass(frozen=True, slots=True)
class Row:
    """A system as a row.

    `standing` is best, equal (not separable from the best), behind or, untested, empty; `front`
    says that no other is both cheaper and better.
    """

    id: str
    run: str
    chunker: str
    retriever: str
    standing: str
    front: bool
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Shade:
    """A cell of the matrix: a figure and its shade from 0 (worst) to 8 (best of the matrix)."""

    figure: Figure
    run: str
    shade: int


@dataclass(frozen=True, slots=True)
class Matrix:
    """Chunk sizes against retrievers; `rows` are (chunking, cells), a missing cell is None."""

    measure: str
    retrievers: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Shade | None, ...]], ...]


@dataclass(frozen=True, slots=True)
class Breaks:
    """Structural breaks of one chunking, a figure per kind; `note` counts the unavoidable."""

    chunking: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Systems:
    """The Systems screen."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    matrix: Matrix
    kinds: tuple[Column, ...]
    breaks: tuple[Breaks, ...]
    missing: tuple[str, ...]


def chunking(cell: Cell) -> str:
    """A chunker with its size, as the system's id writes it: `overlap-256-51`."""
    return cell.id.partition("/")[0]


def retriever(cell: Cell) -> str:
    """A retriever as the system's id writes it."""
    return cell.id.partition("/")[2]


def table_measures(data: Loaded) -> list[tuple[str, str]]:
    """(measure, short title) of the table's measured columns that this run has."""
    wanted = [
        ("recall", data.budget, "recall"),
        ("recall", data.at, "recall"),
        ("ceiling", data.at, "ceiling"),
        ("pollution", data.at, "pollution"),
        ("distractors", data.at, "distractors"),
        ("cut_and_missed", data.at, "cut & missed"),
        ("severed", None, "severed"),
        ("nDCG", data.at, "nDCG"),
        *((name, data.at, name.replace("_", " ")) for name in _other_tools(data)),
    ]
    found: list[tuple[str, str]] = []
    for base, cut, title in wanted:
        name = data.find(base, cut)
        if name and name not in [known for known, _ in found]:
            mark = name.partition("@")[2]
            found.append((name, f"{title} @{mark}" if mark else title))
    return found


def _other_tools(data: Loaded) -> list[str]:
    """Measures that the run took as other tools do, such as `chroma_recall`."""
    modes = data.run.plan.settings.get("parity") or ()
    marks = tuple(f"{mode}_" for mode in modes) if isinstance(modes, Sequence) else ()
    return list(
        dict.fromkeys(m.name for m in data.run.measures.values() if m.name.startswith(marks))
    )


def build_systems(data: Loaded, choice: Choice | None) -> Systems:
    """Every finished system, best first by the measure that orders the run."""
    measures = table_measures(data)
    order = ranked(data, data.order)
    ahead = front(data)
    phases = any(cell.result.phase for cell in data.cells)
    return Systems(
        columns=(*_measured(data, measures), *_costs(data, phases)),
        rows=tuple(
            Row(
                cell.id,
                cell.run,
                chunking(cell),
                retriever(cell),
                choice.standing(cell) if choice else "",
                cell.id in ahead,
                (
                    *_means(data, cell, measures),
                    *((_phase(data, cell),) if phases else ()),
                    *_cost_figures(cell),
                ),
            )
            for cell in order
        ),
        matrix=_matrix(data),
        kinds=_kinds(data),
        breaks=_breaks(data),
        missing=data.run.missing,
    )


def _measured(data: Loaded, measures: list[tuple[str, str]]) -> list[Column]:
    known = data.run.measures
    return [Column(name, title, known[name].doc, known[name].better) for name, title in measures]


def _costs(data: Loaded, phases: bool) -> list[Column]:
    titles = {
        **({"phase": "offset luck"} if phases else {}),
        "chunks": "chunks",
        "context": f"context @{data.at}",
        "index_s": "index s",
        "query_ms": "query ms",
    }
    better = {"chunks": "none"}
    return [
        Column(key, title, COLUMN_DOCS[key], better.get(key, "lower"))
        for key, title in titles.items()
    ]


def _means(data: Loaded, cell: Cell, measures: list[tuple[str, str]]) -> list[Figure]:
    return [
        figure(name, data.measure(name), cell.result.measures.get(name)) for name, _ in measures
    ]


def _phase(data: Loaded, cell: Cell) -> Figure:
    """How recall, by the measure that orders the run, depends on where the first window begins."""
    spread = cell.result.phase.get("phase_sd")
    value = plain(spread.get(data.order or "")) if isinstance(spread, Mapping) else None
    text = ABSENT if value is None else f"±{share(value)}"
    return Figure(value, text, "phase", note="" if value is not None else "not windows of one size")


def _cost_figures(cell: Cell) -> list[Figure]:
    count = plain(cell.result.chunks.get("count"))
    context = price(cell.result)
    index = plain(cell.result.timing.get("index_s"))
    query = cell.result.timing.get("query_ms")
    times = query if isinstance(query, Mapping) else {}
    median, late = plain(times.get("median")), plain(times.get("p95"))
    return [
        Figure(count, amount(count), "chunks"),
        Figure(context, amount(context), "context"),
        Figure(index, seconds(index), "index_s"),
        Figure(
            median,
            seconds(median),
            "query_ms",
            note="" if late is None else f"95%: {seconds(late)}",
        ),
    ]


def _matrix(data: Loaded) -> Matrix:
    """Shades span what the matrix holds, so that 9 classes tell its systems apart."""
    retrievers = list(dict.fromkeys(retriever(cell) for cell in data.cells))
    names = list(dict.fromkeys(chunking(cell) for cell in data.cells))
    means = [m for cell in data.cells if (m := cell.mean(data.order)) is not None]
    low, high = min(means, default=0.0), max(means, default=1.0)
    by_place = {(chunking(cell), retriever(cell)): cell for cell in data.cells}

    def shade(cell: Cell | None) -> Shade | None:
        if cell is None or data.order is None:
            return None
        shown = figure(data.order, data.measure(data.order), cell.result.measures.get(data.order))
        part = 0.0 if shown.value is None else (shown.value - low) / ((high - low) or 1.0)
        return Shade(shown, cell.run, round(part * 8))

    rows = tuple(
        (name, tuple(shade(by_place.get((name, r))) for r in retrievers)) for name in names
    )
    return Matrix(data.order or "", tuple(retrievers), rows)


def _kinds(data: Loaded) -> tuple[Column, ...]:
    every = [pair for cell in data.cells for pair in cell.result.breaks.items()]
    kinds = dict.fromkeys(kind for kind, found in every if plain(found.get("units")))
    return tuple(_kind(kind) for kind in kinds)


def _kind(kind: str) -> Column:
    words = KINDS.get(kind, kind.replace("_", " "))
    doc = HEADER_DOC if kind == "header_loss" else KIND_DOC.format(kind=words)
    return Column(kind, words, doc, "lower")


def _breaks(data: Loaded) -> tuple[Breaks, ...]:
    kinds = [column.key for column in _kinds(data)]
    by_chunking = {chunking(cell): cell for cell in reversed(data.cells)}
    names = dict.fromkeys(chunking(cell) for cell in data.cells)
    return tuple(
        Breaks(
            name, tuple(_break(by_chunking[name].result.breaks.get(kind), kind) for kind in kinds)
        )
        for name in names
    )


def _break(found: Mapping[str, float | int | None] | None, kind: str) -> Figure:
    if found is None:
        return Figure(None, ABSENT, kind, note="not counted")
    units, broken = plain(found.get("units")), plain(found.get("broken"))
    value = plain(found.get("share"))
    if value is None:
        return Figure(None, ABSENT, kind, note="none in these documents")
    beyond = plain(found.get("unavoidable")) or 0
    note = f"{amount(broken)} of {amount(units)}" + (
        f" + {amount(beyond)} longer" if beyond else ""
    )
    return Figure(value, percent(value), kind, note=note)
