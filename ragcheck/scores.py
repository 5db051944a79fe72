"""What one system scored, question by question: the two sides that a comparison joins.

A stored run gives them (`scores_of`), and so does a committed baseline. Right of the run folder.
"""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ragcheck.errors import RunError
from ragcheck.records import Config, Cut, Document, Measure, Passage, Question, System
from ragcheck.run import RunFolder

Values = npt.NDArray[np.float64]
#: Ranks at which the items of a question complete, in label order; None: never.
Ranks = tuple[int | None, ...]
#: What comparisons show and baselines keep: recall at every cut, these at the working cut, ...
AT_CUT = ("any", "all", "char_recall", "nDCG", "RR", "pollution", "context_tokens")
#: ... and these, which have no cut.
WHOLE = ("recall_auc", "cut_and_missed", "severed", "index_gap")


@dataclass(frozen=True, slots=True)
class Mark:
    """Digests of a label: by its passages' words, and by their places.

    The words stay what they are when a document grows above them; they are unknown where a run was
    written without texts. Tags and `must_pass` are no part of it: they change no value.
    """

    words: str | None
    places: str

    def same(self, other: Mark) -> bool:
        """True when both mark the same label; by words where both know them, else by places."""
        if self.words is not None and other.words is not None:
            return self.words == other.words
        return self.places == other.places


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and how its label can be recognised.

    `document` is its cluster (METRICS, section 7), None when unanswerable; `places` name each
    item's first passage as `handbook.md:412` (a line), or by document alone without texts.
    `causes` say why each item was missed: empty where it was not, and () where nobody asked. A
    baseline knows only `id`, `mark` and `ranks`.
    """

    id: str
    mark: Mark
    ranks: Ranks
    document: str | None = None
    text: str = ""
    tags: tuple[str, ...] = ()
    must_pass: bool = False
    places: tuple[str, ...] = ()
    causes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scores:
    """One system's values on one collection: `values` maps measures to float64[q], NaN: null.

    `collection` and `chunks` are those of the run; `at`, `tokenizer` and `twins` say how it was
    judged.
    """

    system: System
    measures: Mapping[str, Measure]
    at: Cut
    tokenizer: str
    twins: bool
    collection: Config
    chunks: Config
    asked: tuple[Asked, ...]
    values: Mapping[str, Values]

    @property
    def main(self) -> str:
        """The measure that decides what is lost and gained: recall at the working cut."""
        return f"recall@{self.at}"

    @property
    def usual(self) -> list[str]:
        """The measures worth comparing, the one that decides first."""
        recalls = [name for name, measure in self.measures.items() if measure.name == "recall"]
        names = [self.main, *recalls, *(f"{base}@{self.at}" for base in AT_CUT), *WHOLE]
        return [name for name in dict.fromkeys(names) if name in self.values]


def scores_of(folder: RunFolder, system: str) -> Scores:
    """The scores of a finished system. Raises RunError where tables are missing or unreadable."""
    run, result = folder.run, folder.result(system)
    questions, texts = folder.questions(), {d.id: d for d in folder.documents()}
    table = folder.values(system)
    row = {id: number for number, id in enumerate(table.column("question").to_pylist())}
    absent = [question.id for question in questions if question.id not in row]
    if absent:
        raise RunError(
            f"{folder.path}: `{system}` has no values for question `{absent[0]}`",
            hint="run the sweep again",
        )
    order = np.array([row[question.id] for question in questions], dtype=np.int64)
    ranks, lines = _ranks(folder, system), _Lines(texts)
    causes = _causes(folder, system)
    return Scores(
        system=result.system,
        measures={name: run.measures[name] for name in table.column_names if name in run.measures},
        at=run.plan.at,
        tokenizer=run.plan.tokenizer,
        twins=run.plan.twins,
        collection=run.collection,
        chunks=result.chunks,
        asked=tuple(
            _asked(q, texts, lines, ranks.get(q.id, ()), causes.get(q.id, {})) for q in questions
        ),
        values={
            name: table.column(name).to_numpy().astype(np.float64)[order]
            for name in table.column_names
            if name in run.measures
        },
    )  # fmt: skip


def clusters(documents: Sequence[str | None]) -> npt.NDArray[np.int64]:
    """int64[q] from each question's document; one without is a cluster of its own."""
    names = {name: number for number, name in enumerate(sorted({d for d in documents if d}))}
    return np.array(
        [names[d] if d else len(names) + number for number, d in enumerate(documents)],
        dtype=np.int64,
    )


def first_document(question: Question) -> str | None:
    """The document of a question's first labelled passage: its cluster (METRICS, section 7)."""
    return question.items[0].members[0].span.document if question.items else None


def _ranks(folder: RunFolder, system: str) -> dict[str, Ranks]:
    table = folder.items(system).select(["question", "rank"]).to_pydict()
    found: dict[str, list[int | None]] = {}
    for question, rank in zip(table["question"], table["rank"], strict=True):
        found.setdefault(question, []).append(rank)
    return {question: tuple(ranks) for question, ranks in found.items()}


def _causes(folder: RunFolder, system: str) -> dict[str, dict[int, str]]:
    """Why items were missed, by question and number; empty for a system that is not diagnosed."""
    found: dict[str, dict[int, str]] = {}
    if (table := folder.causes(system)) is not None:
        columns = table.select(["question", "item", "cause"]).to_pydict()
        for question, item, cause in zip(*columns.values(), strict=True):
            found.setdefault(question, {})[item] = cause
    return found


def _asked(
    question: Question,
    texts: Mapping[str, Document],
    lines: _Lines,
    ranks: Ranks,
    causes: Mapping[int, str],
) -> Asked:
    firsts = [item.members[0].span for item in question.items]
    return Asked(
        id=question.id,
        mark=mark(question, texts),
        ranks=ranks,
        document=first_document(question),
        text=question.text,
        tags=question.tags,
        must_pass=question.must_pass,
        places=tuple(lines.place(span.document, span.start) for span in firsts),
        causes=tuple(causes.get(n, "") for n in range(len(firsts))) if causes else (),
    )


def mark(question: Question, texts: Mapping[str, Document]) -> Mark:
    """The mark of a label; white space in a passage is no part of its words."""

    def words(passage: Passage) -> list[object]:
        span = passage.span
        text = texts[span.document].text[span.start : span.end]
        return [span.document, passage.weight, " ".join(text.split())]

    def places(passage: Passage) -> list[object]:
        return [passage.span.document, passage.weight, passage.span.start, passage.span.end]

    members = [member for item in question.items for member in item.members]
    known = all(m.span.document in texts and texts[m.span.document].text for m in members)
    by_place = [[places(member) for member in item.members] for item in question.items]
    by_words = [[words(m) for m in item.members] for item in question.items] if known else None
    return Mark(
        None if by_words is None else _digest([question.text, by_words]),
        _digest([question.text, by_place]),
    )


def _digest(value: object) -> str:
    """16 hex digits: enough to tell a label from what it was before, short enough to commit."""
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()[:16]


class _Lines:
    """Line numbers of offsets; each document is walked once, and only if it is asked for."""

    def __init__(self, texts: Mapping[str, Document]) -> None:
        self._texts = texts
        self._ends: dict[str, list[int]] = {}

    def place(self, document: str, start: int) -> str:
        """`handbook.md:412`, or the document alone where its text is not stored."""
        text = self._texts[document].text if document in self._texts else ""
        if not text:
            return document
        if document not in self._ends:
            self._ends[document] = list(_line_ends(text))
        return f"{document}:{bisect_left(self._ends[document], start) + 1}"


def _line_ends(text: str) -> Iterator[int]:
    end = text.find("\n")
    while end >= 0:
        yield end
        end = text.find("\n", end + 1)
