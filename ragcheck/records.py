"""The nouns of ragcheck. With `protocols.py`, this file explains the program.

    documents + labels -> chunks -> rankings -> judged -> run folder -> gate, report

All records are immutable. Hot data are arrays: a chunking is a few integer arrays, a ranking is a
matrix, and whatever is measured is measured for all questions and all cut-offs at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

from ragcheck.causes import Diagnosis
from ragcheck.conclusions import Summary as Summary  # noqa: PLC0414 - a noun of this file too
from ragcheck.conclusions import SweepVerdict
from ragcheck.spans import Span

Int32s = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float32]
#: What a configuration file or a run folder can hold.
Json = str | int | float | bool | None | Sequence["Json"] | Mapping[str, "Json"]
Config = Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and its own body: everything up to the next heading of any level.

    `path` holds the titles from the outermost heading down to this one; `body` is where the text
    after the heading line begins. Sections of a document are disjoint and in order; text before
    the first heading belongs to none.
    """

    start: int
    body: int
    end: int
    level: int
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A source text. `id` is its path below the documents' folder, with `/`.

    `text` is canonical: Unicode, LF line ends, no byte-order mark. All offsets point into it.
    """

    id: str
    text: str
    title: str = ""
    sections: tuple[Section, ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """A labelled place that answers a question, with the weight the label gave it."""

    span: Span
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Item:
    """One thing a question needs: any one of `members`, or of their `twins`, is enough.

    A plain passage is an item with one member. Twins are other places with the same text
    (METRICS, section 1). Weight is that of the first member.
    """

    members: tuple[Passage, ...]
    twins: tuple[Span, ...] = ()

    @property
    def weight(self) -> float:
        """How much the item counts in every weighted sum."""
        return self.members[0].weight

    @property
    def alternatives(self) -> tuple[Span, ...]:
        """Members first, then twins, each in document order as the label file gave them."""
        return (*(member.span for member in self.members), *self.twins)


@dataclass(frozen=True, slots=True)
class Question:
    """A labelled question. All of its `items` are needed; unanswerable ones have none.

    `extra` keeps the keys of the label that ragcheck does not know, so that they can be written
    back untouched.
    """

    id: str
    text: str
    items: tuple[Item, ...] = ()
    tags: tuple[str, ...] = ()
    must_pass: bool = False
    extra: Mapping[str, Json] = field(default_factory=dict)

    @property
    def unanswerable(self) -> bool:
        """True when the label says that no passage answers the question."""
        return not self.items


@dataclass(frozen=True, slots=True)
class Collection:
    """Documents and the questions labelled on them; `digest` names exactly these bytes."""

    name: str
    documents: tuple[Document, ...]
    questions: tuple[Question, ...]
    digest: str

    def index(self) -> dict[str, int]:
        """Position of each document by its id."""
        return {document.id: position for position, document in enumerate(self.documents)}


@dataclass(frozen=True, slots=True)
class Piece:
    """What a chunker returns: `text[start:end]` of one document, and what is put before it.

    The prefix (a heading path, a repeated table header) is read by embedder and reader and costs
    tokens, but never counts as coverage of the document.
    """

    start: int
    end: int
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class Chunks:
    """A chunking of a whole collection: arrays of length n, ordered by (document, start, end).

    `document` indexes `Collection.documents`; `start`, `end` are code points; `tokens` is the cost
    of the chunk with its prefix (METRICS, section 1); `prefix` indexes `prefixes`, whose first
    entry is the empty string.
    """

    document: Int32s
    start: Int32s
    end: Int32s
    tokens: Int32s
    prefix: Int32s
    prefixes: tuple[str, ...] = ("",)

    def __len__(self) -> int:
        return len(self.start)

    def texts(self, documents: Sequence[Document]) -> list[str]:
        """What embedder, retriever and reader get: prefix and slice of each chunk, in order."""
        rows = zip(self.document, self.start, self.end, self.prefix, strict=True)
        return [self.prefixes[p] + documents[d].text[s:e] for d, s, e, p in rows]


@dataclass(frozen=True, slots=True)
class Rankings:
    """What a retriever returned: `chunk` int32[q, k], `score` float32[q, k].

    Best first, ties by chunk order; -1 (with score -inf) where fewer than k were returned.
    """

    chunk: Int32s
    score: Floats


@dataclass(frozen=True, slots=True, order=True)
class Cut:
    """Where the context ends: after `value` chunks (`k`), or after `value` tokens (`t`)."""

    value: int
    unit: Literal["k", "t"] = "k"

    def __str__(self) -> str:
        return f"{self.value}{'t' if self.unit == 't' else ''}"


@dataclass(frozen=True, slots=True)
class Measure:
    """What one column of numbers means. `str()` reads back: `recall@5`, `nDCG@10`, `severed`.

    `doc` is the definition, used as help text, tooltip and reference. `unit` is `share` (0 to 1),
    `ratio` (0 and up), `tokens` or `count`; `better` says which direction is good, `none` that
    neither is. `null` says when a question has no value although it is answerable.
    """

    name: str
    cut: Cut | None
    unit: Literal["share", "ratio", "tokens", "count"]
    better: Literal["higher", "lower", "none"]
    doc: str
    null: str = ""

    def __str__(self) -> str:
        return self.name if self.cut is None else f"{self.name}@{self.cut}"


@dataclass(frozen=True, slots=True)
class System:
    """A chunker and a retriever with all their options: enough to build it again."""

    id: str
    chunker: Config
    retriever: Config


@dataclass(frozen=True, slots=True)
class SystemResult:
    """What a finished cell of a sweep says in `run.json`.

    `key` names its files in the run folder and is a digest of everything the cell depends on;
    `chunking` names the file with its chunks (`chunks/<chunking>.parquet`). `breaks` holds the
    structural breaks per kind, `costs` what the context costs, `timing` the only values that
    differ between equal runs. `phase` says how recall depends on where the first window begins:
    `offsets`, `recall` and `phase_sd` by measure; empty where that was not measured. `diagnosis`
    says why it missed what it missed; None where nobody asked.
    """

    system: System
    key: str
    chunking: str
    chunks: Mapping[str, Json]
    measures: Mapping[str, Summary]
    breaks: Mapping[str, Mapping[str, float | int | None]]
    costs: Mapping[str, float | None]
    timing: Mapping[str, Json]
    phase: Mapping[str, Json] = field(default_factory=dict)
    diagnosis: Diagnosis | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that changes how the numbers must be read; `system` is None for the whole run."""

    code: str
    text: str
    system: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run sets out to do: system ids in order with their cell keys, and how to judge.

    `at` is the working cut of questions, cases and gates; `settings` is the configuration that
    repeats the run.
    """

    cells: Mapping[str, str]
    at: Cut
    ks: tuple[int, ...]
    budgets: tuple[int, ...]
    tokenizer: str
    twins: bool
    settings: Config = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Run:
    """Everything `run.json` says. Finished systems stand in plan order; missing ones show.

    `collection` holds name, digest, `corpus` (the digest of the documents alone; older runs have
    none) and the counts of documents, questions and items; `measures`
    maps each column of the values tables to its meaning, so that reading needs no measuring code.
    `verdict` is there once all is finished and at least two systems can be compared.
    """

    schema: str
    version: str
    collection: Config
    measures: Mapping[str, Measure]
    plan: Plan
    systems: tuple[SystemResult, ...]
    warnings: tuple[Notice, ...] = ()
    verdict: SweepVerdict | None = None

    @property
    def missing(self) -> tuple[str, ...]:
        """Planned systems that have no result (the sweep was interrupted)."""
        finished = {result.system.id for result in self.systems}
        return tuple(name for name in self.plan.cells if name not in finished)

    @property
    def undiagnosed(self) -> tuple[str, ...]:
        """Systems whose misses the sweep was to trace to their causes, and has not yet."""
        asked = self.plan.settings.get("diagnosis", False)
        return tuple(r.system.id for r in self.systems if asked and r.diagnosis is None)
