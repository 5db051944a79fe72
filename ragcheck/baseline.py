"""The committed baseline: what one system scored, pinned question by question.

JSON Lines, so that a review sees which questions a change gave up: a header, then one line per
question sorted by id. Only `ragcheck baseline update` writes it.
"""

from __future__ import annotations

import json
import math
import operator
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ragcheck import __version__
from ragcheck.errors import BaselineError
from ragcheck.files import write_atomically
from ragcheck.notation import parse_cut, parse_measure
from ragcheck.records import Json, Measure, System
from ragcheck.run_json import dump
from ragcheck.scores import Asked, Mark, Scores

SCHEMA = "ragcheck.baseline/1"
#: Where it lies unless told otherwise: beside the configuration file.
FILE = "ragcheck-baseline.jsonl"
_UPDATE = "write it anew with `ragcheck baseline update`"


@dataclass(frozen=True, slots=True)
class Baseline:
    """A baseline as read: the scores, and the version of ragcheck that wrote them."""

    scores: Scores
    version: str


def write_baseline(path: Path, scores: Scores, measures: Iterable[str] = ()) -> None:
    """Pin `scores`; `measures` are kept beside the usual ones. Equal scores give equal bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, encode(scores, measures).encode())


def encode(scores: Scores, measures: Iterable[str] = ()) -> str:
    """The content of a baseline file."""
    kept = [name for name in dict.fromkeys([*scores.usual, *measures]) if name in scores.values]
    header = {
        "schema": SCHEMA,
        "version": __version__,
        "system": scores.system,
        "collection": scores.collection,
        "chunks": scores.chunks,
        "at": f"@{scores.at}",
        "tokenizer": scores.tokenizer,
        "twins": scores.twins,
        "measures": {n: _kind(scores.measures[n]) for n in kept},
    }
    rows = [
        {
            "id": asked.id,
            "label": {"words": asked.mark.words, "places": asked.mark.places},
            "ranks": asked.ranks,
            "values": {name: _value(float(scores.values[name][row])) for name in kept},
        }
        for row, asked in enumerate(scores.asked)
    ]
    lines = [header, *sorted(rows, key=lambda row: str(row["id"]))]
    return "".join(dump(line) + "\n" for line in lines)


def read_baseline(path: Path) -> Baseline:
    """Read a baseline. Raises BaselineError where it is absent or unusable, with the reason."""
    try:
        lines = path.read_text("utf-8").split("\n")
    except FileNotFoundError as error:
        raise BaselineError(
            f"{path}: there is no baseline",
            hint="write one with `ragcheck baseline update` and commit it",
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise BaselineError(f"{path}: cannot be read: {error}", hint=_UPDATE) from error
    try:
        return _decode([_parsed(line, number) for number, line in enumerate(lines, 1) if line])
    except _UnusableError as error:
        raise BaselineError(f"{path}{error}", hint=_UPDATE) from error
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise BaselineError(f"{path}: incomplete: {error!r}", hint=_UPDATE) from error


def means(scores: Scores) -> dict[str, float | None]:
    """The mean of every measure over the questions that have a value; None where none has."""
    return {
        name: None if np.isnan(values).all() else float(np.nanmean(values))
        for name, values in scores.values.items()
    }


class _UnusableError(Exception):
    """What is wrong with a file, to stand behind its name."""


def _parsed(line: str, number: int) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        raise _UnusableError(f":{number}: not JSON: {error}") from error


def _decode(lines: list[Any]) -> Baseline:
    header = lines[0] if lines and isinstance(lines[0], dict) else {}
    if header.get("schema") != SCHEMA:
        raise _UnusableError(f": schema is {header.get('schema')!r}, this version reads {SCHEMA!r}")
    rows, measures = lines[1:], {name: _measure(name, m) for name, m in header["measures"].items()}
    ids = Counter(row["id"] for row in rows)
    twice = [id for id, count in ids.items() if count > 1]
    if twice:  # as a merge that keeps both sides leaves it
        raise _UnusableError(f": question {twice[0]!r} stands in it twice")
    system = header["system"]
    scores = Scores(
        system=System(system["id"], system["chunker"], system["retriever"]),
        measures=measures,
        at=parse_cut(header["at"].removeprefix("@")),
        tokenizer=header["tokenizer"],
        twins=header["twins"],
        collection=header["collection"],
        chunks=header["chunks"],
        asked=tuple(_asked(row) for row in rows),
        values={
            name: np.array([_number(row["values"][name]) for row in rows], dtype=np.float64)
            for name in measures
        },
    )
    return Baseline(scores, header["version"])


def _kind(measure: Measure) -> dict[str, Json]:
    return {"unit": measure.unit, "better": measure.better}


def _measure(name: str, data: Mapping[str, Any]) -> Measure:
    base, cut = parse_measure(name)
    return Measure(base, cut, data["unit"], data["better"], "")


def _asked(row: Mapping[str, Any]) -> Asked:
    label = row["label"]
    ranks = tuple(None if rank is None else operator.index(rank) for rank in row["ranks"])
    return Asked(row["id"], Mark(label["words"], label["places"]), ranks)


def _value(value: float) -> Json:
    """A value without a needless `.0`; null where there is none."""
    return int(value) if value.is_integer() else value


def _number(value: float | None) -> float:
    if value is not None and not math.isfinite(value):
        raise ValueError(f"{value} is not a finite number")
    return np.nan if value is None else float(value)
