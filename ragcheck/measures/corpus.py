"""What all systems of a sweep are judged against: documents and labels as arrays.

Positions here are *units* (characters that are not white space), counted through all documents in
order. In these coordinates white space does not exist, every length is a difference, and documents
cannot overlap (METRICS, section 1).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ragcheck.measures.ranges import spread
from ragcheck.records import Collection, Document, Int32s
from ragcheck.spans import Ints, Span, units_before
from ragcheck.tokens import TokenMap, token_map

Reals = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Text:
    """All documents end to end, with one position between any two.

    `offset` int64[d + 1] is where each document begins (and the length of all); `units`
    int32[offset[-1]] the number of units before each position.
    """

    offset: Ints
    units: Int32s

    @classmethod
    def of(cls, documents: Sequence[Document]) -> Text:
        """Counts the units of `documents`."""
        lengths = [len(document.text) + 1 for document in documents]
        offset = np.cumsum([0, *lengths], dtype=np.int64)
        units = np.zeros(offset[-1], dtype=np.int32)
        before = 0
        for document, start in zip(documents, offset, strict=False):
            counts = units_before(document.text)
            units[start : start + len(counts)] = counts + before
            before += int(counts[-1])
        return cls(offset, units)

    @property
    def length(self) -> int:
        """Units of all documents together."""
        return int(self.units[-1]) if len(self.units) else 0

    def unit(self, position: Ints) -> Ints:
        """Units before each position."""
        return self.units[position].astype(np.int64)

    def position(self, unit: Ints) -> Ints:
        """Where each unit is (0 <= unit < length): the inverse of `unit`."""
        return np.searchsorted(self.units, unit.astype(np.int32), side="right") - 1


@dataclass(frozen=True, slots=True, eq=False)
class Items:
    """What the questions need, in question order: arrays of length i.

    `question` is non-decreasing; `weight` and `length` (units) are those of the first member.
    `first` int64[q + 1] is the position of each question's first item.
    """

    question: Ints
    weight: Reals
    length: Ints
    first: Ints

    def __len__(self) -> int:
        return len(self.question)


@dataclass(frozen=True, slots=True, eq=False)
class Alternatives:
    """The places any one of which is enough for an item: arrays of length a.

    Ordered by item, document, then start and end in characters, so that the first of equals is
    first in document order. `start` < `end` are units, `number` is the position in
    `Item.alternatives`. `first` int64[i + 1] is the position of each item's first alternative.
    """

    item: Ints
    question: Ints
    document: Ints
    start: Ints
    end: Ints
    number: Ints
    first: Ints

    def __len__(self) -> int:
        return len(self.item)


@dataclass(frozen=True, slots=True, eq=False)
class Zones:
    """Where text that is not gold lies near gold, for the causes of pollution.

    `question`, `start`, `end` (units): the sections, heading line included, whose own body holds
    gold of the question. `documents` are sorted keys `question * d + document` of the documents
    that hold gold.
    """

    question: Ints
    start: Ints
    end: Ints
    documents: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Corpus:
    """A collection made ready for judging; computed once, shared by all systems.

    `questions` counts them; `tokens` says where tokens of `tokenizer` start in `text`.
    """

    questions: int
    text: Text
    tokens: TokenMap
    tokenizer: str
    items: Items
    alternatives: Alternatives
    zones: Zones

    @classmethod
    def of(cls, collection: Collection, tokenizer: str = "cl100k_base") -> Corpus:
        """Documents and labels of `collection`.

        Raises ValueError for a passage that lies outside its document or holds no unit, which the
        labels should have refused.
        """
        text = Text.of(collection.documents)
        tokens = _tokens(collection.documents, text, tokenizer)
        items = _items(collection, text)
        alternatives = _alternatives(collection, text, items)
        zones = _zones(collection.documents, text, alternatives)
        questions = len(collection.questions)
        return cls(questions, text, tokens, tokenizer, items, alternatives, zones)


def _tokens(documents: Sequence[Document], text: Text, tokenizer: str) -> TokenMap:
    """Where tokens start in all documents end to end."""
    maps = [token_map(document.text, tokenizer) for document in documents]
    starts = [m.starts + np.int32(start) for m, start in zip(maps, text.offset, strict=False)]
    return TokenMap(
        np.concatenate([np.zeros(0, np.int32), *starts]),
        np.concatenate([np.zeros(0, np.bool_), *(m.inside for m in maps)]),
        int(text.offset[-1]),
    )


def _items(collection: Collection, text: Text) -> Items:
    index = collection.index()
    rows = [
        (position, item.weight, *_place(item.members[0].span, index, text)[1:])
        for position, question in enumerate(collection.questions)
        for item in question.items
    ]
    table = np.array(rows, dtype=np.float64).reshape(-1, 4)
    question = table[:, 0].astype(np.int64)
    first = np.searchsorted(question, np.arange(len(collection.questions) + 1))
    return Items(question, table[:, 1], (table[:, 3] - table[:, 2]).astype(np.int64), first)


def _alternatives(collection: Collection, text: Text, items: Items) -> Alternatives:
    index = collection.index()
    all_items = [item for question in collection.questions for item in question.items]
    rows = [
        (position, *_place(span, index, text), number, span.start, span.end)
        for position, item in enumerate(all_items)
        for number, span in enumerate(item.alternatives)
    ]
    table = np.array(rows, dtype=np.int64).reshape(-1, 7)
    # By characters: units cannot tell two starts apart that only white space separates.
    order = np.lexsort((table[:, 6], table[:, 5], table[:, 1], table[:, 0]))
    item, document, start, end, number = (column[order] for column in table.T[:5])
    first = np.searchsorted(item, np.arange(len(items) + 1))
    return Alternatives(item, items.question[item], document, start, end, number, first)


def _place(span: Span, index: dict[str, int], text: Text) -> tuple[int, int, int]:
    """Document, first unit and end unit of a labelled span."""
    document = index[span.document]
    begin, following = int(text.offset[document]), int(text.offset[document + 1])
    if begin + span.end >= following:
        raise ValueError(f"{span} ends past its document ({following - begin - 1} characters)")
    start, end = text.units[begin + span.start], text.units[begin + span.end]
    if start == end:
        raise ValueError(f"{span} holds nothing but white space")
    return document, int(start), int(end)


def _zones(documents: Sequence[Document], text: Text, gold: Alternatives) -> Zones:
    pairs = np.unique(gold.question * len(documents) + gold.document)
    place = [
        (
            text.offset[d] + section.start,
            text.offset[d] + section.body,
            text.offset[d] + section.end,
        )
        for d, document in enumerate(documents)
        for section in document.sections
    ]
    start, body, end = text.unit(np.array(place, dtype=np.int64).reshape(-1, 3).T)
    # Bodies are disjoint and in order: those that a passage meets are a contiguous run.
    low = np.searchsorted(end, gold.start, side="right")
    high = np.searchsorted(body, gold.end, side="left")
    count = np.maximum(high - low, 0)
    alternative = np.repeat(np.arange(len(gold)), count)
    section = spread(low, count)
    met = (body[section] < gold.end[alternative]) & (end[section] > gold.start[alternative])
    met &= body[section] < end[section]
    keys = np.unique(gold.question[alternative[met]] * max(len(start), 1) + section[met])
    question, section = np.divmod(keys, max(len(start), 1))
    return Zones(question, start[section], end[section], pairs)
