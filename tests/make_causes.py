"""Gives a stored run the causes a test wants: real tables of a real folder, chosen contents."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from ragcheck.causes import CauseSummary, Diagnosis, InterventionSummary
from ragcheck.conclusions import Summary
from ragcheck.run import RunFolder, RunWriter, open_folder
from ragcheck.scores import clusters, first_document
from ragcheck.statistics.intervals import mean_interval

#: What recovers a miss of each cause, where a test does not say.
FIXES = {
    "index_gap": ["clipped_oracle"],
    "label_twin": ["accept_twin"],
    "truncation": ["clipped_oracle", "tight_oracle"],
    "boundary_cut": ["clipped_oracle", "tight_oracle"],
    "duplicate_crowd": ["skip_duplicates"],
    "overlap_crowd": ["skip_overlaps"],
    "lost_context": ["add_context"],
    "boundary_context": ["clipped_oracle"],
    "dilution": ["tight_oracle"],
    "outranked": ["deeper"],
    "hard": [],
}
PLACEBO = ("clipped_oracle", "tight_oracle", "add_context")
#: What only changes the order: nothing is expected of it.
_REORDERED = ("skip_duplicates", "skip_overlaps", "other_retriever", "fusion")
_TYPES = {
    "document": pa.int32(), "start": pa.int32(), "end": pa.int32(), "item": pa.int32(),
    "rank": pa.int32(), "rank_tokens": pa.int32(), "clipped_rank": pa.int32(),
    "tight_rank": pa.int32(), "context_rank": pa.int32(), "other": pa.string(),
    "other_rank": pa.int32(), "fusion_rank": pa.int32(), "host": pa.int32(),
    "rival": pa.int32(), "twin": pa.int32(), "suspect": pa.bool_(),
}  # fmt: skip


def missed(folder: RunFolder, system: str) -> list[dict[str, Any]]:
    """The items that a system has not whole at the working cut, in question order."""
    return [row for row in folder.items(system).to_pylist() if row["coverage"] < 1]


def rows_for(
    folder: RunFolder, system: str, causes: Sequence[str], **changed: object
) -> list[dict[str, Any]]:
    """A row of the causes for each missed item: `causes` in turn, `hard` for the rest."""
    rows = []
    for number, item in enumerate(missed(folder, system)):
        cause = causes[number] if number < len(causes) else "hard"
        row = {
            **dict.fromkeys(_TYPES),
            **{name: item[name] for name in ("question", "item", "document", "start", "end")},
            "cause": cause,
            "fixes": FIXES[cause],
            "suspect": False,
        }
        rows.append({**row, **(changed if number < len(causes) else {})})
    return rows


def with_causes(
    folder: RunFolder,
    system: str,
    rows: Sequence[Mapping[str, Any]],
    placebo: Mapping[str, tuple[float, float, float]] | None = None,
    **chunks: object,
) -> RunFolder:
    """The folder with this system diagnosed; `placebo` maps interventions to corrected, low, high.

    `chunks` replace facts about the system's chunks.
    """
    result = folder.result(system)
    columns: dict[str, Any] = {
        name: pa.array([row[name] for row in rows], type_) for name, type_ in _TYPES.items()
    }
    columns["question"] = [row["question"] for row in rows]
    columns["cause"] = [row["cause"] for row in rows]
    columns["fixes"] = pa.array([row["fixes"] for row in rows], pa.list_(pa.string()))
    diagnosis = Diagnosis(
        len(rows), _causes(folder, rows), _interventions(folder, rows, placebo or {})
    )
    with RunWriter(folder.path, folder.run) as writer:
        writer.write_table("causes", result.key, pa.table(columns))
        facts = {**result.chunks, **chunks}
        writer.add(dataclasses.replace(result, diagnosis=diagnosis, chunks=facts))
    return open_folder(folder.path)


def copied(folder: RunFolder, place: Path) -> RunFolder:
    """The same run in another folder, which a test may change."""
    shutil.copytree(folder.path, place)
    return open_folder(place)


def _causes(folder: RunFolder, rows: Sequence[Mapping[str, Any]]) -> dict[str, CauseSummary]:
    found = {}
    for cause in dict.fromkeys(row["cause"] for row in rows):
        mine = [row for row in rows if row["cause"] == cause]
        gain = recoverable(folder, [row for row in mine if row["fixes"]])
        expected = None if gain.mean is None else gain.mean / 2
        found[cause] = CauseSummary(len(mine), len(mine) / len(rows), gain, expected)
    return found


def _interventions(
    folder: RunFolder,
    rows: Sequence[Mapping[str, Any]],
    placebo: Mapping[str, tuple[float, float, float]],
) -> dict[str, InterventionSummary]:
    found = {}
    for name in dict.fromkeys(fix for row in rows for fix in row["fixes"]):
        mine = [row for row in rows if name in row["fixes"]]
        gain = recoverable(folder, mine)
        unknown = gain.mean is None or name in _REORDERED
        expected = None if unknown else gain.mean / 2
        chance = placebo.get(name, (0.6, 0.4, 0.8)) if name in PLACEBO else ()
        tried = (100, 3) if chance else (0, 0)
        found[name] = InterventionSummary(len(rows), len(mine), gain, expected, *tried, *chance)
    return found


def recoverable(folder: RunFolder, rows: Sequence[Mapping[str, Any]]) -> Summary:
    """Recall that finding these items adds, item by item over plain weights."""
    questions = folder.questions()
    added = {question.id: 0.0 for question in questions}
    for row in rows:
        items = next(q.items for q in questions if q.id == row["question"])
        added[row["question"]] += items[row["item"]].weight / sum(i.weight for i in items)
    values = [added[q.id] if q.items else np.nan for q in questions]
    return mean_interval(np.array(values), clusters([first_document(q) for q in questions]))
