"""What a run knows of one system's misses: the facts that advice stands on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from ragcheck.causes import Diagnosis
from ragcheck.conclusions import Summary
from ragcheck.records import Cut, Document, Question, SystemResult
from ragcheck.run import RunFolder
from ragcheck.scores import clusters, first_document
from ragcheck.statistics.clusters import Clusters
from ragcheck.statistics.intervals import mean_interval
from ragcheck.structure import is_markdown

Row = Mapping[str, Any]
#: Of all passages, how many a chunk or an overlap should have room for (METRICS, section 4).
PERCENTILE = 95


@dataclass(frozen=True)
class Asked:
    """What all systems of a run share: its questions, and its documents, with or without text."""

    questions: tuple[Question, ...]
    documents: tuple[Document, ...]

    @classmethod
    def of(cls, folder: RunFolder) -> Asked:
        """As the run holds them."""
        return cls(folder.questions(), folder.documents())

    @cached_property
    def clusters(self) -> Clusters:
        """The document that each question counts to: int64[q]."""
        return clusters([first_document(question) for question in self.questions])

    @cached_property
    def answerable(self) -> npt.NDArray[np.bool_]:
        """Which questions have labelled passages: bool[q]."""
        return np.array([bool(question.items) for question in self.questions])

    @cached_property
    def position(self) -> Mapping[str, int]:
        """Where each question stands, by its id."""
        return {question.id: number for number, question in enumerate(self.questions)}

    @cached_property
    def gain(self) -> Mapping[tuple[str, int], float]:
        """What each item adds to the recall of its question: its share of the weight."""
        return {
            (question.id, number): item.weight / sum(i.weight for i in question.items)
            for question in self.questions
            for number, item in enumerate(question.items)
        }

    @cached_property
    def length(self) -> int:
        """Within how many characters 95% of the passages are."""
        spans = [item.members[0].span for question in self.questions for item in question.items]
        lengths = np.array([span.end - span.start for span in spans])
        return int(np.percentile(lengths, PERCENTILE, method="inverted_cdf"))


@dataclass(frozen=True)
class Evidence:
    """A diagnosed system of a run. `rows` are its causes, a row per missed item."""

    folder: RunFolder
    asked: Asked
    result: SystemResult
    diagnosis: Diagnosis
    rows: tuple[Row, ...]

    @classmethod
    def of(
        cls, folder: RunFolder, result: SystemResult, asked: Asked | None = None
    ) -> Evidence | None:
        """None where the run does not say why this system missed anything."""
        table = folder.causes(result.system.id)
        if result.diagnosis is None or table is None:
            return None
        rows = tuple(table.to_pylist())
        return cls(folder, asked or Asked.of(folder), result, result.diagnosis, rows)

    @property
    def at(self) -> Cut:
        """The working cut."""
        return self.folder.run.plan.at

    @property
    def chunker(self) -> Mapping[str, Any]:
        """The options of the system's chunker."""
        return self.result.system.chunker

    @property
    def size(self) -> int | None:
        """The size that the chunker aims at, in its unit; None where it has none."""
        size = self.chunker.get("size")
        return size if isinstance(size, int) else None

    @property
    def overlap(self) -> int | None:
        """What neighbouring windows share, in the chunker's unit; None where it has no overlap."""
        given, size = self.chunker.get("overlap"), self.size
        if given is None or size is None:
            return None
        text = str(given).strip()
        value = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
        return round(size * value) if value < 1 else round(value)

    @property
    def markdown(self) -> bool:
        """Whether most documents are Markdown, and so have a structure to cut along."""
        marked = sum(is_markdown(document.id) for document in self.asked.documents)
        return 2 * marked > len(self.asked.documents)

    @cached_property
    def chunks(self) -> Mapping[str, Any]:
        """The columns `document`, `start`, `end` and `tokens` of the system's chunks."""
        table = self.folder.chunks(self.result.system.id)
        return {
            name: table.column(name).to_numpy() for name in ("document", "start", "end", "tokens")
        }

    @cached_property
    def density(self) -> float:
        """Characters per token of the system's chunks: it turns lengths into tokens without texts.

        1 where there are no chunks, and so nothing to turn.
        """
        tokens = int(self.chunks["tokens"].sum())
        return float((self.chunks["end"] - self.chunks["start"]).sum() / tokens) if tokens else 1.0

    @property
    def unit(self) -> str:
        """What the chunker's size counts: `tokens` or `characters`."""
        return "characters" if self.chunker.get("unit") == "characters" else "tokens"

    def units(self, tokens: float) -> float:
        """So many tokens in the chunker's unit."""
        return tokens * self.density if self.unit == "characters" else tokens

    def tokens(self, units: float) -> float:
        """So many of the chunker's units in tokens."""
        return units / self.density if self.unit == "characters" else units

    @cached_property
    def hits(self) -> Mapping[str, Any]:
        """The columns `question` (position), `rank` and `chunk` of what was retrieved."""
        table = self.folder.hits(self.result.system.id)
        coded = table.column("question").combine_chunks().dictionary_encode()
        of = np.array(
            [self.asked.position[id] for id in coded.dictionary.to_pylist()], dtype=np.int64
        )
        asked = of[coded.indices.to_numpy()] if len(of) else np.zeros(0, np.int64)
        return {
            "question": asked,
            **{name: table.column(name).to_numpy() for name in ("rank", "chunk")},
        }

    def place(self, chunk: int) -> tuple[int, int, int]:
        """Document (position), start and end of a chunk."""
        return tuple(int(self.chunks[name][chunk]) for name in ("document", "start", "end"))  # type: ignore[return-value]

    def text(self, document: int, start: int, end: int) -> str:
        """A piece of a document; nothing where the run holds no texts."""
        return self.asked.documents[document].text[start:end]

    def shown(self, question: str) -> list[int]:
        """The chunks in the context of the working cut, best first."""
        rows = np.flatnonzero(self.hits["question"] == self.asked.position[question])
        chunks = self.hits["chunk"][rows]
        if self.at.unit == "k":
            return [int(chunk) for chunk in chunks[: self.at.value]]
        tokens = self.chunks["tokens"][chunks]
        return [int(chunk) for chunk in chunks[np.cumsum(tokens) - tokens < self.at.value]]

    def tokens_within(self, cut: Cut) -> float:
        """Mean tokens of context per labelled question, as far as the run has searched."""
        asked = self.asked.answerable
        tokens = self.chunks["tokens"][self.hits["chunk"]].astype(np.float64)
        if cut.unit == "k":
            tokens = np.where(self.hits["rank"] <= cut.value, tokens, 0)
        sums = np.bincount(self.hits["question"], tokens, len(asked))[asked]
        if cut.unit == "t":
            sums = np.minimum(sums, cut.value)
        return float(sums.mean()) if len(sums) else 0.0

    @cached_property
    def length(self) -> int:
        """Within how many units of the chunker 95% of the passages are (about, in tokens)."""
        found = self.asked.length
        return found if self.unit == "characters" else max(1, round(found / self.density))

    @cached_property
    def completion(self) -> Mapping[tuple[str, int], int | None]:
        """The rank at which each item completes, by any of its alternatives; None: never."""
        table = self.folder.items(self.result.system.id)
        columns = table.select(["question", "item", "rank"]).to_pydict().values()
        return {(id, item): rank for id, item, rank in zip(*columns, strict=True)}

    def select(self, keep: Callable[[Row], bool]) -> tuple[Row, ...]:
        """The misses that `keep` says yes to."""
        return tuple(row for row in self.rows if keep(row))

    def with_cause(self, *causes: str) -> tuple[Row, ...]:
        """The misses with one of these primary causes."""
        return self.select(lambda row: row["cause"] in causes)

    def recoverable(self, rows: Iterable[Row]) -> Summary:
        """Recall that finding these misses would add: its mean over all labelled questions."""
        added = np.zeros(len(self.asked.questions))
        for row in rows:
            id, item = row["question"], row["item"]
            added[self.asked.position[id]] += self.asked.gain[id, item]
        values = np.where(self.asked.answerable, np.minimum(added, 1.0), np.nan)
        return mean_interval(values, self.asked.clusters)
