"""A question of a run as lines of a terminal, or as one JSON document.

Whatever comes from documents, labels or ids passes `clean` on its way to a terminal.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ragcheck.artefacts.words import one_line, printable
from ragcheck.report.numbers import ABSENT, percent, share
from ragcheck.report.terminal import PIPED_WIDTH
from ragcheck.report.view_cases import Segment
from ragcheck.report.words import cut_words
from ragcheck.run_json import dump
from ragcheck.showing import Chunk, HitShown, OnSystem, Shown, Why

SCHEMA = "ragcheck.show/1"
#: How a piece of a passage is marked, and its colour where there are colours.
MARKS = {"found": ("{+", "+}", "green"), "missing": ("[-", "-]", "red"), "context": ("", "", "dim")}
LEGEND = "{+in the context+}  [-missing from it-]  | a chunk boundary"
#: Characters of a chunk's text in a list at most and at least, of an id, of a place.
TEXT, LEAST_TEXT, ID, PLACE = 90, 20, 80, 48


def shown_json(shown: Shown, run: Path) -> str:
    """Everything, unrounded, in ASCII: no text of a document reaches a terminal as it is."""
    document = {"schema": SCHEMA, "run": str(run), **json.loads(dump(shown)), "at": f"@{shown.at}"}
    for hit, record in zip(shown.hits, document["hits"], strict=True):
        record["pollution"] = hit.pollution
        record |= {"rank": hit.view.rank, "cause": hit.view.cause}
        del record["view"]
    return json.dumps(document, indent=1)


def print_shown(shown: Shown, run: Path, console: Console | None = None) -> None:
    """Question, passages with their causes, ranked chunks, all systems; plain when piped."""
    out = console or Console(highlight=False, soft_wrap=True)
    if not out.is_terminal:
        out.width = PIPED_WIDTH
    for line in (*_head(shown), *_passages(shown)):
        out.print(line, markup=False)
    out.print()
    out.print(_hits(shown, out) if shown.hits else "nothing was retrieved")
    out.print()
    out.print(_systems(shown))
    for line in _notes(shown, run):
        out.print(line, markup=False)


def clean(text: str, length: int = 0) -> str:
    """Text that stays on its line and steers no terminal; cut to `length` where one is given."""
    return one_line(text, length) if length else re.sub(r"\s+", " ", printable(text))


def _head(shown: Shown) -> Iterator[Text]:
    tags = f"  {', '.join(clean(tag, ID) for tag in shown.tags)}" if shown.tags else ""
    must = "  must_pass" if shown.must_pass else ""
    yield Text(f"{clean(shown.id, ID)}{must}{tags}")
    yield Text(clean(shown.question).strip(), style="bold")
    where = cut_words(shown.at.unit, shown.at.value)
    yield Text(f"{clean(shown.system)}, first {where}: {shown.outcome}, {shown.words}")


def _passages(shown: Shown) -> Iterator[Text]:
    count = len(shown.passages)
    for passage in shown.passages:
        yield Text()
        name = f"passage {passage.number + 1} of {count}" if count > 1 else "passage"
        weight = "" if passage.weight == 1 else f"  weight {passage.weight:g}"
        view = passage.view
        yield Text(f"{name}  {_place(view.place)}{weight}  {view.status}: {view.words}")
        if shown.texts:
            yield drawn(view.segments)
        if passage.why is not None:
            yield from _why(passage.why)
        elif not shown.diagnosed and view.status != "found":
            yield Text(
                "  why: not known, this system was not diagnosed; the same sweep again tells"
            )
    if shown.texts and shown.passages:
        yield Text(f"  {LEGEND}", style="dim")


def drawn(segments: Sequence[Segment]) -> Text:
    """A passage in its surroundings; found and missing parts are told apart without colours."""
    line, kind = Text("  "), "context"
    for segment in segments:
        text = clean(segment.text)
        if segment.kind != kind:
            line.append(MARKS[kind][1], MARKS[kind][2])
        if segment.edge:
            line.append("| " if line.plain.endswith(" ") else " | ", "bold")
        if line.plain.endswith(" "):
            text = text.lstrip()
        if segment.kind != kind:
            kind = segment.kind
            space = " " * text.startswith(" ")
            line.append(space + MARKS[kind][0], MARKS[kind][2])
            text = text.lstrip()
        line.append(text, MARKS[kind][2])
    return line.append(MARKS[kind][1], MARKS[kind][2])


def _why(why: Why) -> Iterator[Text]:
    yield Text(f"  why: {why.words} ({why.cause})", style="bold")
    now = "not within the depth searched" if why.rank is None else f"at rank {why.rank}"
    price = "" if why.tokens is None else f", {why.tokens:,} tokens of context"
    yield Text(f"  complete now: {now}{price}")
    for fix in why.fixes:
        rank = "" if fix.rank is None else f" (rank {fix.rank})"
        by = (
            f" `{clean(why.other, ID)}`"
            if fix.intervention == "other_retriever" and why.other
            else ""
        )
        yield Text(f"  recovered by: {fix.words}{by}{rank}")
    if not why.fixes:
        yield Text("  recovered by: nothing that was tried")
    for word, chunk in (("outranked by", why.rival), ("the same is said in", why.twin)):
        if chunk is not None:
            yield Text(f"  {word}: {_chunk(chunk)}")
    if why.suspect:
        yield Text(
            "  look at the label: this passage is less like the question than most of its document"
        )


def _chunk(chunk: Chunk) -> str:
    text = one_line(chunk.snippet, TEXT)
    return _place(chunk.place) + (f'  "{text}"' if text else "")


def _hits(shown: Shown, out: Console) -> Table:
    """A row per chunk of the context; its text as far as the terminal is wide."""
    bare = _hit_table(shown, 0)
    room = out.width - out.measure(bare, options=out.options.update(width=999)).maximum - 2
    return _hit_table(shown, min(room, TEXT)) if room >= LEAST_TEXT and shown.texts else bare


def _hit_table(shown: Shown, room: int) -> Table:
    table = _table("rank", "score", "gold", "pollution")
    for title in ("what it is", "place", "text")[: 3 if room else 2]:
        table.add_column(title, no_wrap=True)
    for hit in shown.hits:
        text = [Text(one_line(hit.chunk.snippet, room))] if room else []
        table.add_row(*_hit_cells(hit), *text)
    return table


def _hit_cells(hit: HitShown) -> list[str | Text]:
    view = hit.view
    place = Text(_place(hit.chunk.place))
    return [str(view.rank), view.score, view.gold, percent(hit.pollution), view.words, place]


def _place(place: str) -> str:
    """A place by its last part, where it is long: the line number stands there."""
    text = clean(place)
    return text if len(text) <= PLACE else f"...{text[3 - PLACE :]}"


def _systems(shown: Shown) -> Table:
    table = _table(f"recall@{shown.at}", f"pollution@{shown.at}", "rank", first="system")
    table.add_column("why missed", no_wrap=True)
    for system in shown.systems:
        mine = system.id == shown.system
        table.add_row(*_system_cells(system), style="bold" if mine else "")
    return table


def _system_cells(system: OnSystem) -> list[str | Text]:
    ranks = ", ".join("none" if rank is None else str(rank) for rank in system.ranks)
    return [
        Text(clean(system.id)),
        share(system.recall),
        share(system.pollution),
        ranks or ABSENT,
        ", ".join(system.causes) or ABSENT,
    ]


def _table(*titles: str, first: str = "") -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    if first:
        table.add_column(first, no_wrap=True)
    for title in titles:
        table.add_column(title, justify="right", no_wrap=True)
    return table


def _notes(shown: Shown, run: Path) -> Iterator[Text]:
    if not shown.texts:
        yield Text("note: this run was written without texts, so places stand for them")
    page = run / "report.html"
    if page.exists():
        yield Text(f"report: {clean(str(page))}", style="dim")
