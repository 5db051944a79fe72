"""An inspection as tables of under 40 lines, or as one JSON document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ragcheck.artefacts.words import one_line
from ragcheck.inspection import Cuts, Inspected, Inspection
from ragcheck.report.numbers import ABSENT, amount, percent
from ragcheck.report.terminal import PIPED_WIDTH
from ragcheck.report.words import plural
from ragcheck.run_json import dump

SCHEMA = "ragcheck.inspection/1"
#: Lines in all, and documents named in a line.
LINES, NAMED = 38, 3
#: Kinds of breaks as column heads; the report has room for longer names.
HEADS = {
    "sentence": "sentences",
    "paragraph": "paragraphs",
    "list_item": "list items",
    "table_row": "table rows",
    "table": "tables",
    "code_fence": "code",
    "heading_block": "headings",
    "header_loss": "header lost",
}
Column = tuple[str, list[str]]


def inspection_json(inspection: Inspection) -> str:
    """Everything, unrounded."""
    found = {"documents": inspection.documents, "chunkings": inspection.chunkings}
    return dump({"schema": SCHEMA, **found}, indent=1)


def print_inspection(inspection: Inspection, console: Console | None = None) -> None:
    """Documents, sizes, breaks, passages where there are labels, and examples, to stdout."""
    out = console or Console(highlight=False, soft_wrap=True)
    if not out.is_terminal:
        out.width = PIPED_WIDTH
    heads = list(_documents(inspection))
    for line in heads:
        out.print(line, markup=False)
    kinds = [kind for kind in HEADS if any(_units(one, kind) for one in inspection.chunkings)]
    shown = _shown(inspection, len(heads), len(kinds))
    for title, columns in _tables(shown, kinds):
        out.print()
        out.print(_fitting(title, columns, shown, out))
    hidden = len(inspection.chunkings) - len(shown)
    if hidden:
        out.print(f"{plural(hidden, 'more chunking')}: `--json` has all", markup=False)
    for number, example in enumerate(_examples(shown, kinds)):
        if number == 0:
            out.print()
        out.print(example, markup=False)


def _documents(inspection: Inspection) -> Iterator[str]:
    found = inspection.documents
    counts = plural(found.count, "document")
    yield f"{counts}, {found.characters:,} characters, {found.tokens:,} tokens"
    if found.empty:
        yield f"empty: {_named(found.empty)}"
    large = sorted(found.large.items(), key=lambda row: -row[1])
    if large:
        texts = [f"{name} ({n:,} tokens, {percent(n / found.tokens)} of all)" for name, n in large]
        yield f"very large: {_named(texts)}"


def _named(texts: Sequence[str]) -> str:
    more = len(texts) - NAMED
    return ", ".join(one_line(text, 120) for text in texts[:NAMED]) + (
        f" and {more:,} more" if more > 0 else ""
    )


def _shown(inspection: Inspection, heads: int, kinds: int) -> Sequence[Inspected]:
    """As many chunkings as fit: a line in each table, beside titles and a line per example."""
    chunkings = inspection.chunkings
    tables = 3 if chunkings[0].passages else 2
    examples = kinds * 3 if len(chunkings) == 1 else kinds
    return chunkings[: max((LINES - heads - 2 * tables - 3 - examples) // tables, 1)]


def _tables(
    chunkings: Sequence[Inspected], kinds: Sequence[str]
) -> Iterator[tuple[str, list[Column]]]:
    yield "tokens per chunk", _sizes(chunkings)
    if kinds:
        yield "cut in two", _breaks(chunkings, kinds)
    cuts = [one.passages for one in chunkings if one.passages]
    if cuts:
        yield plural(cuts[0].count, "labelled passage"), _passages(cuts)


def _fitting(
    title: str, columns: list[Column], chunkings: Sequence[Inspected], out: Console
) -> Table:
    """A row per chunking, below one of counts where the cells hold one more.

    As many columns as the terminal is wide, the first ones before the others.
    """
    names = ["of", *(one.chunker for one in chunkings)][-len(columns[0][1]) :]
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column(title, no_wrap=True)
    for head, _ in columns:
        table.add_column(head, justify="left" if head == "advice" else "right", no_wrap=True)
    for number, name in enumerate(names):
        row = [cells[number] for _, cells in columns]
        table.add_row(Text(name), *row, style="dim" if name == "of" else "")
    wide = out.measure(table, options=out.options.update(width=999)).maximum > out.width
    return _fitting(title, columns[:-1], chunkings, out) if wide and len(columns) > 1 else table


def _sizes(chunkings: Sequence[Inspected]) -> list[Column]:
    found = [(one.health, one.health.sizes) for one in chunkings]
    return [
        ("chunks", [amount(health.count) for health, _ in found]),
        ("min", [amount(sizes.least) for _, sizes in found]),
        ("median", [amount(sizes.median) for _, sizes in found]),
        ("mean", [amount(sizes.mean) for _, sizes in found]),
        ("p95", [amount(sizes.p95) for _, sizes in found]),
        ("max", [amount(sizes.most) for _, sizes in found]),
        ("under 1/4", [percent(sizes.small) for _, sizes in found]),
        ("tiny", [amount(health.tiny) for health, _ in found]),
        ("no words", [amount(health.wordless) for health, _ in found]),
        ("duplicate", [amount(health.duplicate) for health, _ in found]),
        ("outside", [percent(health.outside) for health, _ in found]),
    ]


def _breaks(chunkings: Sequence[Inspected], kinds: Sequence[str]) -> list[Column]:
    """Share cut, of units that fit into a chunk; in the first row how many units there are."""
    columns = []
    for kind in kinds:
        figures = [one.health.breaks[kind] for one in chunkings]
        there = "" if kind == "header_loss" else amount(_units(chunkings[0], kind))
        columns.append((HEADS[kind], [there, *(percent(row["share"]) for row in figures)]))
    long = [_too_long(one) for one in chunkings]
    return [*columns, ("too long", ["", *map(amount, long)])]


def _too_long(one: Inspected) -> int:
    return sum(int(row["unavoidable"] or 0) for row in one.health.breaks.values())


def _units(one: Inspected, kind: str) -> int:
    row = one.health.breaks[kind]
    return int(row["units"] or 0) + int(row["unavoidable"] or 0)


def _passages(cuts: Sequence[Cuts]) -> list[Column]:
    """What boundaries do to the labels: as cut now, as expected from the lengths, and advice."""
    advice = [one.advice for one in cuts]
    return [
        ("cut", [percent(one.severed) for one in cuts]),
        ("advice", [_advice(one) for one in cuts]),
        ("expected", [percent(one.severed) if one else ABSENT for one in advice]),
        ("95% within", [amount(one.length) if one else ABSENT for one in advice]),
    ]


def _advice(cuts: Cuts) -> str:
    advice = cuts.advice
    if advice is None:
        return ""
    if not cuts.severed:
        return "none is cut"
    if advice.overlap is None:
        return f"chunks of {2 * advice.length:,} or more, or along sections"
    if cuts.overlap is not None and cuts.overlap >= advice.overlap:
        return "overlap is enough"
    return f"overlap {advice.overlap:,}, expected {percent(advice.then)}"


def _examples(chunkings: Sequence[Inspected], kinds: Sequence[str]) -> Iterator[str]:
    """One of each kind from the chunking that cuts most of them; all of a single chunking."""
    for kind in kinds:
        worst = max(chunkings, key=lambda one: one.health.breaks[kind]["share"] or 0)
        found = worst.health.examples[kind]
        middle = len(found) // 2
        for example in found if len(chunkings) == 1 else found[middle : middle + 1]:
            place = f"{one_line(example.document, 80)}:{example.line}"
            yield f"{HEADS[kind]}, {worst.chunker}, {place}: {example.text}"
