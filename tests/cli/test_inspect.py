"""`ragcheck inspect` through the real process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

TERMS = """# Storage

Parcels up to two kilograms are stored free of charge up to 30 days after arrival, and then cost
one euro a day until somebody comes to fetch them or says in writing that they may be given away.

| weight | fee |
| ------ | --- |
| 1 kg   | 2   |
| 2 kg   | 3   |
| 5 kg   | 7   |

- one
- two
"""
LABEL = {
    "id": "a",
    "question": "How long is storage free?",
    "passages": [{"doc": "terms.md", "text": "free of charge up to 30 days"}],
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "terms.md").write_text(TERMS)
    (docs / "empty.txt").write_text("\n")
    (docs / "notes.txt").write_text("Nobody may feed the geese. " * 30)
    (tmp_path / "q.jsonl").write_text(json.dumps(LABEL) + "\n")
    return tmp_path


def inspect(project: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "ragcheck", "inspect", *arguments],
        cwd=project,
        env={**os.environ, "NO_COLOR": "1", **more},
        capture_output=True,
        text=True,
        timeout=120,
    )


def rows(text: str) -> dict[str, list[str]]:
    return {line.split()[0]: line.split() for line in text.splitlines() if line.strip()}


def test_documents_alone_are_enough(project: Path) -> None:
    done = inspect(project, "--docs", "docs", "--chunk-sizes", "32", "--chunkers", "fixed,section")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("3 documents, ")
    assert "empty: empty.txt" in done.stdout
    assert {"fixed-32", "section-32"} <= set(rows(done.stdout))
    assert "sentences, fixed-32, notes.txt:1: ..." in done.stdout
    assert "header lost, fixed-32, terms.md:8: ..." in done.stdout
    assert " | " in done.stdout
    assert "labelled" not in done.stdout
    assert done.stderr == ""


def test_json_is_one_document_with_a_schema(project: Path) -> None:
    done = inspect(
        project, "--docs", "docs", "--chunk-sizes", "16", "--chunkers", "fixed", "--json"
    )
    found = json.loads(done.stdout)
    assert found["schema"] == "ragcheck.inspection/1"
    assert found["documents"]["empty"] == ["empty.txt"]
    (one,) = found["chunkings"]
    assert (one["chunker"], one["size"], one["passages"]) == ("fixed-16", 16, None)
    health = one["health"]
    assert health["sizes"]["most"] == 16
    assert health["breaks"]["table"]["units"] + health["breaks"]["table"]["unavoidable"] == 1
    assert health["breaks"]["header_loss"]["broken"] >= 1
    example = health["examples"]["header_loss"][0]
    assert example["document"] == "terms.md"
    assert TERMS.splitlines()[example["line"] - 1].startswith("|")


def test_labels_bring_passages_and_advice(project: Path) -> None:
    labelled = ("--docs", "docs", "--labels", "q.jsonl")
    done = inspect(project, *labelled, "--chunkers", "fixed,section", "--chunk-sizes", "16,8")
    assert done.returncode == 0, done.stderr
    assert "1 labelled passage " in done.stdout
    text = done.stdout[done.stdout.index("labelled passage") :]
    assert "overlap 7, expected 0%" in text
    assert "chunks of 16 or more, or along sections" in text


def test_no_overlap_is_advised_where_nothing_is_cut(project: Path) -> None:
    labelled = ("--docs", "docs", "--labels", "q.jsonl", "--chunkers", "fixed,overlap")
    done = inspect(project, *labelled, "--chunk-sizes", "512", "--overlaps", "1")
    assert done.stdout.count("none is cut") == 2


def test_a_configuration_is_enough_and_its_broken_labels_are_only_a_warning(project: Path) -> None:
    (project / "ragcheck.toml").write_text(
        'docs = "docs"\nlabels = "q.jsonl"\nchunk_sizes = [64]\nchunkers = ["fixed"]\n'
    )
    assert "1 labelled passage " in inspect(project).stdout
    (project / "q.jsonl").write_text(json.dumps({**LABEL, "passages": [{"doc": "gone.md"}]}) + "\n")
    done = inspect(project)
    assert done.returncode == 0
    assert "warning: the labels are left out: q.jsonl:1" in done.stderr.replace("./", "")
    assert "labelled" not in done.stdout
    assert inspect(project, "--labels", "q.jsonl").returncode == 4


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ([], 2, "no documents are named"),
        (["--docs", "nowhere"], 2, "nowhere"),
        (["--docs", "docs", "--labels", "none.jsonl"], 2, "none.jsonl"),
        (["--docs", "docs", "--chunkers", "fixd"], 2, "`fixed`"),
        (["--docs", "docs", "--chunkers", "broken:Broken"], 3, "chunker `Broken` failed"),
        (["--docs", "docs", "--tokenizer", "words"], 2, "words"),
    ],
)
def test_what_cannot_be_inspected(project: Path, arguments, code: int, message: str) -> None:
    (project / "broken.py").write_text(
        "class Broken:\n    def chunk(self, document):\n        raise ValueError('no')\n"
    )
    done = inspect(project, *arguments, PYTHONPATH=f"{project}")
    assert (done.returncode, done.stdout) == (code, "")
    assert done.stderr.startswith("error: ")
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_the_projects_own_fixtures_fit_a_screen_and_the_same_bytes_come_twice() -> None:
    done = inspect(ROOT)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert len(lines) < 40
    assert max(map(len, lines)) <= 160
    assert "fixed-512" in rows(done.stdout)
    assert inspect(ROOT).stdout == done.stdout


def test_many_chunkings_fit_a_screen_too() -> None:
    every = ("--chunkers", "fixed,overlap,section,sentence", "--chunk-sizes", "64,128,256,512")
    done = inspect(ROOT, *every)
    assert len(done.stdout.splitlines()) < 40
    assert "more chunkings: `--json` has all" in done.stdout


def test_neither_labels_nor_a_model_is_needed(project: Path) -> None:
    code = (
        "import sys; from ragcheck.__main__ import run;"
        "code = run(['inspect', '--docs', 'docs', '--chunk-sizes', '64']);"
        "sys.exit(code or bool({'torch', 'sentence_transformers'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=project, capture_output=True)
    assert done.returncode == 0, done.stderr
