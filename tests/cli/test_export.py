"""`ragcheck report --format` through the real process."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ragcheck.api import evaluate


@pytest.fixture(scope="module")
def swept(fixtures: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("export")
    evaluate(
        fixtures / "docs" / "policies",
        _labels(fixtures, place),
        chunkers="fixed",
        chunk_sizes=[64, 128],
        retrievers="bm25",
        out=place / "run",
    )
    return place


def _labels(fixtures: Path, place: Path) -> Path:
    """The policies' labels with the paths that hold below their own folder."""
    text = (fixtures / "labels" / "policies.jsonl").read_text("utf-8")
    (place / "q.jsonl").write_text(text.replace('"policies/', '"'), "utf-8")
    return place / "q.jsonl"


def report(place: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "ragcheck", "report", *arguments],
        cwd=place,
        env={**os.environ, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_csv_holds_every_value(swept: Path) -> None:
    done = report(swept, "run", "--format", "csv")
    assert done.returncode == 0, done.stderr
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    stored = json.loads((swept / "run" / "run.json").read_text())
    assert list(rows[0]) == ["system", "question", "tags", *stored["measures"]]
    for system in stored["systems"]:
        own = [row for row in rows if row["system"] == system["id"]]
        assert len(own) == stored["collection"]["questions"]
        values = [float(row["recall@5"]) for row in own if row["recall@5"]]
        mean = system["measures"]["recall@5"]
        assert len(values) == mean["n"] < len(own)  # unanswerable: an empty cell, not 0
        assert sum(values) / len(values) == pytest.approx(mean["mean"], abs=1e-12)


def test_csv_of_one_system_into_a_file(swept: Path) -> None:
    done = report(swept, "run", "--format", "csv", "--system", "fixed-64/bm25", "--out", "a/v.csv")
    assert (done.returncode, done.stdout.strip()) == (0, str(Path("a/v.csv")))
    with (swept / "a" / "v.csv").open() as file:
        assert {row["system"] for row in csv.DictReader(file)} == {"fixed-64/bm25"}


def test_json_is_the_summary(swept: Path) -> None:
    document = json.loads(report(swept, "run", "--format", "json").stdout)
    assert document["schema"] == "ragcheck.summary/1"
    assert {row["id"] for row in document["systems"]} == {"fixed-64/bm25", "fixed-128/bm25"}


def test_trec_writes_two_files_for_each_system(swept: Path) -> None:
    done = report(swept, "run", "--format", "trec")
    assert done.returncode == 0, done.stderr
    names = {f"fixed-{size}_bm25.{end}" for size in (64, 128) for end in ("run", "qrels")}
    assert {path.name for path in (swept / "run" / "trec").iterdir()} == names
    assert len(done.stdout.splitlines()) == 4
    one = report(
        swept, "run", "--format", "trec", "--system", "fixed-128/bm25", "--out", "elsewhere"
    )
    assert one.returncode == 0, one.stderr
    same = "fixed-128_bm25.run"
    assert (swept / "elsewhere" / same).read_bytes() == (swept / "run/trec" / same).read_bytes()
    assert len(list((swept / "elsewhere").iterdir())) == 2


def test_the_page_goes_where_it_is_asked_to(swept: Path) -> None:
    shutil.copytree(swept / "run", swept / "copy")
    (swept / "copy" / "report.html").unlink()
    done = report(swept, "copy", "--out", "page.html")
    assert done.returncode == 0, done.stderr
    assert (swept / "page.html").read_bytes() == (swept / "run" / "report.html").read_bytes()
    assert not (swept / "copy" / "report.html").exists()


def test_charts_are_files(swept: Path) -> None:
    done = report(swept, "run", "--charts", "charts")
    assert done.returncode == 0, done.stderr
    named = {Path(line).name for line in done.stdout.splitlines()}
    assert named == {path.name for path in (swept / "charts").iterdir()}
    assert {path.suffix for path in (swept / "charts").iterdir()} == {".svg", ".png"}
    assert all(path.stat().st_size > 1000 for path in (swept / "charts").iterdir())


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["nowhere", "--format", "csv"], 2, "nowhere"),
        (["run", "--format", "xml"], 2, "xml"),
        (["run", "--format", "csv", "--system", "none"], 3, "fixed-64/bm25"),
        (["run", "--format", "json", "--system", "fixed-64/bm25"], 2, "no meaning"),
        (["run", "--format", "trec", "--open"], 2, "--open"),
        (["run", "--format", "csv", "--out", "run/run.json/x.csv"], 3, "run.json"),
    ],
)
def test_what_cannot_be_done_is_told(
    swept: Path, arguments: list[str], code: int, message: str
) -> None:
    done = report(swept, *arguments)
    assert done.returncode == code, done.stderr
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_a_page_compares_with_another_run(swept: Path) -> None:
    shutil.copytree(swept / "run", swept / "before")
    done = report(swept, "run", "--against", "before", "--out", "against.html")
    assert done.returncode == 0, done.stderr
    page = (swept / "against.html").read_text("utf-8")
    assert "Every system against itself in before" in page
    refused = report(swept, "run", "--against", "before", "--format", "csv")
    assert refused.returncode == 2
    assert "--against" in refused.stderr
