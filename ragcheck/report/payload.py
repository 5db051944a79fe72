"""The data that the page's script draws from: packed (`packing`), decoded only when needed.

Documents stand once; chunks and hits are numbers. All offsets count UTF-16 units, as the browser
does. Blocks: `core` (questions, outcomes), `documents`, `chunks-<n>` and `system-<n>`, so that
opening a screen decodes only what it shows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ragcheck.report.load import Cell, Floats, Ints, Loaded
from ragcheck.report.outcomes import Outcomes
from ragcheck.report.packing import digits, pack, shifted, worded
from ragcheck.report.view import View
from ragcheck.report.view_compare import packed
from ragcheck.report.words import CAUSES, FLAGS, OUTCOMES

#: Steps from 0 to the largest score: enough to order what a page can show.
SCORE_STEPS = 500


def blocks(data: Loaded, view: View) -> dict[str, str]:
    """Every block by name, packed."""
    offsets = [utf16(document.text) for document in data.documents]
    chunkings = list(dict.fromkeys(cell.result.chunking for cell in data.cells))
    first = {cell.result.chunking: cell for cell in reversed(data.cells)}
    content: dict[str, object] = {
        "core": _core(data, view, offsets, chunkings),
        "documents": worded([document.text for document in data.documents]),
    }
    content["pairs"] = packed(data, view.compare)
    for number, name in enumerate(chunkings):
        content[f"chunks-{number}"] = _chunks(first[name], offsets)
    for number, cell in enumerate(data.cells):
        content[f"system-{number}"] = _system(data, cell, offsets)
    return {name: pack(value) for name, value in content.items()}


def utf16(text: str) -> Ints:
    """UTF-16 offset of each code point position: int64[len(text) + 1]."""
    codes = np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32)
    widths = np.concatenate(([0], 1 + (codes > 0xFFFF)))
    return np.cumsum(widths, dtype=np.int64)


def _core(
    data: Loaded, view: View, offsets: list[Ints], chunkings: list[str]
) -> Mapping[str, object]:
    return {
        "at": {"unit": data.at.unit, "value": data.at.value},
        "causes": list(CAUSES.values()),
        "outcomes": [[name, doc] for name, doc in OUTCOMES.items()],
        "flags": [[name, doc] for name, doc in FLAGS.items()],
        "measures": {
            "recall": data.find("recall", data.at),
            "pollution": data.find("pollution", data.at),
            "coverage": data.find("char_recall", data.at),
        },
        "documents": [
            [document.id, document.title, int(_at(steps, len(document.text)))]
            for document, steps in zip(data.documents, offsets, strict=True)
        ],
        "questions": [
            [q.id, q.text, list(q.tags), int(q.must_pass), _items(data, q.items, offsets)]
            for q in data.questions
        ],
        "systems": [
            _outcomes(data, cell, found, chunkings)
            for cell, found in zip(data.cells, view.found, strict=True)
        ],
        "best": view.verdict.headline.run if view.verdict.headline else "",
        "second": view.compare.rows[0].run if view.compare.rows else "",
    }


def _items(data: Loaded, items: Any, offsets: list[Ints]) -> list[list[list[int]]]:
    """Per item its alternatives as [document, start, end, 1 for a twin]."""

    def places(item: Any) -> list[list[int]]:
        spans = [(member.span, 0) for member in item.members]
        spans += [(span, 1) for span in item.twins]
        numbered = [(data.place[span.document], span, twin) for span, twin in spans]
        return [
            [d, int(_at(offsets[d], s.start)), int(_at(offsets[d], s.end)), t]
            for d, s, t in numbered
        ]

    return [places(item) for item in items]


def _at(offsets: Ints, position: int) -> int:
    """An offset; a document stored without its text keeps code points."""
    return int(offsets[position]) if position < len(offsets) else position


def _outcomes(
    data: Loaded, cell: Cell, found: Outcomes, chunkings: list[str]
) -> Mapping[str, object]:
    return {
        "id": cell.id,
        "run": cell.run,
        "chunks": chunkings.index(cell.result.chunking),
        "outcome": found.code.tolist(),
        "first": found.first.tolist(),
        "recall": _permille(found.recall),
        "coverage": _permille(found.coverage),
        "pollution": _permille(found.pollution),
        "cut": found.cut.astype(int).tolist(),
        "polluted": found.polluted.astype(int).tolist(),
    }


def _permille(values: Floats) -> list[int]:
    """Shares in thousandths, -1 where null; never 0 or 1000 by rounding."""
    whole = np.round(np.nan_to_num(values, nan=-0.001) * 1000).astype(int)
    whole = np.where((values > 0) & (whole == 0), 1, whole)
    rounded: list[int] = np.where((values < 1) & (whole == 1000), 999, whole).tolist()
    return rounded


def _chunks(cell: Cell, offsets: list[Ints]) -> Mapping[str, object]:
    """Chunks per document, then the gap before each and its length: small numbers pack well."""
    document = cell.chunks["document"]
    counts = np.bincount(document, minlength=len(offsets))
    start, end = (_converted(cell, name, offsets) for name in ("start", "end"))
    before = np.concatenate(([0], end[:-1]))
    before[np.cumsum(counts)[:-1][np.cumsum(counts)[:-1] < len(end)]] = 0
    prefixes = [str(prefix or "") for prefix in cell.chunks["prefix"]]
    known = list(dict.fromkeys(["", *prefixes]))
    number = {prefix: position for position, prefix in enumerate(known)}
    return {
        "counts": counts.tolist(),
        "gap": shifted(start - before),
        "length": digits(end - start),
        "tokens": digits(cell.chunks["tokens"]),
        "prefixes": known,
        "prefix": [number[prefix] for prefix in prefixes],
    }


def _converted(cell: Cell, column: str, offsets: list[Ints]) -> Ints:
    out = cell.chunks[column].astype(np.int64)
    for number, steps in enumerate(offsets):
        if len(steps) > 1:
            mine = cell.chunks["document"] == number
            out[mine] = steps[out[mine]]
    return out


def _system(data: Loaded, cell: Cell, offsets: list[Ints]) -> Mapping[str, object]:
    keep, counts = _kept(data, cell)
    hits = {name: array[keep] for name, array in cell.hits.items()}
    total = np.maximum(1, hits["gold"] + hits["redundant"] + hits["other"])
    codes = {cause: number for number, cause in enumerate(CAUSES)}
    return {
        "hits": counts.tolist(),
        "chunk": digits(hits["chunk"]),
        **_scores(hits["score"].astype(np.float64), counts),
        "gold": _percent(hits["gold"] / total),
        "redundant": _percent(hits["redundant"] / total),
        "cause": [codes.get(str(cause), len(codes) - 1) for cause in hits["cause"]],
        "shown": [data.shown(cell, q) for q in range(len(data.questions))]
        if data.at.unit == "t"
        else [],
        "items": _item_rows(data, cell),
    }


def _scores(scores: Floats, counts: Ints) -> Mapping[str, object]:
    """Scores in steps, each after a question's first as its distance down."""
    step = float(f"{np.abs(scores).max(initial=0) / SCORE_STEPS or 1.0:.6g}")
    whole = np.round(scores / step).astype(int)
    first = np.zeros(len(whole), dtype=bool)
    first[(np.cumsum(counts) - counts)[counts > 0]] = True
    return {"step": step, "score": shifted(np.where(first, whole, -np.diff(whole, prepend=0)))}


def _kept(data: Loaded, cell: Cell) -> tuple[Ints, Ints]:
    """Rows of hits that the page keeps, and how many per question."""
    have = np.diff(cell.first_hit)
    if data.at.unit == "t":
        shown = [data.shown(cell, q) for q in range(len(have))]
        counts = np.minimum(have, np.maximum(data.depth, shown))
    else:
        counts = np.minimum(have, data.depth)
    inside = np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)
    return np.repeat(cell.first_hit[:-1], counts) + inside, counts


def _percent(values: Floats) -> list[int]:
    whole = np.round(values * 100).astype(int)
    whole = np.where((values > 0) & (whole == 0), 1, whole)
    rounded: list[int] = np.where((values < 1) & (whole == 100), 99, whole).tolist()
    return rounded


def _item_rows(data: Loaded, cell: Cell) -> Mapping[str, object]:
    ranks = np.nan_to_num(cell.items["rank"].astype(np.float64)).astype(int)
    pieces = np.nan_to_num(cell.items["pieces"].astype(np.float64)).astype(int)
    return {
        "credited": _credited(data, cell),
        "coverage": _permille(cell.items["coverage"].astype(np.float64)),
        "rank": ranks.tolist(),
        "severed": cell.items["severed"].astype(int).tolist(),
        "pieces": pieces.tolist(),
    }


def _credited(data: Loaded, cell: Cell) -> list[int]:
    """Which of each item's alternatives was credited, by its number."""
    items = [item for question in data.questions for item in question.items]
    columns = (cell.items[name].tolist() for name in ("document", "start", "end"))
    found = []
    for item, place in zip(items, zip(*columns, strict=True), strict=True):
        spans = [(data.place[span.document], span.start, span.end) for span in item.alternatives]
        found.append(spans.index(place))
    return found
