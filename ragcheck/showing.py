"""One question of a run: what became of its passages on one system, why, and on all the others.

Reads the run alone; what stands here is what `ragcheck show` prints. Texts are as they are in the
documents: whoever prints them makes them harmless.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ragcheck.artefacts.words import one_line
from ragcheck.causes import CAUSES, INTERVENTIONS
from ragcheck.errors import ConfigError
from ragcheck.records import Cut
from ragcheck.report.load import Cell, Loaded, load
from ragcheck.report.outcomes import outcomes
from ragcheck.report.view_cases import HitView, ItemView, case_of, place
from ragcheck.run import RunFolder
from ragcheck.verdict import leading

#: Characters of a chunk that is not drawn in full, and of an id; ids that an error names.
SNIPPET, ID, NEAR = 180, 80, 5


@dataclass(frozen=True, slots=True)
class Chunk:
    """A chunk as far as it matters here: `row` of the chunks, where it begins, and how."""

    row: int
    place: str
    tokens: int
    snippet: str


@dataclass(frozen=True, slots=True)
class Fix:
    """An intervention that recovers a missed passage, and the rank it reaches (None: unknown)."""

    intervention: str
    words: str
    rank: int | None


@dataclass(frozen=True, slots=True)
class Why:
    """Why a passage was missed. `rank` and `tokens` say where it is complete beyond the cut.

    `rival` is the best ranked chunk without labelled text, `host` the chunk that holds most of the
    passage, `twin` the retrieved chunk that says the same. `other` retriever found it at
    `other_rank`. A `suspect` passage is less like the question than most of its document.
    """

    cause: str
    words: str
    fixes: tuple[Fix, ...]
    rank: int | None
    tokens: int | None
    rival: Chunk | None
    host: Chunk | None
    twin: Chunk | None
    other: str | None
    other_rank: int | None
    suspect: bool


@dataclass(frozen=True, slots=True)
class PassageShown:
    """A labelled passage: `view` in words and drawn, and its figures. `why` only where missed."""

    number: int
    weight: float
    coverage: float
    rank: int | None
    severed: bool
    view: ItemView
    why: Why | None


@dataclass(frozen=True, slots=True)
class HitShown:
    """A retrieved chunk in the context: `gold`, `redundant` and `other` units that it adds."""

    view: HitView
    chunk: Chunk
    score: float
    gold: int
    redundant: int
    other: int

    @property
    def pollution(self) -> float:
        """Share of what it adds to the context that is not new gold, 0 to 1."""
        return (self.redundant + self.other) / max(self.gold + self.redundant + self.other, 1)


@dataclass(frozen=True, slots=True)
class OnSystem:
    """The question on one system: values at the working cut; ranks and causes per passage."""

    id: str
    recall: float | None
    pollution: float | None
    ranks: tuple[int | None, ...]
    causes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """A question on `system`. `outcome` is a key of the report's outcomes, `words` says it.

    `texts` is False where the run holds no texts, `diagnosed` where it does not say why.
    """

    id: str
    question: str
    tags: tuple[str, ...]
    must_pass: bool
    system: str
    at: Cut
    outcome: str
    words: str
    pollution: Mapping[str, float | None]
    passages: tuple[PassageShown, ...]
    hits: tuple[HitShown, ...]
    systems: tuple[OnSystem, ...]
    texts: bool
    diagnosed: bool


def show(folder: RunFolder, question: str, system: str | None = None) -> Shown:
    """One question of a run; on the leading system unless one is named.

    Raises ConfigError for a question that the run does not hold, RunError for a system that has not
    finished or a table that cannot be read.
    """
    chosen = folder.result(system or _leader(folder)).system.id
    data = load(folder)
    number = _position(data, question)
    cell = next(cell for cell in data.cells if cell.id == chosen)
    case = case_of(data, cell, outcomes(data, cell), number)
    missed = _missed(folder, question)
    whys = {row["item"]: _why(data, cell, row) for row in missed.get(chosen, ())}
    return Shown(
        id=case.id,
        question=case.question,
        tags=case.tags,
        must_pass=case.must_pass,
        system=chosen,
        at=data.at,
        outcome=case.outcome,
        words=case.words,
        pollution=_pollution(data, cell, number),
        passages=tuple(_passages(cell, number, case.items, whys)),
        hits=tuple(_hits(data, cell, number, case.hits)),
        systems=tuple(_on_system(data, other, number, missed) for other in data.cells),
        texts=any(document.text for document in data.documents),
        diagnosed=cell.result.diagnosis is not None,
    )


def _leader(folder: RunFolder) -> str:
    """The system that the run's verdict calls best, or leads by the measure that orders it."""
    run = folder.run
    if run.verdict is not None:
        return run.verdict.best.system
    results = leading(run, f"recall@{run.plan.at}") or list(run.systems)
    return results[0].system.id if results else next(iter(run.plan.cells), "")


def _position(data: Loaded, question: str) -> int:
    ids = [asked.id for asked in data.questions]
    if question in ids:
        return ids.index(question)
    close = difflib.get_close_matches(question, ids, n=NEAR, cutoff=0.5)
    near = close or [id for id in ids if question.casefold() in id.casefold()][:NEAR] or ids[:NEAR]
    listed = ", ".join(f"`{one_line(id, ID)}`" for id in near)
    raise ConfigError(
        f"question `{one_line(question, ID)}` is not in this run",
        hint=f"did you mean {listed}?" if close else f"its questions are called {listed}, ...",
    )


def _missed(folder: RunFolder, question: str) -> dict[str, list[dict[str, Any]]]:
    """Rows of the causes of one question by system; nothing for systems without a diagnosis."""
    found = {}
    for result in folder.run.systems:
        table = folder.causes(result.system.id)
        if table is not None:
            asked = np.array(table.column("question").to_pylist(), dtype=object) == question
            found[result.system.id] = table.filter(asked).to_pylist()
    return found


def _why(data: Loaded, cell: Cell, row: Mapping[str, Any]) -> Why:
    chunks = {
        name: None if row[name] is None else _chunk(data, cell, int(row[name]))
        for name in ("rival", "host", "twin")
    }
    return Why(
        cause=row["cause"],
        words=CAUSES.get(row["cause"], row["cause"]),
        fixes=tuple(
            Fix(name, INTERVENTIONS.get(name, name), _rank(row, name)) for name in row["fixes"]
        ),
        rank=row["rank"],
        tokens=row["rank_tokens"],
        other=row["other"],
        other_rank=row["other_rank"],
        suspect=bool(row["suspect"]),
        **chunks,
    )


def _rank(row: Mapping[str, Any], intervention: str) -> int | None:
    """The rank that an intervention reached, where the run keeps one."""
    columns = {
        "clipped_oracle": "clipped_rank",
        "tight_oracle": "tight_rank",
        "add_context": "context_rank",
        "deeper": "rank",
        "other_retriever": "other_rank",
        "fusion": "fusion_rank",
    }
    rank = row[columns[intervention]] if intervention in columns else None
    return None if rank is None else int(rank)


def _chunk(data: Loaded, cell: Cell, row: int) -> Chunk:
    document = data.documents[int(cell.chunks["document"][row])]
    start, end = int(cell.chunks["start"][row]), int(cell.chunks["end"][row])
    snippet = document.text[start : min(end, start + SNIPPET)]
    return Chunk(row, place(document, start), int(cell.chunks["tokens"][row]), snippet)


def _passages(
    cell: Cell, number: int, views: tuple[ItemView, ...], whys: Mapping[int, Why]
) -> Iterator[PassageShown]:
    first = int(cell.first_item[number])
    for position, view in enumerate(views):
        column = {name: values[first + position] for name, values in cell.items.items()}
        yield PassageShown(
            position,
            float(column["weight"]),
            float(column["coverage"]),
            _whole(column["rank"]),
            bool(column["severed"]),
            view,
            whys.get(position),
        )


def _whole(rank: float) -> int | None:
    return None if np.isnan(rank) else int(rank)


def _hits(data: Loaded, cell: Cell, number: int, views: tuple[HitView, ...]) -> Iterator[HitShown]:
    first = int(cell.first_hit[number])
    for row, view in enumerate(views, start=first):
        parts = (int(cell.hits[name][row]) for name in ("gold", "redundant", "other"))
        chunk = _chunk(data, cell, int(cell.hits["chunk"][row]))
        yield HitShown(view, chunk, float(cell.hits["score"][row]), *parts)


def _pollution(data: Loaded, cell: Cell, number: int) -> dict[str, float | None]:
    """The question's pollution at the working cut, and the causes that sum to it."""
    names = ("pollution", *POLLUTION)
    return {name: cell.value(data.find(name, data.at), number) for name in names}


#: What pollution consists of (METRICS, section 3).
POLLUTION = ("duplicate", "prefix", "same_section", "same_document", "other_document")


def _on_system(
    data: Loaded, cell: Cell, number: int, missed: Mapping[str, list[dict[str, Any]]]
) -> OnSystem:
    start, stop = cell.first_item[number : number + 2]
    return OnSystem(
        cell.id,
        cell.value(data.find("recall", data.at), number),
        cell.value(data.find("pollution", data.at), number),
        tuple(_whole(rank) for rank in cell.items["rank"][start:stop].astype(np.float64)),
        tuple(row["cause"] for row in missed.get(cell.id, ())),
    )
