"""What the page keeps of one system: its ranked chunks and what became of every item."""

from __future__ import annotations

import numpy as np

from ragcheck.causes import INTERVENTIONS
from ragcheck.report.load import Cell, Floats, Ints, Loaded
from ragcheck.report.misses import RANKS, Misses
from ragcheck.report.numbers import step_for
from ragcheck.report.packing import pack
from ragcheck.report.words import CAUSES

#: Steps up to the largest score: enough to order what a page can show.
SCORE_STEPS = 400
#: Steps in which a bar shows the share of a chunk that repeats others.
BAR_STEPS = 20
#: The bit of the intervention that shows more chunks.
DEEPER = 1 << list(INTERVENTIONS).index("deeper")


def system_block(data: Loaded, cell: Cell) -> str:
    """The hits and items of a system, packed."""
    keep, counts = kept(data, cell)
    hits = {name: array[keep] for name, array in cell.hits.items()}
    total = np.maximum(1, hits["gold"] + hits["redundant"] + hits["other"])
    codes = {cause: number for number, cause in enumerate(CAUSES)}
    columns = {
        "hits": counts,
        "chunk": hits["chunk"].astype(np.int64),
        "score": _falling(hits["score"].astype(np.float64), counts, score_step(cell)),
        "gold": parts(hits["gold"] / total, 100),
        "redundant": parts(hits["redundant"] / total, BAR_STEPS),
        "cause": np.array([codes.get(str(c), len(codes) - 1) for c in hits["cause"]], dtype=int),
        **_items(data, cell),
        **(_missed(data, cell, cell.misses) if cell.misses else {}),
    }
    if data.at.unit == "t":
        asked = range(len(data.questions))
        columns["shown"] = np.array([data.shown(cell, q) for q in asked], dtype=np.int64)
    return pack({"step": score_step(cell)}, columns)


def score_step(cell: Cell) -> float:
    """The step in which the scores of a system are shown."""
    return step_for(float(np.abs(cell.hits["score"]).max(initial=0)), SCORE_STEPS)


def kept(data: Loaded, cell: Cell) -> tuple[Ints, Ints]:
    """Rows of hits that the page keeps, and how many per question."""
    have = np.diff(cell.first_hit)
    if data.at.unit == "t":
        shown = [data.shown(cell, q) for q in range(len(have))]
        counts = np.minimum(have, np.maximum(data.depth, shown))
    else:
        counts = np.minimum(have, data.depth)
    inside = np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)
    return np.repeat(cell.first_hit[:-1], counts) + inside, counts


def _falling(scores: Floats, counts: Ints, step: float) -> Ints:
    """Scores in steps, each after a question's first as its distance down."""
    whole = np.floor(scores / step + 0.5 + 1e-9).astype(np.int64)
    first = np.zeros(len(whole), dtype=bool)
    first[(np.cumsum(counts) - counts)[counts > 0]] = True
    return np.where(first, whole, -np.diff(whole, prepend=0))


def parts(values: Floats, steps: int) -> Ints:
    """`numbers.partly` of every value: never all or none of the steps by rounding."""
    whole = np.floor(values * steps + 0.5 + 1e-9).astype(np.int64)
    return np.where((values > 0) & (values < 1), np.clip(whole, 1, steps - 1), whole)


def permille(values: Floats) -> Ints:
    """Shares in thousandths, -1 where null, so that their whole percents round as they do alone.

    Never 0 or 1000 by rounding.
    """
    known = np.nan_to_num(values)
    percent = np.floor(known * 100 + 0.5 + 1e-9).astype(np.int64)
    whole = np.clip(np.round(known * 1000).astype(np.int64), 10 * percent - 5, 10 * percent + 4)
    inside = (known > 0) & (known < 1)
    whole = np.where(inside, np.clip(whole, 1, 999), whole)
    return np.where(np.isnan(values), -1, whole)


def _items(data: Loaded, cell: Cell) -> dict[str, Ints]:
    return {
        "credited": _credited(data, cell),
        "found": permille(cell.items["coverage"].astype(np.float64)),
        "rank": _whole(cell, "rank"),
        "severed": cell.items["severed"].astype(np.int64),
        "pieces": _whole(cell, "pieces"),
    }


def _missed(data: Loaded, cell: Cell, misses: Misses) -> dict[str, Ints]:
    """A row per missed item; its item as the distance from the one before, ranks `rounded`.

    `other` is the place of a system among the finished ones from 1, `twin` a chunk from 1; 0: none.
    `unseen` is the share of the passage that the embedder reads nowhere, in percent.
    """
    place = {other.id: number for number, other in enumerate(data.cells, start=1)}
    unseen = cell.items.get("unseen", np.zeros(len(cell.items["rank"])))[misses.item]
    deeper = (misses.fixes & DEEPER) > 0
    return {
        "miss": np.diff(misses.item, prepend=0),
        "why": misses.cause,
        "fixes": misses.fixes,
        **{name: rounded(misses.ranks[column]) for name, column in RANKS.items()},
        "price": rounded(np.where(deeper, misses.ranks["rank_tokens"], 0), 1000),
        "other": np.array([place.get(id, 0) for id in misses.other], dtype=np.int64),
        "twin": misses.twin + 1,
        "suspect": misses.suspect,
        "unseen": parts(np.nan_to_num(unseen.astype(np.float64)), 100),
    }


def rounded(ranks: Ints, exact: int = 50) -> Ints:
    """Ranks to two figures that matter beyond the first so many: nobody reads more."""
    power = 10 ** np.maximum(0, np.floor(np.log10(np.maximum(ranks, 1))).astype(np.int64) - 1)
    return np.where(ranks <= exact, ranks, (ranks + power // 2) // power * power)


def _whole(cell: Cell, name: str) -> Ints:
    """A column of counts, 0 where null."""
    return np.nan_to_num(cell.items[name].astype(np.float64)).astype(np.int64)


def _credited(data: Loaded, cell: Cell) -> Ints:
    """Which of each item's alternatives was credited, by its number."""
    items = [item for question in data.questions for item in question.items]
    columns = (cell.items[name].tolist() for name in ("document", "start", "end"))
    found = []
    for item, place in zip(items, zip(*columns, strict=True), strict=True):
        spans = [(data.place[span.document], span.start, span.end) for span in item.alternatives]
        found.append(spans.index(place))
    return np.array(found, dtype=np.int64)
