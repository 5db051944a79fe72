"""A run folder as arrays: what the page needs of every table, read once.

Only tables that hold what `run.py` documents are read, and a measure that an older run does not
have is simply absent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from ragcheck.records import Cut, Document, Measure, Question, Run, SystemResult
from ragcheck.report.misses import Misses, read_misses
from ragcheck.run import RunFolder
from ragcheck.scores import clusters, first_document
from ragcheck.verdict import BUDGET, ordering

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
#: Hits per question that the page keeps; more only where the working cut needs them.
KEPT_HITS = 10


@dataclass(frozen=True, slots=True)
class Cell:
    """A finished system: `number` is its place in the plan, which names it in links (`r07`).

    `values` maps measures to float64[q] (NaN: null); `items`, `hits` and `chunks` hold one array
    per column; `first_item` and `first_hit` int64[q + 1] say where each question's rows begin.
    `misses` is None where nobody asked why.
    """

    number: int
    result: SystemResult
    values: Mapping[str, Floats]
    items: Mapping[str, npt.NDArray[Any]]
    first_item: Ints
    hits: Mapping[str, npt.NDArray[Any]]
    first_hit: Ints
    chunks: Mapping[str, npt.NDArray[Any]]
    misses: Misses | None = None

    @property
    def id(self) -> str:
        """The system's id, such as `section-256/hybrid`."""
        return self.result.system.id

    @property
    def run(self) -> str:
        """How links name the system: `r07`."""
        return f"r{self.number:02d}"

    def mean(self, measure: str | None) -> float | None:
        """The mean that the run states for a measure, None where there is none."""
        summary = self.result.measures.get(measure) if measure else None
        return summary.mean if summary else None

    def value(self, measure: str | None, question: int) -> float | None:
        """A question's value of a measure, None where there is none."""
        column = self.values.get(measure) if measure else None
        return None if column is None or np.isnan(column[question]) else float(column[question])


@dataclass(frozen=True)
class Loaded:
    """Everything the page is made of. `cells` stand in plan order."""

    run: Run
    documents: tuple[Document, ...]
    questions: tuple[Question, ...]
    cells: tuple[Cell, ...]

    @property
    def at(self) -> Cut:
        """The working cut."""
        return self.run.plan.at

    @cached_property
    def depth(self) -> int:
        """How many hits per question the page keeps."""
        return max(KEPT_HITS, self.at.value if self.at.unit == "k" else 0)

    @cached_property
    def place(self) -> dict[str, int]:
        """Position of each document by id."""
        return {document.id: number for number, document in enumerate(self.documents)}

    @cached_property
    def clusters(self) -> Ints:
        """The document that each question counts to in every test: int64[q]."""
        return clusters([first_document(question) for question in self.questions])

    @cached_property
    def budget(self) -> Cut | None:
        """The budget that orders systems: 2,000 tokens, or the largest of the run."""
        budgets = self.run.plan.budgets
        if not budgets:
            return None
        return Cut(BUDGET if BUDGET in budgets else max(budgets), "t")

    def measure(self, name: str) -> Measure | None:
        """What a measure's name means in this run."""
        return self.run.measures.get(name)

    def find(self, base: str, cut: Cut | None) -> str | None:
        """The name of a measure of this run at a cut, or without one; None where absent."""
        for name in (f"{base}@{cut}" if cut else base, base):
            if name in self.run.measures:
                return name
        return None

    @cached_property
    def order(self) -> str | None:
        """The measure that ranks systems: recall within the budget, else at the working cut."""
        return ordering(self.run)

    def shown(self, cell: Cell, question: int) -> int:
        """How many of a question's hits stand in the context of the working cut."""
        start, stop = cell.first_hit[question : question + 2]
        if self.at.unit == "k":
            return int(min(self.at.value, stop - start))
        tokens = cell.chunks["tokens"][cell.hits["chunk"][start:stop]]
        before = np.cumsum(tokens) - tokens
        return int((before < self.at.value).sum())


def load(folder: RunFolder) -> Loaded:
    """Read every table of a run folder. Raises RunError for one that cannot be read."""
    run, questions = folder.run, folder.questions()
    numbers = {name: number for number, name in enumerate(run.plan.cells)}
    ids = [question.id for question in questions]
    cells = tuple(
        _cell(folder, result, numbers[result.system.id], ids, run.plan.at) for result in run.systems
    )
    return Loaded(run, folder.documents(), questions, cells)


def _cell(folder: RunFolder, result: SystemResult, number: int, ids: list[str], at: Cut) -> Cell:
    name = result.system.id
    values, items, hits = folder.values(name), folder.items(name), folder.hits(name)
    if at.unit == "k":
        kept = max(KEPT_HITS, at.value)
        hits = hits.filter(hits.column("rank").to_numpy() <= kept)
    row = {id: position for position, id in enumerate(values.column("question").to_pylist())}
    order = np.array([row[id] for id in ids], dtype=np.int64)
    first_item, causes = _firsts(items, ids), folder.causes(name)
    return Cell(
        number,
        result,
        {measure: column.astype(np.float64)[order] for measure, column in _columns(values).items()},
        _columns(items),
        first_item,
        _columns(hits),
        _firsts(hits, ids),
        _columns(folder.chunks(name)),
        None if causes is None else read_misses(causes, ids, first_item),
    )


def _columns(table: Any) -> dict[str, npt.NDArray[Any]]:
    """Columns of an arrow table but the question, as arrays; nulls of numbers become NaN."""
    return {
        name: table.column(name).to_numpy() for name in table.column_names if name != "question"
    }


def _firsts(table: Any, ids: list[str]) -> Ints:
    """Where each question's rows begin in a table that is in question order: int64[q + 1]."""
    coded = table.column("question").combine_chunks().dictionary_encode()
    rows = np.bincount(coded.indices.to_numpy(), minlength=len(coded.dictionary))
    counts = dict(zip(coded.dictionary.to_pylist(), rows.tolist(), strict=True))
    return np.concatenate(([0], np.cumsum([counts.get(id, 0) for id in ids], dtype=np.int64)))
