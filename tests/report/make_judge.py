"""A small, obvious judge: coverage by masks over positions, for the runs that tests draw."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ragcheck.records import Document, Question
from ragcheck.spans import Span

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Chunk:
    """A chunk of a test run; every word counts two tokens."""

    document: int
    start: int
    end: int
    tokens: int
    words: tuple[str, ...]


class Judge:
    """All documents laid end to end; a mask says which of their units are shown."""

    def __init__(self, documents: list[Document]) -> None:
        self.documents = documents
        self.index = {d.id: i for i, d in enumerate(documents)}
        self.offset = np.cumsum([0, *(len(d.text) for d in documents)])
        whole = "".join(d.text for d in documents)
        self.solid = np.array([not c.isspace() for c in whole], dtype=bool)

    def place(self, span: Span | Chunk) -> slice:
        """Where a span or chunk lies in the masks."""
        at = span.document if isinstance(span, Chunk) else self.index[span.document]
        return slice(int(self.offset[at]) + span.start, int(self.offset[at]) + span.end)

    def units(self, where: slice) -> int:
        return int(self.solid[where].sum())

    def shown(self, chunks: list[Chunk]) -> Mask:
        mask = np.zeros_like(self.solid)
        for chunk in chunks:
            mask[self.place(chunk)] = True
        return mask & self.solid

    def covered(self, question: Question, shown: Mask) -> list[tuple[Span, float]]:
        """Per item its best covered alternative and the share of it in `shown`."""
        out = []
        for item in question.items:
            places = [(span, self.place(span)) for span in item.alternatives]
            shares = [(float(shown[at].sum()) / self.units(at), span) for span, at in places]
            best = max(share for share, _ in shares)
            out.append((next(span for share, span in shares if share == best), best))
        return out

    def hits(self, question: Question, ranked: list[Chunk]) -> list[dict[str, object]]:
        """gold, redundant and other units that each hit adds, and the cause of most of it."""
        spans = [span for item in question.items for span in item.alternatives]
        homes = {self.index[span.document] for span in spans}
        gold, seen = np.zeros_like(self.solid), np.zeros_like(self.solid)
        for span in spans:
            gold[self.place(span)] = True
        rows = []
        for chunk in ranked:
            at = self.place(chunk)
            new = self.solid[at] & ~seen[at]
            parts = {"gold": int((new & gold[at]).sum())}
            parts["redundant"] = self.units(at) - int(new.sum())
            parts["other"] = int(new.sum()) - parts["gold"]
            seen[at] = True
            apart = "same_document" if chunk.document in homes else "other_document"
            cause = "gold" if parts["gold"] else "duplicate" if parts["redundant"] else apart
            rows.append({**parts, "cause": cause})
        return rows

    def pieces(self, question: Question, chunks: list[Chunk]) -> list[tuple[float, int]]:
        """Per item: the largest share in one chunk, and whether it takes one chunk or two."""
        out = []
        for item in question.items:
            gold = self.place(item.members[0].span)
            best = 0
            for chunk in chunks:
                at = self.place(chunk)
                best = max(
                    best, self.units(slice(max(at.start, gold.start), min(at.stop, gold.stop)))
                )
            share = best / self.units(gold)
            out.append((share, 1 if share == 1 else 2))
        return out
