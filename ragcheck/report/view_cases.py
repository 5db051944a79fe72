"""The worst cases as records: passages with their cuts, and what was retrieved instead.

The browser draws every case from the payload; these few are in the page itself, so that they can
be read and printed without a script.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ragcheck.causes import CAUSES as CAUSES_OF_MISSES
from ragcheck.causes import INTERVENTIONS
from ragcheck.records import Document
from ragcheck.report.load import Cell, Loaded
from ragcheck.report.misses import RANKS, Misses
from ragcheck.report.numbers import percent, stepped
from ragcheck.report.outcomes import FOUND, UNANSWERABLE, WHOLE, Outcomes
from ragcheck.report.payload_system import score_step
from ragcheck.report.words import CAUSES, OUTCOMES, plural

#: How many cases stand in the page, and the characters of text that each part may take.
STATIC_CASES, AROUND, LONGEST, SNIPPET = 20, 90, 520, 180


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of text: `kind` is context, found or missing.

    `edge` says that a chunk boundary precedes it: `cut` inside the passage, `bound` outside.
    """

    text: str
    kind: str
    edge: str = ""


@dataclass(frozen=True, slots=True)
class ItemView:
    """A passage that a question needs, with what became of it and why, in words."""

    status: str
    words: str
    place: str
    segments: tuple[Segment, ...]
    why: str = ""


@dataclass(frozen=True, slots=True)
class HitView:
    """A retrieved chunk: shares of it in whole percent, and its cause in words."""

    rank: int
    place: str
    score: str
    gold: str
    cause: str
    words: str
    snippet: str


@dataclass(frozen=True, slots=True)
class Case:
    """One question of one system, ready to print."""

    id: str
    run: str
    system: str
    question: str
    outcome: str
    words: str
    tags: tuple[str, ...]
    must_pass: bool
    items: tuple[ItemView, ...]
    hits: tuple[HitView, ...]


def worst_cases(data: Loaded, cell: Cell, found: Outcomes) -> tuple[Case, ...]:
    """Up to 20 questions that the system did not fully answer, worst first."""
    must = np.array([question.must_pass for question in data.questions], dtype=bool)
    order = [int(q) for q in found.worst_first(must) if found.code[q] not in (FOUND, UNANSWERABLE)]
    return tuple(case_of(data, cell, found, q) for q in order[:STATIC_CASES])


def case_of(data: Loaded, cell: Cell, found: Outcomes, number: int) -> Case:
    """Question `number` of a system as a record: its passages with their cuts, and its hits."""
    question, name = data.questions[number], list(OUTCOMES)[found.code[number]]
    shown = _shown_spans(data, cell, number)
    rows = range(cell.first_item[number], cell.first_item[number + 1])
    return Case(
        question.id,
        cell.run,
        cell.id,
        question.text,
        name,
        OUTCOMES[name],
        question.tags,
        question.must_pass,
        tuple(_item(data, cell, row, shown) for row in rows),
        tuple(_hit(data, cell, row) for row in _shown_rows(data, cell, number)),
    )


def _shown_rows(data: Loaded, cell: Cell, number: int) -> range:
    start = int(cell.first_hit[number])
    return range(start, start + min(data.shown(cell, number), 10))


def _shown_spans(data: Loaded, cell: Cell, number: int) -> list[tuple[int, int, int]]:
    start = int(cell.first_hit[number])
    chunks = cell.hits["chunk"][start : start + data.shown(cell, number)]
    columns = (cell.chunks[name][chunks].tolist() for name in ("document", "start", "end"))
    return list(zip(*columns, strict=True))


def item_words(coverage: float, rank: float, severed: bool, pieces: float) -> tuple[str, str]:
    """Status (found, partial, missed) and a sentence on what became of an item."""
    if coverage >= WHOLE:
        where = "" if np.isnan(rank) else f" at rank {int(rank)}"
        return "found", f"whole in the context{where}"
    if np.isnan(pieces):
        return "missed", "some of its text is in no chunk at all"
    cut = (
        f", cut over {plural(int(pieces), 'chunk')}"
        if severed
        else ", though one chunk holds it whole"
    )
    later = "" if np.isnan(rank) else f"; complete at rank {int(rank)}"
    if coverage > 0:
        return "partial", f"{percent(coverage)} of it in the context{cut}{later}"
    return "missed", f"not in the context{cut}{later}"


def _item(data: Loaded, cell: Cell, row: int, shown: list[tuple[int, int, int]]) -> ItemView:
    column = {name: cell.items[name][row] for name in ("document", "start", "end")}
    number, start, end = (int(column[name]) for name in ("document", "start", "end"))
    document = data.documents[number]
    status, words = item_words(
        float(cell.items["coverage"][row]),
        float(cell.items["rank"][row]),
        bool(cell.items["severed"][row]),
        float(cell.items["pieces"][row]),
    )
    segments = _segments(
        document.text, (start, end), _edges(cell, number), [s[1:] for s in shown if s[0] == number]
    )
    why = why_words(cell.misses, row) if cell.misses else ""
    return ItemView(status, words, place(document, start), tuple(segments), why)


def why_words(misses: Misses, item: int) -> str:
    """Why an item was missed and what recovers it, in a sentence; empty where it was not missed."""
    row = int(np.searchsorted(misses.item, item))
    if row == len(misses.item) or misses.item[row] != item:
        return ""
    cause = list(CAUSES_OF_MISSES)[misses.cause[row]]
    fixes = [
        f"{words}{_reached(misses, name, row)}"
        for place, (name, words) in enumerate(INTERVENTIONS.items())
        if misses.fixes[row] >> place & 1
    ]
    brought = f"brought back by: {'; '.join(fixes)}" if fixes else "nothing that was tried helps"
    return f"{CAUSES_OF_MISSES[cause]} ({cause.replace('_', ' ')}); {brought}"


def _reached(misses: Misses, intervention: str, row: int) -> str:
    rank = int(misses.ranks[RANKS[intervention]][row]) if intervention in RANKS else 0
    return f" (rank {rank})" if rank else ""


def place(document: Document, start: int) -> str:
    """Where a character stands: `handbook.md:412`; without texts only the document."""
    return (
        f"{document.id}:{document.text.count(chr(10), 0, start) + 1}"
        if document.text
        else document.id
    )


def _edges(cell: Cell, document: int) -> list[int]:
    """Positions in a document at which a chunk starts or ends."""
    mine = cell.chunks["document"] == document
    return sorted({*cell.chunks["start"][mine].tolist(), *cell.chunks["end"][mine].tolist()})


def _segments(
    text: str, gold: tuple[int, int], edges: list[int], shown: list[tuple[int, int]]
) -> list[Segment]:
    """A passage and some text around it, split where its state changes or a boundary lies."""
    low, high = _around(text, gold)
    inner = {edge for edge in edges if low < edge < high}
    marks = {low, high, *gold, *inner}
    marks |= {at for span in shown for at in span if gold[0] < at < gold[1]}
    points = sorted(marks)
    out: list[Segment] = []
    for start, end in pairwise(points):
        inside = gold[0] <= start < gold[1]
        held = any(a <= start and end <= b for a, b in shown)
        kind = ("found" if held else "missing") if inside else "context"
        edge = "cut" if gold[0] < start < gold[1] else "bound"
        joined = out and out[-1].edge and not out[-1].text.strip()
        out.append(Segment(_shorten(text[start:end]), kind, edge * (start in inner and not joined)))
    return out


def _around(text: str, gold: tuple[int, int]) -> tuple[int, int]:
    """Where the text around a passage begins and ends: between words, where it has words."""
    low, high = max(0, gold[0] - AROUND), min(len(text), gold[1] + AROUND)
    first = re.search(r"\s", text[low - 1 : gold[0]]) if low else None
    last = re.search(r"\s\S*$", text[gold[1] : high + 1]) if high < len(text) else None
    return (low - 1 + first.end() if first else low, gold[1] + last.start() if last else high)


def _shorten(text: str) -> str:
    """Long runs keep their two ends."""
    if len(text) <= LONGEST:
        return text
    half = LONGEST // 2
    return f"{text[:half]} [… {len(text) - 2 * half:,} characters …] {text[-half:]}"


def _hit(data: Loaded, cell: Cell, row: int) -> HitView:
    chunk = int(cell.hits["chunk"][row])
    document = data.documents[int(cell.chunks["document"][chunk])]
    start, end = int(cell.chunks["start"][chunk]), int(cell.chunks["end"][chunk])
    parts = [int(cell.hits[name][row]) for name in ("gold", "redundant", "other")]
    cause = str(cell.hits["cause"][row])
    snippet = " ".join(document.text[start : min(end, start + SNIPPET)].split())
    return HitView(
        int(cell.hits["rank"][row]),
        place(document, start),
        stepped(float(cell.hits["score"][row]), score_step(cell)),
        percent(parts[0] / (sum(parts) or 1)),
        cause,
        CAUSES.get(cause, cause.replace("_", " ")),
        f"{snippet} …" if start + SNIPPET < end else snippet,
    )
