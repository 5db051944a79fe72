"""Run folders with chosen values, so that gates and comparisons are tested without a sweep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from ragcheck.notation import parse_measure
from ragcheck.records import (
    Cut,
    Document,
    Item,
    Measure,
    Passage,
    Plan,
    Question,
    Run,
    Summary,
    System,
    SystemResult,
)
from ragcheck.run import RunFolder, RunWriter
from ragcheck.run_json import SCHEMA
from ragcheck.spans import Span
from ragcheck.statistics.intervals import mean_interval

LOWER = ("pollution", "context_tokens", "index_gap", "offtopic")
UNITS = {"context_tokens": "tokens"}


def document(number: int, lines: int) -> Document:
    text = "".join(f"Line {line} of document {number}.\n" for line in range(lines))
    return Document(f"d{number}.txt", text)


def questions(count: int, documents: int) -> tuple[Question, ...]:
    """Question i asks for a line of document i mod `documents`."""
    found = []
    for number in range(count):
        home = number % documents
        line = number // documents
        start = sum(len(f"Line {n} of document {home}.\n") for n in range(line))
        span = Span(f"d{home}.txt", start, start + len(f"Line {line} of document {home}."))
        tags = ("even",) if number % 2 == 0 else ("odd",)
        found.append(
            Question(f"q{number:05d}", f"What is line {number}?", (Item((Passage(span),)),), tags)
        )
    return tuple(found)


def measure(name: str) -> Measure:
    base, cut = parse_measure(name)
    better = "none" if base == "offtopic_floor" else "lower" if base in LOWER else "higher"
    return Measure(base, cut, UNITS.get(base, "share"), better, f"What {base} is.")  # type: ignore[arg-type]


def write_run(
    path: Path,
    systems: Mapping[str, Sequence[float]],
    *,
    documents: int = 4,
    asked: Sequence[Question] | None = None,
    more: Mapping[str, Mapping[str, Sequence[float]]] | None = None,
    texts: bool = True,
    **run: object,
) -> RunFolder:
    """A finished run whose `recall@5` are the given values, per system and question.

    `more` gives further measures of a system; `asked` other questions than `questions()`;
    `run` replaces parts of the plan (twins, tokenizer) or the collection (corpus), or gives every
    system's chunks a `truncated_share`.
    """
    count = len(next(iter(systems.values())))
    asked = asked if asked is not None else questions(count, documents)
    tables = {
        name: {
            "recall@5": recall,
            "all@5": [v if np.isnan(v) else float(v >= 1) for v in recall],
            "index_gap": [0.0] * count,
            **((more or {}).get(name, {})),
        }
        for name, recall in systems.items()
    }
    measures = {m: measure(m) for table in tables.values() for m in table}
    cells = {name: f"key-{number}" for number, name in enumerate(systems)}
    tokenizer, twins = str(run.get("tokenizer", "cl")), bool(run.get("twins", True))
    plan = Plan(cells, Cut(5), (5,), (), tokenizer, twins, {})
    corpus = str(run.get("corpus", "c"))
    collection = {"name": "made", "digest": f"{corpus} {len(asked)}", "corpus": corpus}
    home = tuple(document(number, count // documents + 2) for number in range(documents))
    chunks = {"count": 1, "truncated_share": run.get("truncated_share")}
    empty = Run(SCHEMA, "0.0", collection, measures, plan, ())
    with RunWriter(path, empty, texts=texts) as folder:
        folder.write_collection(home, asked)
        folder.write_table("chunks", "chunking", pa.table({"document": [0]}))
        for name, table in tables.items():
            _write_tables(folder, cells[name], asked, table)
            cost = table.get("context_tokens@5")
            costs = {"context_tokens": None if cost is None else float(np.mean(cost))}
            summaries = {m: _summary(m, v, documents) for m, v in table.items()}
            system = System(name, {"name": "fixed"}, {"name": "bm25"})
            folder.add(
                SystemResult(system, cells[name], "chunking", chunks, summaries, {}, costs, {})
            )
    return RunFolder(folder.path, folder.run)


def _write_tables(
    folder: RunWriter, key: str, asked: Sequence[Question], table: Mapping[str, Sequence[float]]
) -> None:
    ids = [question.id for question in asked]
    columns = {m: pa.array(np.array(v, float), from_pandas=True) for m, v in table.items()}
    folder.write_table("values", key, pa.table({"question": ids, **columns}))
    ranks = {i: 1 if v >= 1 else None for i, v in zip(ids, table["recall@5"], strict=True)}
    some = [question.id for question in asked if question.items]
    column = pa.array([ranks[name] for name in some], pa.int32())
    folder.write_table("items", key, pa.table({"question": some, "rank": column}))
    folder.write_table("hits", key, pa.table({"question": ids}))


def _summary(name: str, values: Sequence[float], documents: int) -> Summary:
    clusters = np.arange(len(values)) % documents
    return mean_interval(np.array(values, float), clusters, bounded=measure(name).unit == "share")


def recalls(found: int, missed: int) -> list[float]:
    """`found` questions with recall 1, then `missed` with 0."""
    return [1.0] * found + [0.0] * missed
