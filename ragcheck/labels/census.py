"""What a set of labels consists of, counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ragcheck.records import Collection, Passage, Question

#: Percentiles of passage lengths that are told: the least, the most and what lies between.
PERCENTILES = (0, 5, 25, 50, 75, 95, 100)


@dataclass(frozen=True, slots=True)
class Share:
    """How much of a set a document holds: questions with a passage in it, and those passages."""

    questions: int
    passages: int


@dataclass(frozen=True, slots=True)
class Census:
    """Counts over a collection. `items` are what questions need: what is counted as found.

    A passage is an item, and so is a group of interchangeable ones, whose members are a passage
    each.

    `kinds` counts questions: `one passage`, `several passages` and `unanswerable` add up to all;
    `several documents`, `interchangeable` and `must_pass` are among them. `tags` counts questions
    by tag, `documents` by document in order, those without labels included. `tokens` and
    `characters` are lengths of passages at `PERCENTILES`; empty without passages.
    """

    questions: int
    items: int
    passages: int
    kinds: Mapping[str, int]
    tags: Mapping[str, int]
    documents: Mapping[str, Share]
    tokens: Mapping[int, int]
    characters: Mapping[int, int]


def count_labels(collection: Collection, count_tokens: Callable[[str], int]) -> Census:
    """The counts of a collection; `count_tokens` is the tokenizer's count of a text."""
    texts = {document.id: document.text for document in collection.documents}
    passages = [passage for question in collection.questions for passage in _passages(question)]
    slices = [texts[p.span.document][p.span.start : p.span.end] for p in passages]
    asked = Counter(
        name
        for question in collection.questions
        for name in {passage.span.document for passage in _passages(question)}
    )
    held = Counter(passage.span.document for passage in passages)
    tags = Counter(tag for question in collection.questions for tag in dict.fromkeys(question.tags))
    return Census(
        len(collection.questions),
        sum(len(question.items) for question in collection.questions),
        len(passages),
        _kinds(collection.questions),
        dict(sorted(tags.items())),
        {name: Share(asked[name], held[name]) for name in texts},
        _spread([count_tokens(text) for text in slices]),
        _spread([len(text) for text in slices]),
    )


def _passages(question: Question) -> list[Passage]:
    return [member for item in question.items for member in item.members]


def _kinds(questions: Sequence[Question]) -> dict[str, int]:
    return {
        "one passage": sum(len(q.items) == 1 for q in questions),
        "several passages": sum(len(q.items) > 1 for q in questions),
        "unanswerable": sum(q.unanswerable for q in questions),
        "several documents": sum(
            len({item.members[0].span.document for item in q.items}) > 1 for q in questions
        ),
        "interchangeable": sum(any(len(i.members) > 1 for i in q.items) for q in questions),
        "must_pass": sum(q.must_pass for q in questions),
    }


def _spread(lengths: Sequence[int]) -> dict[int, int]:
    """Lengths that occur, at each percentile."""
    if not lengths:
        return {}
    found = np.percentile(lengths, PERCENTILES, method="inverted_cdf")
    return dict(zip(PERCENTILES, (int(length) for length in found), strict=True))
