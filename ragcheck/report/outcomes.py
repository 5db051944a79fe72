"""How every question came out for a system at the working cut, as arrays of codes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ragcheck.report.load import Cell, Flags, Floats, Ints, Loaded
from ragcheck.report.words import OUTCOMES

MISSED, PARTIAL, FOUND, UNANSWERABLE = range(len(OUTCOMES))
#: Coverage from which an item counts as whole: all of it, but for the float's last bit.
WHOLE = 1 - 1e-9


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What became of each question: arrays of length q.

    `code` is a position in OUTCOMES; `first` the rank at which an item completes (0: none within
    the depth searched); `recall`, `coverage` (of its text) and `pollution` are those of the
    working cut (NaN: no value); `cut` and `polluted` are flags (`words.FLAGS`).
    """

    code: Ints
    first: Ints
    recall: Floats
    coverage: Floats
    pollution: Floats
    cut: Flags
    polluted: Flags

    def worst_first(self, must_pass: Flags) -> Ints:
        """Question positions: missed, then partial, then found; must-pass and cut ones lead."""
        keys = (np.nan_to_num(self.coverage, nan=2.0), ~self.cut, ~must_pass, self.code)
        return np.lexsort(keys)


def outcomes(data: Loaded, cell: Cell) -> Outcomes:
    """The outcomes of one system; recall is taken from the items where the run has no column."""
    count = len(data.questions)
    nothing = np.full(count, np.nan)
    recall = cell.values.get(data.find("recall", data.at) or "", nothing)
    answerable = np.diff(cell.first_item) > 0
    code = np.where(recall >= WHOLE, FOUND, np.where(recall > 0, PARTIAL, MISSED))
    return Outcomes(
        np.where(answerable, code, UNANSWERABLE),
        _first_rank(cell),
        recall,
        cell.values.get(data.find("char_recall", data.at) or "", nothing),
        cell.values.get(data.find("pollution", data.at) or "", nothing),
        _any(cell, cell.items["severed"].astype(bool) & (cell.items["coverage"] < WHOLE)),
        answerable & _off_topic_first(cell),
    )


def _first_rank(cell: Cell) -> Ints:
    ranks = np.nan_to_num(cell.items["rank"].astype(np.float64), nan=np.inf)
    bounds = zip(cell.first_item[:-1], cell.first_item[1:], strict=True)
    best = [ranks[a:b].min() if b > a else np.inf for a, b in bounds]
    return np.array([0 if np.isinf(rank) else rank for rank in best], dtype=np.int64)


def _any(cell: Cell, marked: Flags) -> Flags:
    total = np.concatenate(([0], np.cumsum(marked)))
    return np.asarray(total[cell.first_item[1:]] > total[cell.first_item[:-1]])


def _off_topic_first(cell: Cell) -> Flags:
    """True where the best-ranked hit adds no gold; a question without hits has none to add."""
    start, stop = cell.first_hit[:-1], cell.first_hit[1:]
    gold = np.concatenate((cell.hits["gold"], [0]))
    return np.asarray((stop > start) & (gold[np.minimum(start, len(gold) - 1)] == 0))
