"""What is doubtful about labels that are valid."""

from __future__ import annotations

import difflib
import math
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ragcheck.labels.twins import SHORTEST
from ragcheck.records import Collection, Passage, Question

_RUN = 5  # words: shorter runs are shared by chance ("what is the name of")
_WORD = re.compile(r"\w+")
#: t.95 + t.80 of many questions: a one-sided 5% error and 80% power, as the gate's MDE has it.
_POWER = 1.644854 + 0.841621
#: Share of questions whose outcome differs between two systems, where no run tells it.
CHANGED = 0.1


@dataclass(frozen=True, slots=True)
class Doubt:
    """One kind of doubt and the questions it concerns, in their order; none: the whole set.

    Codes: `copied_question`, `duplicate_question`, `long_passage`, `short_text`, `ambiguous_text`,
    `few_questions`.
    """

    code: str
    questions: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Limits:
    """What the labels are meant for: smallest chunk in tokens, and the drop to be seen."""

    smallest_chunk: int | None = None
    tolerance: float = 0.02


def audit_labels(
    collection: Collection, count_tokens: Callable[[str], int], limits: Limits | None = None
) -> tuple[Doubt, ...]:
    """Every kind of doubt about the labels of a collection that was read with twins.

    `count_tokens` is the tokenizer's count of a text; it is called only if `limits` names a chunk
    size.
    """
    limits = limits or Limits()
    texts = {document.id: document.text for document in collection.documents}
    found: dict[str, list[str]] = defaultdict(list)
    for question in collection.questions:
        passages = [member for item in question.items for member in item.members]
        slices = [_slice(passage, texts) for passage in passages]
        if any(copied(question.text, text) for text in slices):
            found["copied_question"].append(question.id)
        if any(_units(text) < SHORTEST for text in slices):
            found["short_text"].append(question.id)
        if any(item.twins for item in question.items) or _repeated(passages, slices, texts):
            found["ambiguous_text"].append(question.id)
        size = limits.smallest_chunk
        # A token has at least one byte, so a text this short need not be counted.
        if size and any(len(t.encode()) > size and count_tokens(t) > size for t in slices):
            found["long_passage"].append(question.id)
    found["duplicate_question"] = _duplicates(collection.questions)
    return tuple(_doubts(found, collection.questions, limits))


def copied(question: str, passage: str) -> bool:
    """True if at least five words in a row, and half of the question's, stand in the passage."""
    asked, said = _words(question), _words(passage)
    match = difflib.SequenceMatcher(None, asked, said, autojunk=False).find_longest_match()
    return match.size >= _RUN and match.size * 2 >= len(asked)


def visible_drop(questions: int, changed: float = CHANGED) -> float:
    """Smallest drop of a 0/1 measure that `questions` independent questions can show, 0 to 1.

    (t.95 + t.80) * sqrt(changed / n), METRICS section 7, where `changed` is the share of questions
    that two systems answer differently. A run tells the true share; labels alone cannot.
    """
    return min(1.0, _POWER * math.sqrt(changed / questions)) if questions else 1.0


def questions_for(drop: float, changed: float = CHANGED) -> int:
    """How many independent questions show a drop of `drop`: the inverse of `visible_drop`."""
    return math.ceil(changed * (_POWER / drop) ** 2)


def _doubts(
    found: dict[str, list[str]], questions: Sequence[Question], limits: Limits
) -> Iterator[Doubt]:
    texts = {
        "copied_question": "five or more words in a row stand in the passage too: this flatters"
        " BM25, since users ask in their own words",
        "duplicate_question": "the words are those of another question, so both count twice",
        "long_passage": f"a passage has more than {limits.smallest_chunk} tokens, so no chunk of"
        " that size can hold it whole",
        "short_text": f"a passage has fewer than {SHORTEST} visible characters: too short to have"
        " twins, and easily found in the wrong place",
        "ambiguous_text": "the text of a passage also stands elsewhere",
    }
    for code, text in texts.items():
        if found[code]:
            count = f"{len(found[code])} of {len(questions)} questions"
            yield Doubt(code, tuple(found[code]), f"{count}: {text}")
    answerable = sum(not question.unanswerable for question in questions)
    visible = visible_drop(answerable)
    if limits.tolerance and visible > limits.tolerance:
        needed = questions_for(limits.tolerance)
        text = (
            f"{answerable} answerable questions can show a drop of {visible:.1%} at best (if"
            f" {CHANGED:.0%} of the outcomes differ); {limits.tolerance:.1%} takes about {needed}"
        )
        yield Doubt("few_questions", (), text)


def _duplicates(questions: Sequence[Question]) -> list[str]:
    """Ids of questions with the words of another, in any order, case and punctuation."""
    same: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for question in questions:
        words = tuple(sorted(_words(question.text))) or (question.text,)
        same[words].append(question.id)
    repeated = {name for names in same.values() if len(names) > 1 for name in names}
    return [question.id for question in questions if question.id in repeated]


def _repeated(passages: Sequence[Passage], slices: Sequence[str], texts: dict[str, str]) -> bool:
    """True if a text too short for twins stands more than once in its own document."""
    return any(
        _units(text) < SHORTEST
        and (first := texts[passage.span.document].find(text)) >= 0
        and texts[passage.span.document].find(text, first + 1) >= 0
        for passage, text in zip(passages, slices, strict=True)
    )


def _slice(passage: Passage, texts: dict[str, str]) -> str:
    return texts[passage.span.document][passage.span.start : passage.span.end]


def _units(text: str) -> int:
    return len("".join(text.split()))


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())
