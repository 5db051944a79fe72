"""The verdict and the systems table in a terminal: under 30 lines, from the page's records."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ragcheck.causes import CAUSES
from ragcheck.records import Run, SystemResult
from ragcheck.report.load import load
from ragcheck.report.numbers import percent
from ragcheck.report.view import View, build
from ragcheck.report.view_systems import Row
from ragcheck.run import RunFolder

#: Rows of the table; with verdict and warnings this stays under 30 lines.
ROWS, WARNINGS = 15, 4
#: Causes that a system's line names, the largest first.
NAMED = 3
#: Width of a table that goes into a file or another program.
PIPED_WIDTH = 160
#: Columns of the page's table that a terminal has room for, by the start of their key; the last
#: two are measures of other tools, where the run was asked for them.
SHOWN = (
    "recall",
    "pollution",
    "cut_and_missed",
    "nDCG",
    "context",
    "query_ms",
    "chroma",
    "legalbench",
)


def print_run(folder: RunFolder, console: Console | None = None) -> None:
    """Print a run's verdict and systems to stdout; plain when it is no terminal, or NO_COLOR."""
    view = build(load(folder))
    out = console or Console(highlight=False, soft_wrap=True)
    if not out.is_terminal:
        out.width = PIPED_WIDTH
    for line in verdict_lines(view):
        out.print(line, markup=False)
    if view.systems.rows:
        out.print(_fitting(view, out))
    hidden = len(view.systems.rows) - ROWS
    if hidden > 0:
        out.print(f"{hidden} more systems stand in the report", markup=False)
    for causes in cause_lines(view, folder.run):
        out.print(causes, markup=False)
    for notice in view.verdict.warnings[:WARNINGS]:
        system = f"{', '.join(notice.systems)}: " if notice.systems else ""
        out.print(f"warning: {system}{notice.text}", markup=False)


def verdict_lines(view: View) -> list[Text]:
    """The verdict in one bold sentence, and what qualifies it."""
    head = view.verdict.headline
    if head is None:
        return [Text("no system has finished; run the same sweep again to resume it")]
    interval = f" {head.figure.interval}" if head.figure.interval else ""
    first = Text(f"{head.lead}: ").append(head.system, style="bold")
    first.append(f", recall {head.figure.text}{interval} {head.reach}")
    first.append(f"; {head.working.text} {head.depth}" if head.working else "")
    first.append(f" ({head.context.text} tokens)")
    return [
        first,
        *(Text(line, style="dim") for line in (*view.verdict.sentences, *view.verdict.orders)),
    ]


def cause_lines(view: View, run: Run) -> list[str]:
    """Why the best and the recommended system miss what they miss, a line each."""
    head, verdict = view.verdict.headline, run.verdict
    names = [head.system] if head else []
    names += [verdict.recommended.system] if verdict else []
    results = {result.system.id: result for result in run.systems}
    lines = (_causes(results[name]) for name in dict.fromkeys(names) if name in results)
    return [line for line in lines if line]


def _causes(result: SystemResult) -> str:
    """The largest causes in words; empty for a system without misses or without a diagnosis."""
    found = result.diagnosis
    if found is None or not found.misses:
        return ""
    largest = sorted(found.causes.items(), key=lambda entry: -entry[1].n)[:NAMED]
    words = "; ".join(f"{percent(cause.share)}: {CAUSES[name]}" for name, cause in largest)
    passages = "passage" if found.misses == 1 else "passages"
    return f"{result.system.id} misses {found.misses:,} {passages}. {words}"


def _fitting(view: View, out: Console) -> Table:
    """The table with as many of its columns as the terminal is wide."""
    columns = view.systems.columns
    kept = [n for n, column in enumerate(columns) if column.key.startswith(SHOWN)]
    table = _table(view, kept)
    while (
        len(kept) > 1
        and out.measure(table, options=out.options.update(width=999)).maximum > out.width
    ):
        kept.pop()
        table = _table(view, kept)
    return table


def _table(view: View, kept: list[int]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("system", no_wrap=True)
    for number in kept:
        table.add_column(view.systems.columns[number].title, justify="right", no_wrap=True)
    for row in view.systems.rows[:ROWS]:
        cells = [_cell(row, number) for number in kept]
        table.add_row(Text(row.id), *cells, style="bold" if row.standing == "best" else "")
    return table


def _cell(row: Row, number: int) -> str:
    figure = row.figures[number]
    lead = number == 0 and figure.interval
    return f"{figure.text} {figure.interval}" if lead else figure.text
