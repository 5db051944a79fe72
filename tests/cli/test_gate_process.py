"""Gate and baseline through the real process: every exit code, files, and what CI gets."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.make_gate import questions, recalls, write_run

PROGRAM = [sys.executable, "-m", "ragcheck"]
SWEEP = ("--docs", "docs", "--labels", "q.jsonl", "--chunkers", "fixed", "--chunk-sizes", "64",
         "--retrievers", "bm25")  # fmt: skip
#: No service's variables but those a test gives.
SERVICES = ("CI", "GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT")


def ragcheck(place: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {key: value for key, value in os.environ.items() if key not in SERVICES}
    return subprocess.run(
        [*PROGRAM, *arguments],
        cwd=place,
        env={**kept, "NO_COLOR": "1", **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A run `run` of a good, a bad and a slightly worse system, and nothing configured."""
    good = recalls(45, 5)
    slight = [*good[:41], 0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0]
    write_run(
        tmp_path / "run", {"good": good, "bad": recalls(20, 30), "slight": slight}, documents=50
    )
    return tmp_path


@pytest.fixture
def pinned(place: Path) -> Path:
    """The same with the good system as its baseline."""
    done = ragcheck(place, "baseline", "update", "run", "--system", "good")
    assert done.returncode == 0, done.stderr
    assert done.stdout == "created  ragcheck-baseline.jsonl\ngood  50 questions  recall@5 0.900\n"
    return place


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    """Documents and labels for a fresh sweep."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "fees.md").write_text("# Fees\n\nLate fees are capped at $8 a month.\n")
    label = {"id": "a", "question": "What is the late fee cap?",
             "passages": [{"doc": "fees.md", "text": "capped at $8"}]}  # fmt: skip
    (tmp_path / "q.jsonl").write_text(json.dumps(label) + "\n")
    return tmp_path


def test_0_pass(pinned: Path) -> None:
    done = ragcheck(pinned, "gate", "run", "--system", "good")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(
        "ragcheck gate: PASS  recall@5 0.900  baseline 0.900  drop 0.0 points ["
    )
    assert "accept:" not in done.stdout
    changed = ragcheck(pinned, "gate", "run", "--system", "bad").stdout
    assert changed.endswith("  accept: ragcheck baseline update run --system bad\n")


def test_0_inconclusive_with_a_warning_and_1_when_strict(pinned: Path) -> None:
    done = ragcheck(pinned, "gate", "run", "--system", "slight")
    assert done.returncode == 0
    assert done.stdout.startswith("ragcheck gate: INCONCLUSIVE  recall@5 0.860")
    assert "warning: recall@5 max_drop 0.02 is inconclusive: 50 questions" in done.stderr
    assert "can see a drop of" in done.stderr
    assert "would see one of 2.0 points" in done.stderr
    strict = ragcheck(pinned, "gate", "run", "--system", "slight", "--strict")
    assert strict.returncode == 1


def test_1_fail(pinned: Path) -> None:
    done = ragcheck(pinned, "gate", "run", "--system", "bad", "--json")
    assert done.returncode == 1
    document = json.loads(done.stdout)
    assert (document["verdict"], document["passed"]) == ("FAIL", False)
    assert len(document["changes"]["lost"]) == 25
    assert document["baseline"]["path"] == "ragcheck-baseline.jsonl"


@pytest.mark.parametrize(
    ("flags", "code"),
    [
        (["--min", "recall@5=0.9"], 0),
        (["--min", "recall@5=0.91"], 1),
        (["--max", "recall@5=0.5"], 1),
        (["--max-drop", "all@5=0.02"], 0),
        (["--max-lost", "0"], 0),
        (["--min", "recall@5"], 2),
        (["--min", "recal@5=0.1"], 2),
        (["--max-drop", "recall@5=-1"], 2),
        (["--max-lost", "1.5"], 2),
        (["--system", "godo"], 2),
    ],
)
def test_flags_are_rules(pinned: Path, flags: list[str], code: int) -> None:
    done = ragcheck(pinned, "gate", "run", "--system", "good", *flags)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr


def test_2_several_systems_and_wrong_configuration(place: Path) -> None:
    done = ragcheck(place, "gate", "run")
    assert done.returncode == 2
    assert "--system ID" in done.stderr
    assert "good, bad, slight" in done.stderr
    (place / "ragcheck.toml").write_text('[[gate.rules]]\nmeasure = "recall@5"\nmni = 0.5\n')
    wrong = ragcheck(place, "gate", "run", "--system", "good")
    assert wrong.returncode == 2
    assert "gate.rules[0]: unknown key `mni`\nhint: did you mean `min`?" in wrong.stderr


def test_3_run_unusable(place: Path) -> None:
    assert ragcheck(place, "gate", "nowhere").returncode == 2
    (place / "run" / "values" / "key-0.parquet").write_bytes(b"not a table")
    done = ragcheck(place, "gate", "run", "--system", "good")
    assert done.returncode == 3
    assert "cannot be read" in done.stderr
    assert "Traceback" not in done.stderr


def test_4_labels_that_do_not_fit_win_over_a_failing_gate(docs: Path) -> None:
    label = {"id": "a", "question": "x", "passages": [{"doc": "fees.md", "text": "no such text"}]}
    (docs / "q.jsonl").write_text(json.dumps(label) + "\n")
    done = ragcheck(docs, "gate", *SWEEP, "--min", "recall@5=1")
    assert done.returncode == 4, done.stderr


def test_5_a_baseline_that_is_asked_for(place: Path) -> None:
    for flags in (
        ["--require-baseline"],
        ["--baseline", "none.jsonl"],
        ["--max-drop", "recall@5=0.02"],
        ["--max-lost", "1"],
    ):
        done = ragcheck(place, "gate", "run", "--system", "good", *flags)
        assert done.returncode == 5, (flags, done.stderr)
        assert "ragcheck baseline update" in done.stderr
    without = ragcheck(place, "gate", "run", "--system", "good", "--min", "recall@5=0.5")
    assert without.returncode == 0
    write_run(place / "other", {"good": recalls(45, 5)}, documents=50, twins=False)
    assert ragcheck(place, "baseline", "update", "other").returncode == 0
    done = ragcheck(place, "gate", "run", "--system", "good")
    assert done.returncode == 5
    assert "twins" in done.stderr
    (place / "ragcheck-baseline.jsonl").write_text("<<<<<<< ours\n")
    done = ragcheck(place, "gate", "run", "--system", "good")
    assert done.returncode == 5
    assert "ragcheck-baseline.jsonl:1: not JSON" in done.stderr
    assert ragcheck(place, "baseline", "show").returncode == 5
    assert ragcheck(place, "baseline", "diff", "run", "--system", "good").returncode == 5


def test_70_a_bug_of_ours(place: Path) -> None:
    """A defect put into the program itself; nothing a user does may end so."""
    code = (
        "import sys, ragcheck.gate as gate\n"
        "gate.judge = lambda *_: 1 / 0\n"
        "from ragcheck.__main__ import run\n"
        "sys.exit(run(['gate', 'run', '--system', 'good']))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=place, capture_output=True, text=True)
    assert done.returncode == 70
    assert "a bug in ragcheck: ZeroDivisionError" in done.stderr


def test_130_interrupted(docs: Path) -> None:
    (docs / "slow.py").write_text(
        "import time\n\n\nclass Slow:\n    def index(self, texts):\n"
        "        print('begun', flush=True)\n        time.sleep(60)\n"
    )
    command = [*PROGRAM, "gate", *SWEEP[:-1], "slow:Slow", "--min", "recall@5=0.5"]
    process = subprocess.Popen(
        command, cwd=docs, env={**os.environ, "PYTHONPATH": str(docs)}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 130, errors


def test_a_fresh_sweep_is_judged_and_leaves_its_report(docs: Path) -> None:
    done = ragcheck(docs, "gate", *SWEEP, "--min", "recall@5=1", "--out", "run")
    assert done.returncode == 0, done.stderr
    assert "  report: run/report.html" in done.stdout
    assert (docs / "run" / "report.html").is_file()
    assert ragcheck(docs, "baseline", "update", *SWEEP).returncode == 0
    assert ragcheck(docs, "gate", *SWEEP, "--require-baseline").returncode == 0


def test_only_the_system_to_judge_is_swept_and_a_finished_one_is_read(docs: Path) -> None:
    two = (*SWEEP, "--chunkers", "fixed,section")
    unnamed = ragcheck(docs, "gate", *two)
    assert unnamed.returncode == 2
    assert "fixed-64/bm25, section-64/bm25" in unnamed.stderr
    assert not (docs / "reports").exists()
    done = ragcheck(docs, "gate", *two, "--system", "section-64/bm25")
    assert done.returncode == 0, done.stderr
    (run,) = (docs / "reports").iterdir()
    assert [s["id"] for s in json.loads((run / "run.json").read_text())["systems"]] == [
        "section-64/bm25"
    ]
    assert ragcheck(docs, "sweep", *two, "--out", "all", "-q").returncode == 0
    before = (docs / "all" / "run.json").read_bytes()
    again = ragcheck(docs, "gate", *two, "--system", "section-64/bm25", "--out", "all")
    assert again.returncode == 0, again.stderr
    assert "plan:" not in again.stderr
    assert (docs / "all" / "run.json").read_bytes() == before


def test_rules_baseline_and_system_of_the_configuration(place: Path) -> None:
    (place / "ragcheck.toml").write_text(
        '[gate]\nsystem = "good"\nbaseline = "pins/base.jsonl"\n\n'
        '[[gate.rules]]\nmeasure = "recall@5"\nmin = 0.85\nmax_drop = 0.02\n\n'
        '[[gate.rules]]\nmeasure = "recall@5"\nmin = 0.99\nwhere = "tag:even"\nlevel = "warn"\n'
    )
    (place / "pins").mkdir()
    inner = place / "run" / "hits"
    assert ragcheck(place, "gate", "run").returncode == 5
    assert "created  pins/base.jsonl" in ragcheck(place, "baseline", "update", "run").stdout
    done = ragcheck(inner, "gate", "..")
    assert done.returncode == 0, done.stderr
    assert "FAIL (warning only) recall@5 tag:even 0.920 < 0.99" in done.stdout
    assert ragcheck(place, "gate", "run", "--system", "bad").returncode == 1
    other = ragcheck(place, "baseline", "update", "run", "--system", "bad")
    assert other.returncode == 0
    assert "warning: [gate] system is `good`" in other.stderr


def test_a_configured_system_that_a_run_lacks_is_named_with_the_run(place: Path) -> None:
    (place / "ragcheck.toml").write_text('[gate]\nsystem = "god"\n')
    for command in (["gate"], ["baseline", "update"]):
        done = ragcheck(place, *command, "run")
        assert done.returncode == 2
        assert "error: `system` in [gate]: `run` has no system `god`" in done.stderr
        assert "hint: change it, or add `--system ID`; did you mean `good`?" in done.stderr


def test_paths_of_a_gate_in_a_subfolder_are_those_of_any_checkout(docs: Path) -> None:
    sizes = {SWEEP[n].removeprefix("--").replace("-", "_"): SWEEP[n + 1] for n in range(0, 10, 2)}
    text = "".join(f'{key} = "{value}"\n' for key, value in sizes.items())
    (docs / "ragcheck.toml").write_text(text)
    inner = docs / "docs"
    assert ragcheck(inner, "baseline", "update").returncode == 0
    done = ragcheck(inner, "gate", "--json", "--md", "gate.md")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)["report"]
    assert report.startswith("../reports/")
    assert (inner / report).is_file()
    assert str(docs) not in done.stdout + (inner / "gate.md").read_text()


def test_a_baseline_is_never_updated_in_ci_unasked(pinned: Path) -> None:
    path = pinned / "ragcheck-baseline.jsonl"
    before = path.read_bytes()
    refused = ragcheck(pinned, "baseline", "update", "run", "--system", "bad", CI="true")
    assert refused.returncode == 2
    assert "--force" in refused.stderr
    assert path.read_bytes() == before
    same = ragcheck(pinned, "baseline", "update", "run", "--system", "good", CI="false")
    assert same.stdout.startswith("unchanged  ")
    forced = ragcheck(pinned, "baseline", "update", "run", "--system", "bad", "--force", CI="true")
    assert forced.returncode == 0
    assert forced.stdout.startswith("updated  ")
    assert path.read_bytes() != before


def test_a_gate_writes_no_baseline(pinned: Path) -> None:
    before = (pinned / "ragcheck-baseline.jsonl").read_bytes()
    ragcheck(pinned, "gate", "run", "--system", "bad")
    assert (pinned / "ragcheck-baseline.jsonl").read_bytes() == before


def test_show_and_diff(pinned: Path) -> None:
    shown = ragcheck(pinned, "baseline", "show")
    assert shown.returncode == 0
    assert "good  50 questions  recall@5 0.900" in shown.stdout
    document = json.loads(ragcheck(pinned, "baseline", "show", "--json").stdout)
    assert document["system"]["id"] == "good"
    assert document["means"]["recall@5"] == pytest.approx(0.9)
    diff = ragcheck(pinned, "baseline", "diff", "run", "--system", "bad")
    assert diff.returncode == 0
    assert diff.stdout.startswith("good -> bad  50 questions\n")
    assert "lost 25  gained 0" in diff.stdout


def test_files_and_github(pinned: Path) -> None:
    done = ragcheck(
        pinned, "gate", "run", "--system", "bad", "--junit", "j.xml", "--md", "gate.md",
        GITHUB_ACTIONS="true", GITHUB_STEP_SUMMARY=str(pinned / "summary"),
        GITHUB_OUTPUT=str(pinned / "outputs"),
    )  # fmt: skip
    assert done.returncode == 1
    suites = ElementTree.parse(pinned / "j.xml").getroot().findall("testsuite")
    assert [suite.get("failures") for suite in suites] == ["1", "25"]
    assert (pinned / "gate.md").read_text() == (pinned / "summary").read_text()
    assert "verdict=FAIL\n" in (pinned / "outputs").read_text()
    commands = [line for line in done.stdout.splitlines() if line.startswith("::")]
    assert len(commands) == 10
    document = ragcheck(pinned, "gate", "run", "--system", "bad", "--json", GITHUB_ACTIONS="true")
    assert json.loads(document.stdout)["verdict"] == "FAIL"
    assert document.stderr.startswith("::error")


def test_a_question_is_no_command_in_the_log_of_github(tmp_path: Path) -> None:
    asked = [dataclasses.replace(q, text="##[add-mask]a") for q in questions(50, 50)]
    asked[0] = dataclasses.replace(asked[0], id="q\n  ::stop-commands::x", must_pass=True)
    systems = {"good": recalls(50, 0), "bad": recalls(0, 50)}
    write_run(tmp_path / "run", systems, documents=50, asked=asked)
    assert ragcheck(tmp_path, "baseline", "update", "run", "--system", "good").returncode == 0
    for form in ([], ["--json"]):
        gate = ["gate", "run", "--system", "bad", *form]
        done = ragcheck(tmp_path, *gate, GITHUB_ACTIONS="true")
        assert done.returncode == 1
        told = [line.lstrip() for line in (done.stdout + done.stderr).splitlines()]
        commands = [line.split(" ")[0] for line in told if line.startswith("::")]
        assert set(commands) == {"::error", "::warning", "::notice"}
        assert not any("##[" in line for line in told if not line.startswith("::"))
    assert json.loads(done.stdout)["changes"]["lost"][0]["question"] == "##[add-mask]a"


def test_files_are_written_into_folders_that_are_not_there_yet(pinned: Path) -> None:
    gate = ("gate", "run", "--system", "good", "--junit", "out/j/j.xml", "--md", "out/m/m.md")
    done = ragcheck(pinned, *gate)
    assert done.returncode == 0, done.stderr
    compare = ("compare", "run", "--system", "good", "--system", "bad", "--md", "out/c/c.md")
    assert ragcheck(pinned, *compare).returncode == 0
    update = ("baseline", "update", "run", "--system", "good", "--baseline", "out/b/b.jsonl")
    assert ragcheck(pinned, *update).returncode == 0
    written = {str(path.relative_to(pinned / "out")) for path in (pinned / "out").rglob("*.*")}
    assert written == {"j/j.xml", "m/m.md", "c/c.md", "b/b.jsonl"}


@pytest.mark.parametrize("folder", ["", "other"])
def test_the_report_is_named_from_the_workspace(pinned: Path, folder: str) -> None:
    (pinned / "run" / "report.html").write_text("")
    workspace = pinned / folder if folder else pinned.parent
    ragcheck(
        pinned, "gate", "run", "--system", "good", GITHUB_ACTIONS="true",
        GITHUB_OUTPUT=str(pinned / "outputs"), GITHUB_WORKSPACE=str(workspace),
    )  # fmt: skip
    written = dict(line.split("=", 1) for line in (pinned / "outputs").read_text().splitlines())
    page = pinned / "run" / "report.html"
    assert written["report"] == (str(page) if folder else str(page.relative_to(workspace)))
