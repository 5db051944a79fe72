"""After an edit only what it touched is embedded again, and the result is that of a cold run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ragcheck import api
from ragcheck.config import configure
from ragcheck.embedding.folder import cache_info
from ragcheck.prepare import prepare
from ragcheck.run import RunFolder


def _sweep(docs: Path, labels: Path, out: Path) -> RunFolder:
    flags = {"docs": str(docs), "labels": [str(labels)], "out": str(out)}
    systems = {"chunkers": "fixed", "chunk_sizes": [64], "phase": "off"}
    return api.sweep(prepare(configure({**flags, **systems})))


def _vectors(cache: Path) -> int:
    return sum(file.vectors or 0 for file in cache_info(cache))


def _result(run: RunFolder) -> tuple[dict[str, Any], dict[str, pa.Table]]:
    """`run.json` without times and places, and every table.

    Scores are rounded: the last bits of a vector depend on the batch it was made in.
    """
    data = json.loads((run.path / "run.json").read_text("utf-8"))
    data["plan"]["settings"].pop("out", None)
    for system in data["systems"]:
        del system["timing"]
    tables = {}
    for path in sorted(run.path.rglob("*.parquet")):
        table = pq.read_table(path)
        if "score" in table.column_names:
            rounded = table.column("score").to_numpy().round(4)
            table = table.set_column(table.column_names.index("score"), "score", pa.array(rounded))
        tables[path.relative_to(run.path).as_posix()] = table
    return data, tables


@pytest.mark.model
def test_an_edited_document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    docs, labels = tmp_path / "docs", tmp_path / "labels.jsonl"
    docs.mkdir()
    lines = []
    for number, place in enumerate(("harbour", "mill", "quarry")):
        rules = [f"Rule {n} of the {place}: gate {n} opens at {n % 12} o'clock." for n in range(40)]
        (docs / f"{place}.txt").write_text("\n".join(rules) + "\n", "utf-8")
        passage = {"doc": f"{place}.txt", "text": rules[7 * number + 3]}
        question = f"When does gate {7 * number + 3} of the {place} open?"
        lines.append(json.dumps({"id": place, "question": question, "passages": [passage]}))
    labels.write_text("\n".join(lines) + "\n", "utf-8")

    warm, cold = tmp_path / "warm", tmp_path / "cold"
    monkeypatch.setenv("RAGCHECK_CACHE_DIR", str(warm))
    _sweep(docs, labels, tmp_path / "before")
    before = _vectors(warm)
    edited = docs / "mill.txt"
    edited.write_text(
        edited.read_text("utf-8") + "\nA late line about the quarterly lamp inspection.\n", "utf-8"
    )
    after = _sweep(docs, labels, tmp_path / "after")
    added = _vectors(warm) - before

    monkeypatch.setenv("RAGCHECK_CACHE_DIR", str(cold))
    anew = _sweep(docs, labels, tmp_path / "anew")

    assert 1 <= added <= 3  # the last window of the edited document, and perhaps one more
    assert _result(after) == _result(anew)
