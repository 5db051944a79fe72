"""The Python interface: a sweep in one call, tables for pandas and polars."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import polars as pl
import pytest

import ragcheck
from ragcheck.errors import ConfigError
from ragcheck.run import RunFolder


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, fixtures: Path) -> RunFolder:
    return ragcheck.evaluate(
        fixtures / "docs",
        [fixtures / "labels"],
        chunk_sizes=[256],
        chunkers=["fixed", {"name": "section", "heading_path": True}],
        retrievers=["bm25", {"name": "bm25", "variant": "plus"}],
        out=tmp_path_factory.mktemp("api") / "run",
    )


def test_systems_are_named_by_what_differs_from_defaults(run: RunFolder) -> None:
    assert list(run.run.plan.cells) == [
        "fixed-256/bm25",
        "fixed-256/bm25,variant=plus",
        "section-256,heading_path=true/bm25",
        "section-256,heading_path=true/bm25,variant=plus",
    ]


def test_tables_open_in_pandas_and_polars(run: RunFolder) -> None:
    system = "fixed-256/bm25"
    frame = run.values(system).to_pandas()
    assert isinstance(frame, pd.DataFrame)
    assert frame["recall@5"].mean() == pytest.approx(run.result(system).measures["recall@5"].mean)
    everything = pl.read_parquet(run.path / "values" / "*.parquet")
    assert len(everything) == 4 * len(frame)
    unanswerable = {question.id for question in run.questions() if question.unanswerable}
    assert set(frame.loc[frame["recall@5"].isna(), "question"]) == unanswerable


def test_a_stored_run_opens_equal(run: RunFolder) -> None:
    again = ragcheck.open_run(run.path)
    assert again.run == run.run
    assert again.hits("fixed-256/bm25").equals(run.hits("fixed-256/bm25"))


def test_items_hits_and_values_agree(run: RunFolder) -> None:
    """Recall from the items table, and gold units from the hits, equal what values say."""
    system = "section-256,heading_path=true/bm25"
    items, values = run.items(system).to_pandas(), run.values(system).to_pandas()
    found = items.assign(hit=items["rank"].le(5) * items["weight"])
    by_question = found.groupby("question", observed=True)[["hit", "weight"]].sum()
    recall = by_question["hit"] / by_question["weight"]
    wanted = values.set_index("question")["recall@5"].dropna()
    assert recall.to_dict() == pytest.approx(wanted.to_dict())
    hits = run.hits(system).to_pandas()
    top = hits[hits["rank"] <= 5].groupby("question", observed=True)
    units = top[["gold", "redundant", "other"]].sum()
    shares = units["gold"] / units.sum(axis=1)
    gold = values.set_index("question")["gold@5"].dropna()
    assert shares[gold.index].to_dict() == pytest.approx(gold.to_dict())


def test_a_run_renders_after_its_documents_are_gone(run: RunFolder, tmp_path: Path) -> None:
    copy = tmp_path / "moved"
    shutil.copytree(run.path, copy)
    first = (copy / "report.html").read_bytes()
    (copy / "report.html").unlink()
    code = (
        f"import sys; from ragcheck.__main__ import run; sys.exit(run(['report', {str(copy)!r}]))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True)
    assert done.returncode == 0, done.stderr
    assert (copy / "report.html").read_bytes() == first


def test_a_sample_draws_questions_and_keeps_documents(fixtures: Path, tmp_path: Path) -> None:
    made = [
        ragcheck.evaluate(
            fixtures / "docs", fixtures / "labels", retrievers="bm25", chunkers="fixed",
            chunk_sizes=[256], sample=20, out=tmp_path / name,
        )
        for name in ("a", "b")
    ]  # fmt: skip
    assert made[0].run.collection == made[1].run.collection
    assert made[0].run.collection["questions"] == 20
    assert made[0].run.collection["documents"] == len(made[0].documents()) > 40
    assert json.dumps(made[0].run.plan.cells) == json.dumps(made[1].run.plan.cells)


def test_texts_are_withheld_on_request(fixtures: Path, tmp_path: Path) -> None:
    run = ragcheck.evaluate(
        fixtures / "hostile" / "tiny" / "docs", fixtures / "hostile" / "tiny" / "questions.jsonl",
        retrievers="bm25", chunkers="fixed", chunk_sizes=[64], report_docs="none", out=tmp_path,
    )  # fmt: skip
    assert all(not document.text for document in run.documents())
    assert (tmp_path / "report.html").exists()


def test_unknown_settings_are_refused(fixtures: Path) -> None:
    with pytest.raises(ConfigError):
        ragcheck.evaluate(fixtures / "docs", fixtures / "labels", chunk_size=[256])
