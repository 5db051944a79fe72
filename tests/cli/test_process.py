"""The command line through the real process: exit codes, messages, and what is kept."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import ROOT

PROGRAM = [sys.executable, "-m", "ragcheck"]
SWEEP = ["sweep", "--retrievers", "bm25", "--chunk-sizes", "64", "--chunkers", "fixed"]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with three documents and four questions, and nothing configured."""
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "fees.md").write_text("# Fees\n\nLate fees are capped at $8 per month.\n")
    (docs / "leave.txt").write_text("Staff may take 25 days of leave.\nCarry over ends in March.\n")
    (docs / "empty.txt").write_text("")
    rows = [
        {"id": "a", "question": "What is the late fee cap?", "must_pass": True,
         "passages": [{"doc": "fees.md", "text": "capped at $8"}]},
        {"id": "b", "question": "How many days of leave?",
         "passages": [{"doc": "leave.txt", "text": "25 days of leave"}]},
        {"id": "c", "question": "zzz", "passages": [{"doc": "leave.txt", "text": "March"}]},
        {"id": "d", "question": "Who is the owner?", "unanswerable": True},
    ]  # fmt: skip
    (tmp_path / "empty").mkdir()
    (tmp_path / "circle").symlink_to("circle")
    (tmp_path / "q.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return tmp_path


def ragcheck(
    project: Path, *arguments: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PROGRAM, *arguments],
        cwd=project,
        env={**os.environ, "NO_COLOR": "1", **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )


def sweep(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return ragcheck(project, *SWEEP, "--docs", "docs", "--labels", "q.jsonl", *arguments)


def test_a_sweep_writes_a_run_and_says_where(project: Path) -> None:
    done = sweep(project)
    assert done.returncode == 0, done.stderr
    (run,) = (project / "reports").iterdir()
    assert run.name.startswith(project.name)
    assert f"report: {run.relative_to(project)}" in done.stdout or str(run) in done.stdout
    assert (run / "report.html").stat().st_size > 10_000
    stored = json.loads((run / "run.json").read_text())
    assert stored["schema"] == "ragcheck.run/1"
    assert stored["systems"][0]["measures"]["recall@5"]["n"] == 3
    assert str(project) not in (run / "run.json").read_text()
    assert str(project) not in (run / "report.html").read_text()


def test_a_name_never_leads_out_of_the_reports(project: Path) -> None:
    assert sweep(project, "--name", "../../up").returncode == 0
    (run,) = (project / "reports").iterdir()
    assert (run / "run.json").exists()
    assert run.name.startswith("up-")


def test_json_on_stdout_is_one_document(project: Path) -> None:
    done = sweep(project, "--json")
    assert json.loads(done.stdout)["schema"].startswith("ragcheck.")
    assert "plan: 1 systems" in done.stderr


def test_a_dry_run_writes_nothing(project: Path) -> None:
    done = sweep(project, "--dry-run")
    assert done.returncode == 0
    assert "fixed-64/bm25" in done.stdout
    assert not (project / "reports").exists()


def test_a_gate_passes_and_fails_by_its_floor(project: Path) -> None:
    sweep(project, "--out", "run")
    good = ragcheck(project, "gate", "run", "--min", "recall@5=0.6")
    assert (good.returncode, good.stdout.split()[2]) == (0, "PASS")
    bad = ragcheck(project, "gate", "run", "--min", "recall@5=0.99", "--json")
    assert bad.returncode == 1
    assert json.loads(bad.stdout)["passed"] is False


def test_a_gate_on_a_fresh_sweep(project: Path) -> None:
    done = ragcheck(
        project,
        "gate",
        *SWEEP[1:],
        "--docs",
        "docs",
        "--labels",
        "q.jsonl",
        "--min",
        "recall@5=0.5",
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["swep"], 2, "error: No such command"),
        (["cache", "clear", "now"], 2, "hint: see `ragcheck cache clear --help`"),
        ([], 2, "Commands:"),
        (["sweep", "--no-such-flag"], 2, "No such option"),
        (["sweep"], 2, "no documents are named"),
        (["sweep", "--docs", "docs"], 2, "no labels are named"),
        (["sweep", "--docs", "nowhere", "--labels", "q.jsonl"], 2, "nowhere"),
        (["sweep", "--docs", "docs", "--labels", "none.jsonl"], 2, "none.jsonl"),
        ([*SWEEP, "--docs", "docs", "--labels", "q.jsonl", "--at", "x"], 2, "--at: cut-off `x`"),
        (["sweep", "--docs", "docs", "--labels", "q.jsonl", "--chunkers", "fixd"], 2, "`fixed`"),
        (["sweep", "--docs", "circle", "--labels", "q.jsonl"], 2, "`circle`"),
        (["sweep", "--docs", "docs", "--labels", "empty"], 2, "no .jsonl file"),
        (["gate", "nowhere"], 2, "nowhere"),
        (["report", "nowhere"], 2, "nowhere"),
        (["cache", "info"], 0, ""),
        (["components"], 0, ""),
        (["config", "show", "--origin"], 0, ""),
        (["--version"], 0, ""),
    ],
)
def test_exit_codes(project: Path, arguments: list[str], code: int, message: str) -> None:
    done = ragcheck(project, *arguments)
    assert done.returncode == code, done.stderr
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_wrong_labels_are_told_all_at_once(project: Path) -> None:
    (project / "q.jsonl").write_text(
        '{"id":"a","question":"x","passages":[{"doc":"fees.md","start":0,"end":5210}]}\n'
        '{"id":"a","question":"","passages":[]}\nnot json\n'
    )
    done = sweep(project)
    assert done.returncode == 4
    assert "q.jsonl:1 passages[0].end: 5210 is past the end of fees.md" in done.stderr
    assert done.stderr.count("error: q.jsonl:2") >= 2
    assert "error: q.jsonl:3" in done.stderr
    assert not (project / "reports").exists()


def test_a_failing_component_names_its_cell_and_keeps_the_others(project: Path) -> None:
    (project / "bad.py").write_text(
        "class Bad:\n    def index(self, texts):\n        raise ValueError('out of paper')\n"
    )
    arguments = ["--retrievers", "bm25,bad:Bad", "--out", "run"]
    done = ragcheck(
        project, "sweep", "--docs", "docs", "--labels", "q.jsonl", "--chunkers", "fixed",
        "--chunk-sizes", "64", *arguments, PYTHONPATH=str(project),
    )  # fmt: skip
    assert done.returncode == 3
    assert "fixed-64/bad:Bad" in done.stderr
    assert "out of paper" in done.stderr
    assert "Traceback" not in done.stderr
    finished = json.loads((project / "run" / "run.json").read_text())
    assert [system["id"] for system in finished["systems"]] == ["fixed-64/bm25"]
    assert len(finished["plan"]["cells"]) == 2
    shown = ragcheck(project, "report", "run")
    assert shown.returncode == 0


SLOW = """
import pathlib
import time

from ragcheck.retrieval.bm25 import BM25

class Slow:
    built = 0

    def index(self, texts):
        Slow.built += 1
        if Slow.built > 1 and pathlib.Path("waiting").exists():
            time.sleep(60)
        return BM25().index(texts)
"""


@pytest.mark.parametrize(
    ("stop", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)]
)
def test_a_stopped_sweep_resumes(project: Path, stop: signal.Signals, code: int) -> None:
    """Finished cells survive Ctrl-C and kill -9; the next call runs only the others.

    Finished are those that have been diagnosed: the two of the first size.
    """
    (project / "slow.py").write_text(SLOW)
    (project / "waiting").touch()
    command = [
        "sweep", "--docs", "docs", "--labels", "q.jsonl", "--chunkers", "fixed",
        "--chunk-sizes", "8,64", "--retrievers", "bm25,slow:Slow", "--out", "run",
    ]  # fmt: skip
    environment = {**os.environ, "PYTHONPATH": str(project)}
    process = subprocess.Popen(
        [*PROGRAM, *command], cwd=project, env=environment, stderr=subprocess.PIPE, text=True
    )
    stored = project / "run" / "run.json"
    deadline = time.monotonic() + 60
    while not (stored.exists() and len(json.loads(stored.read_text())["systems"]) == 3):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    process.send_signal(stop)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == code, errors
    before = stored.read_bytes()
    shown = ragcheck(project, "report", "run")
    assert shown.returncode == 0, shown.stderr
    (project / "waiting").unlink()
    done = ragcheck(project, *command, PYTHONPATH=str(project))
    assert done.returncode == 0, done.stderr
    assert "2 finished before" in done.stderr
    first, second = json.loads(before)["systems"], json.loads(stored.read_bytes())["systems"]
    assert second[:2] == first[:2]
    assert [system["diagnosis"] is None for system in first] == [False, False, True]
    assert [system["diagnosis"] is None for system in second] == [False] * 4


def test_two_sweeps_at_once_do_not_share_a_folder(project: Path) -> None:
    from ragcheck.run import RunWriter
    from tests.test_run import blank

    with RunWriter(project / "run", blank("x")):
        done = sweep(project, "--out", "run")
    assert done.returncode == 3
    assert "another sweep is writing" in done.stderr


def test_a_full_disk_is_told_and_leaves_the_old_run(project: Path) -> None:
    if not Path("/dev/full").exists() or shutil.which("prlimit") is None:
        raise AssertionError("needs util-linux's prlimit")
    sweep(project, "--out", "run")
    before = (project / "run" / "run.json").read_bytes()
    done = subprocess.run(
        ["prlimit", "--fsize=2000", *PROGRAM, *SWEEP, "--docs", "docs", "--labels", "q.jsonl",
         "-k", "1,2", "--out", "run"],
        cwd=project, env=os.environ, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 3, done.stderr
    assert "File too large" in done.stderr
    assert "Traceback" not in done.stderr
    assert (project / "run" / "run.json").read_bytes() == before


def test_init_add_and_sweep_without_any_label_before(project: Path) -> None:
    (project / "q.jsonl").unlink()
    assert ragcheck(project, "init").returncode == 0
    kept = (project / "ragcheck.toml").read_text()
    again = ragcheck(project, "init")
    assert "kept     ragcheck.toml" in again.stdout
    assert (project / "ragcheck.toml").read_text() == kept
    added = ragcheck(
        project, "labels", "add", "--question", "When does carry over end?",
        "--doc", "leave.txt", "--text", "ends  in march",
    )  # fmt: skip
    assert added.returncode == 0, added.stderr
    assert "added q-0002" in added.stdout
    done = ragcheck(project, *SWEEP)
    assert done.returncode == 0, done.stderr


def test_init_quotes_names_and_makes_folders(project: Path) -> None:
    docs = project / 'my "own" \\ docs'
    (project / "docs").rename(docs)
    done = ragcheck(project, "init", "--docs", docs.name, "--labels", "labels/first.jsonl")
    assert done.returncode == 0, done.stderr
    done = ragcheck(project, *SWEEP, "--dry-run")
    assert done.returncode == 0, done.stderr


def test_init_leaves_nothing_half_made(project: Path) -> None:
    before = sorted(project.rglob("*"))
    assert ragcheck(project, "init", "--docs", "empty", "--labels", "new.jsonl").returncode == 2
    assert sorted(project.rglob("*")) == before


def test_a_bm25_sweep_never_imports_torch(project: Path) -> None:
    code = (
        "import sys; from ragcheck.__main__ import run;"
        f"code = run({[*SWEEP, '--docs', 'docs', '--labels', 'q.jsonl']!r});"
        "sys.exit(code or 9 * ('torch' in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=project, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_offline_makes_a_hub_model_an_error(project: Path) -> None:
    done = ragcheck(
        project, "sweep", "--docs", "docs", "--labels", "q.jsonl", "--retrievers", "dense",
        "--embedder", "nobody/no-such-model", "--offline", "on",
    )  # fmt: skip
    assert done.returncode == 3, done.stderr
    assert "Traceback" not in done.stderr


def test_equal_sweeps_differ_only_in_timing(project: Path) -> None:
    for name in ("one", "two"):
        assert sweep(project, "--out", name).returncode == 0
    files = sorted(p.relative_to(project / "one") for p in (project / "one").rglob("*"))
    assert files == sorted(p.relative_to(project / "two") for p in (project / "two").rglob("*"))
    runs = [json.loads((project / name / "run.json").read_text()) for name in ("one", "two")]
    for run in runs:
        for system in run["systems"]:
            system["timing"] = None
    assert runs[0] == runs[1]
    for file in files:
        if file.suffix == ".parquet":
            assert (project / "one" / file).read_bytes() == (project / "two" / file).read_bytes()


def test_the_project_lists_its_own_fixtures() -> None:
    done = ragcheck(ROOT, "config", "show", "--json")
    assert json.loads(done.stdout)["settings"]["name"]["value"] == "fixtures"
