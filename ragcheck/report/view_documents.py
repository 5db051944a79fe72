"""The Documents screen: where the gold lies in each document, and what of a document is ever read.

The browser draws any system's from the payload; the best system's table is in the page itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ragcheck.report.load import Cell, Flags, Ints, Loaded
from ragcheck.report.numbers import percent, share
from ragcheck.report.outcomes import WHOLE, Outcomes
from ragcheck.scores import first_document

#: Documents in the table of the page itself.
LISTED = 20


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A document: `recall` over the questions whose first passage it holds.

    `whole` of its `passages` are in the context, `cut` are severed and are not; `unseen` is the
    share of its chunks that stand in the context of no question.
    """

    id: str
    questions: int
    recall: str
    passages: int
    whole: int
    cut: int
    chunks: int
    unseen: str


@dataclass(frozen=True, slots=True)
class Documents:
    """The documents of one system, lowest recall first; `hidden` more are not listed."""

    system: str
    rows: tuple[DocumentRow, ...]
    hidden: int


def build_documents(data: Loaded, cell: Cell, found: Outcomes) -> Documents:
    """The table of one system."""
    homes = [data.place.get(first_document(question) or "", -1) for question in data.questions]
    home = np.array(homes, dtype=np.int64)
    means = np.full(len(data.documents), np.nan)
    for number in range(len(means)):
        recall = found.recall[home == number]
        if (~np.isnan(recall)).any():
            means[number] = np.nanmean(recall)
    order = np.lexsort((np.arange(len(means)), means))  # NaN stands last
    columns = _Columns(data, cell)
    rows = tuple(
        DocumentRow(
            data.documents[number].id,
            int((home == number).sum()),
            share(None if np.isnan(means[number]) else float(means[number])),
            int(columns.passages[number]),
            int(columns.whole[number]),
            int(columns.cut[number]),
            int(columns.chunks[number]),
            percent(columns.unseen(number)),
        )
        for number in order[:LISTED].tolist()
    )
    return Documents(cell.id, rows, len(means) - len(rows))


class _Columns:
    """Counts per document: int64[d] each."""

    def __init__(self, data: Loaded, cell: Cell) -> None:
        count = len(data.documents)
        items = [item for question in data.questions for item in question.items]
        homes = [data.place[item.members[0].span.document] for item in items]
        home = np.array(homes, dtype=np.int64)
        whole = cell.items["coverage"] >= WHOLE
        cut = cell.items["severed"].astype(bool) & ~whole
        self.passages, self.whole, self.cut = (
            _count(home[chosen], count) for chosen in (slice(None), whole, cut)
        )
        document = cell.chunks["document"]
        self.chunks = _count(document, count)
        self._seen = _count(document[_shown(data, cell)], count)

    def unseen(self, number: int) -> float | None:
        """Share of a document's chunks that no context holds; None where it has no chunk."""
        chunks = int(self.chunks[number])
        return 1 - int(self._seen[number]) / chunks if chunks else None


def _count(numbers: Ints, length: int) -> Ints:
    return np.bincount(numbers, minlength=length)


def _shown(data: Loaded, cell: Cell) -> Flags:
    """Which chunks stand in the context of any question: bool[chunks]."""
    seen = np.zeros(len(cell.chunks["start"]), dtype=bool)
    for question, start in enumerate(cell.first_hit[:-1].tolist()):
        seen[cell.hits["chunk"][start : start + data.shown(cell, question)]] = True
    return seen
