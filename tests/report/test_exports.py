"""Ids that mean something to the programs that read the files: formulas, and ends of words."""

from __future__ import annotations

import csv
import dataclasses
import io
from pathlib import Path

import pytest

from ragcheck.report.tables import values_csv
from ragcheck.report.trec import export
from ragcheck.run import RunFolder
from tests.report import make_text
from tests.report.make_run import write

IDS = ("=cmd()", "@sum a\0b", "-1+1")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    documents, questions = make_text.hostile()
    named = [
        dataclasses.replace(question, id=id) for question, id in zip(questions, IDS, strict=False)
    ]
    path: Path = tmp_path_factory.mktemp("ids") / "run"
    return write(path, documents, named, (("fixed-12/bm25",), ()))


def test_no_cell_is_a_formula(run: RunFolder) -> None:
    text = values_csv(run, ["fixed-12/bm25"]).decode()
    rows = list(csv.DictReader(io.StringIO(text.replace("\0", " "))))
    assert [row["question"] for row in rows] == ["'=cmd()", "'@sum a b", "'-1+1"]
    for row in rows:
        assert row["recall@5"] == "" or float(row["recall@5"]) >= 0


def test_every_trec_line_has_its_words(run: RunFolder) -> None:
    files = export(run, ["fixed-12/bm25"])[0]
    for text, columns in ((files.run, 6), (files.qrels, 4)):
        assert text.replace("\n", "").isprintable()
        for line in text.splitlines():
            assert len(line.split()) == columns
    assert "@sum%20a%00b" in files.run
