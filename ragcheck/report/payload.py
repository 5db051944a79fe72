"""The data that the page's script draws from: packed (`packing`), unpacked only when needed.

Documents stand once; chunks and hits are numbers. All offsets count UTF-16 units, as the browser
does. Blocks: `core` (questions, outcomes), `text-<n>` (documents), `pairs`, `chunks-<n>` and
`system-<n>`, so that opening a screen unpacks only what it shows; `breaks` holds examples.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import numpy as np

from ragcheck import causes
from ragcheck.report.load import Cell, Floats, Ints, Loaded
from ragcheck.report.numbers import figure
from ragcheck.report.outcomes import Outcomes
from ragcheck.report.packing import groups, pack, prose
from ragcheck.report.payload_system import permille, system_block
from ragcheck.report.view import View
from ragcheck.report.view_breaks import Example, examples
from ragcheck.report.view_compare import packed
from ragcheck.report.words import CAUSES, FLAGS, OUTCOMES

#: Of the number that says how a question came out: the outcome, then a bit for each flag.
CUT, POLLUTED = 4, 8


def blocks(data: Loaded, view: View) -> dict[str, str]:
    """Every block by name, packed."""
    offsets = [utf16(document.text) for document in data.documents]
    chunkings = list(dict.fromkeys(cell.result.chunking for cell in data.cells))
    first = {cell.result.chunking: cell for cell in reversed(data.cells)}
    begin = groups([len(document.text.encode()) for document in data.documents])
    packs = {
        "core": _core(data, view, offsets, chunkings, begin),
        "pairs": pack(packed(data, view.compare)),
    }
    for number, (start, stop) in enumerate(pairwise([*begin, len(data.documents)])):
        packs[f"text-{number}"] = prose([one.text for one in data.documents[start:stop]])
    for number, name in enumerate(chunkings):
        packs[f"chunks-{number}"] = _chunks(first[name], offsets)
    packs["breaks"] = _breaks(data, [first[name] for name in chunkings], offsets)
    for number, cell in enumerate(data.cells):
        packs[f"system-{number}"] = system_block(data, cell)
    return packs


def utf16(text: str) -> Ints:
    """UTF-16 offset of each code point position: int64[len(text) + 1]."""
    codes = np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32)
    widths = np.concatenate(([0], 1 + (codes > 0xFFFF)))
    return np.cumsum(widths, dtype=np.int64)


def _core(
    data: Loaded, view: View, offsets: list[Ints], chunkings: list[str], begin: list[int]
) -> str:
    shown = {name: data.find(base, data.at) for name, base in SHOWN.items()}
    recalls = [found.recall[~np.isnan(found.recall)] for found in view.found]
    values = np.unique(np.concatenate([np.zeros(0), *recalls]))
    meta = {
        "at": {"unit": data.at.unit, "value": data.at.value},
        "kinds": list(CAUSES.values()),
        "causes": [[name, words] for name, words in causes.CAUSES.items()],
        "fixes": list(causes.INTERVENTIONS.items()),
        "outcomes": [[name, doc] for name, doc in OUTCOMES.items()],
        "flags": [[name, doc] for name, doc in FLAGS.items()],
        "measures": shown,
        "recalls": np.round(1000 * values, 6).tolist(),
        "documents": [
            [document.id, document.title, int(_at(steps, len(document.text)))]
            for document, steps in zip(data.documents, offsets, strict=True)
        ],
        "groups": begin if any(document.text for document in data.documents) else [],
        "questions": [[q.id, q.text, list(q.tags), int(q.must_pass)] for q in data.questions],
        "systems": [
            {
                "id": cell.id,
                "run": cell.run,
                "chunks": chunkings.index(cell.result.chunking),
                "means": {name: _mean(data, cell, of) for name, of in shown.items()},
            }
            for cell in data.cells
        ],
        "best": view.verdict.headline.run if view.verdict.headline else "",
        "second": view.compare.rows[0].run if view.compare.rows else "",
    }
    columns = _places(data, offsets)
    for number, found in enumerate(view.found):
        mine = outcome_columns(found, values)
        columns |= {f"{name}-{number}": column for name, column in mine.items()}
    for number, cell in enumerate(data.cells):
        columns |= {f"{name}-{number}": column for name, column in _told(data, cell).items()}
    return pack(meta, columns)


#: What the lists of questions show of each, and the measures behind it.
SHOWN = {"recall": "recall", "pollution": "pollution", "coverage": "char_recall"}


def _mean(data: Loaded, cell: Cell, name: str | None) -> str:
    if name is None:
        return ""
    return figure(name, data.measure(name), cell.result.measures.get(name)).text


def _places(data: Loaded, offsets: list[Ints]) -> dict[str, Ints]:
    """Every alternative of every item: how many there are, and where each lies."""
    items = [item for question in data.questions for item in question.items]
    spans = [
        (span, twin)
        for item in items
        for span, twin in (*((m.span, 0) for m in item.members), *((s, 1) for s in item.twins))
    ]
    homes = [data.place[span.document] for span, _ in spans]
    starts = [_at(offsets[d], span.start) for d, (span, _) in zip(homes, spans, strict=True)]
    ends = [_at(offsets[d], span.end) for d, (span, _) in zip(homes, spans, strict=True)]
    return {
        "items": _ints(len(question.items) for question in data.questions),
        "places": _ints(len(item.alternatives) for item in items),
        "home": _ints(homes),
        "start": _ints(starts),
        "length": _ints(ends) - _ints(starts),
        "twin": _ints(twin for _, twin in spans),
    }


def _ints(values: Iterable[int]) -> Ints:
    return np.fromiter(values, dtype=np.int64)


def _at(offsets: Ints, position: int) -> int:
    """An offset; a document stored without its text keeps code points."""
    return int(offsets[position]) if position < len(offsets) else position


def _told(data: Loaded, cell: Cell) -> dict[str, Ints]:
    """What a diagnosis says of every question: a bit per cause, and hard distractors (-1: null)."""
    if cell.misses is None:
        return {}
    found = {"why": cell.misses.bits(cell.first_item)}
    hard = cell.values.get(data.find("distractors", data.at) or "")
    if hard is not None:
        found["hard"] = np.nan_to_num(hard, nan=-1.0).astype(np.int64)
    return found


def outcome_columns(found: Outcomes, recalls: Floats) -> dict[str, Ints]:
    """How every question came out: recall as its place among `recalls` from 1, 0 for null."""
    known = np.searchsorted(recalls, np.nan_to_num(found.recall, nan=-1.0)) + 1
    return {
        "state": found.code + CUT * found.cut + POLLUTED * found.polluted,
        "first": found.first,
        "recall": np.where(np.isnan(found.recall), 0, known),
        "coverage": permille(found.coverage),
        "pollution": permille(found.pollution),
    }


def _chunks(cell: Cell, offsets: list[Ints]) -> str:
    """Chunks per document, then the gap before each and its length: small numbers pack well."""
    document = cell.chunks["document"]
    counts = np.bincount(document, minlength=len(offsets))
    start, end = (_converted(cell, name, offsets) for name in ("start", "end"))
    before = np.concatenate(([0], end[:-1]))
    first = np.cumsum(counts)[:-1]
    before[first[first < len(end)]] = 0
    prefixes = [str(prefix or "") for prefix in cell.chunks["prefix"]]
    number = {prefix: position for position, prefix in enumerate(dict.fromkeys(["", *prefixes]))}
    columns = {
        "counts": counts,
        "gap": start - before,
        "length": end - start,
        "tokens": cell.chunks["tokens"].astype(np.int64),
        "prefix": _ints(number[prefix] for prefix in prefixes),
    }
    return pack({"prefixes": list(number)}, columns)


def _breaks(data: Loaded, cells: list[Cell], offsets: list[Ints]) -> str:
    """Examples of broken structure per chunking and kind, as [document, start, end]."""

    def place(one: Example) -> list[int]:
        steps = offsets[one.document]
        return [one.document, _at(steps, one.start), _at(steps, one.end)]

    found = [examples(data, cell) for cell in cells]
    kinds = [{kind: [place(e) for e in es] for kind, es in one.items()} for one in found]
    return pack({"chunkings": kinds})


def _converted(cell: Cell, column: str, offsets: list[Ints]) -> Ints:
    out = cell.chunks[column].astype(np.int64)
    for number, steps in enumerate(offsets):
        if len(steps) > 1:
            mine = cell.chunks["document"] == number
            out[mine] = steps[out[mine]]
    return out
