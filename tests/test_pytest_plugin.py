"""The pytest plugin as its users have it: pytest in a process of its own, found by entry point."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from ragcheck.api import sweep
from ragcheck.config import configure
from ragcheck.prepare import prepare

pytest_plugins = ["pytester"]

IMPORT = "from ragcheck.pytest_plugin import assert_recall"
CONFIG = """
docs = "docs"
labels = "q.jsonl"
chunkers = "fixed"
chunk_sizes = {size}
retrievers = "bm25"
"""
COUNT = 40


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """40 questions on documents of their own; the last four ask for a word that no text has."""
    place = tmp_path_factory.mktemp("plugin")
    (place / "docs").mkdir()
    rows = []
    for n in range(COUNT):
        text = f"The code of locker{n} is {1000 + n} since March."
        (place / "docs" / f"{n:02}.txt").write_text(text)
        asked = f"What is the code of locker{n}?" if n < 36 else "zzz"
        passages = [{"doc": f"{n:02}.txt", "text": f"locker{n} is {1000 + n}"}]
        rows.append({"id": f"q-{n:02}", "question": asked, "passages": passages})
    (place / "q.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (place / "ragcheck.toml").write_text(CONFIG.format(size=64))
    return place


@pytest.fixture
def project(pytester: pytest.Pytester, collection: Path) -> pytest.Pytester:
    shutil.copytree(collection, pytester.path, dirs_exist_ok=True)
    return pytester


def stored(project: pytest.Pytester, name: str = "run", **settings: object) -> Path:
    """A run folder in the project, made as the fixture would make it."""
    flags = {"out": str(project.path / name), **settings}
    return sweep(prepare(configure(flags, start=project.path))).path


def run(project: pytest.Pytester, tests: dict[str, str], *flags: str) -> pytest.RunResult:
    """pytest in a process of its own on one test per name, each with arguments of assert_recall."""
    body = "\n".join(
        f"def test_{name}(ragcheck_run):\n    assert_recall({call})\n"
        for name, call in tests.items()
    )
    project.makepyfile(f"from ragcheck import open_run\n{IMPORT}\n{body}")
    return project.runpytest_subprocess("-p", "no:cacheprovider", "-v", *flags)


def outcomes(result: pytest.RunResult) -> dict[str, str]:
    """What became of each test, by its name."""
    found = re.findall(r"::test_(\w+) (PASSED|FAILED|ERROR)", result.stdout.str())
    return {name: outcome.lower() for name, outcome in found}


def update_baseline(project: pytest.Pytester, name: str = "run") -> None:
    subprocess.run(
        [sys.executable, "-m", "ragcheck", "baseline", "update", name, "--force"],
        cwd=project.path,
        check=True,
        capture_output=True,
    )


def test_the_entry_point_loads_it_and_nothing_heavy() -> None:
    (found,) = entry_points(group="pytest11", name="ragcheck")
    assert found.value == "ragcheck.pytest_plugin"
    heavy = {"numpy", "pyarrow", "altair", "torch", "click", "ragcheck.run", "ragcheck.config"}
    code = (
        "import sys, ragcheck.pytest_plugin;"
        f"print(*(name for name in {sorted(heavy)!r} if name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.stdout.strip(), done.stderr) == ("", "")


def test_a_stored_run_passes_and_fails_with_the_words_of_the_gate(
    project: pytest.Pytester,
) -> None:
    stored(project, chunk_sizes=[64, 128])
    one = "ragcheck_run, system='fixed-64/bm25'"
    tests = {
        "floor_held": f"{one}, k=5, min=0.9",
        "floor_broken": f"{one}, k=5, min=0.95",
        "in_tokens": f"{one}, k='2000t', min=0.9",
        "not_measured": f"{one}, k=7, min=0.1",
        "no_limit": one,
        "no_system": "ragcheck_run, min=0.1",
        "no_baseline": f"{one}, max_drop=0.02",
        "no_such_baseline": f"{one}, max_drop=0.02, baseline='mine.jsonl'",
    }
    done = run(project, tests, "--ragcheck-run", "run")
    held = {"floor_held", "in_tokens"}
    assert outcomes(done) == {name: "passed" if name in held else "failed" for name in tests}
    done.stdout.fnmatch_lines(["ragcheck gate: FAIL*recall@5 0.900 < 0.95*"])
    done.stdout.fnmatch_lines(["error: the run holds no measure `recall@7`*"])
    done.stdout.fnmatch_lines(["*ValueError: assert_recall needs a limit*"])
    done.stdout.fnmatch_lines(["hint: add `--system ID` with one of: fixed-64/bm25*"])
    done.stdout.fnmatch_lines(["error: *ragcheck-baseline.jsonl: there is no baseline"])
    done.stdout.fnmatch_lines(["error: mine.jsonl: there is no baseline"])
    done.stdout.no_fnmatch_line("*ragcheck/pytest_plugin.py:*")  # messages, not our stack
    assert not (project.path / "reports").exists()


def test_without_a_stored_run_it_sweeps_once_for_all_workers_and_resumes(
    project: pytest.Pytester,
) -> None:
    tests = {"one": "ragcheck_run, min=0.9", "two": "ragcheck_run, min=0.95"}
    first = run(project, tests, "-n", "2")
    first.assert_outcomes(passed=1, failed=1)
    (folder,) = (path for path in (project.path / "reports").iterdir() if path.is_dir())
    first.stdout.fnmatch_lines([f"*report: *{folder.name}/report.html*"])
    values = next(iter((folder / "values").iterdir()))
    made = values.stat().st_mtime_ns
    project.makeini(f"[pytest]\nragcheck_run = reports/{folder.name}\n")
    named = run(project, tests)
    assert outcomes(named) == {"one": "passed", "two": "failed"}
    project.makeini("[pytest]\n")
    assert outcomes(run(project, tests)) == {"one": "passed", "two": "failed"}
    assert values.stat().st_mtime_ns == made


BAD = """
from ragcheck.retrieval.bm25 import BM25


class Index:
    def __init__(self, texts):
        self._index = BM25().index(texts)

    def search(self, queries, *, k):
        return self._index.search([self._worse(query) for query in queries], k=k)

    def _worse(self, query):
        locker = "".join(filter(str.isdigit, query))
        return "zzz" if locker and int(locker) < {lost} else query


class Worse:
    '''Finds nothing for the first lockers.'''

    def index(self, texts):
        return Index(texts)
"""


def test_a_worse_retriever_against_the_baseline(
    project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored(project)
    update_baseline(project)
    monkeypatch.syspath_prepend(str(project.path))
    tests = {}
    for lost in (12, 1, 0):
        (project.path / f"worse{lost}.py").write_text(BAD.format(lost=lost))
        stored(project, f"run{lost}", retrievers=f"worse{lost}:Worse")
        tests[f"lost_{lost}"] = f"open_run('run{lost}'), max_drop=0.02"
    done = run(project, tests, "--ragcheck-run=run")
    assert outcomes(done) == {"lost_12": "failed", "lost_1": "passed", "lost_0": "passed"}
    done.assert_outcomes(passed=2, failed=1, warnings=1)
    done.stdout.fnmatch_lines(["ragcheck gate: FAIL*recall@5*", "*lost 12*", "*q-00*"])
    done.stdout.fnmatch_lines(["*InconclusiveWarning*cannot tell*questions*"])
    strict = "error::ragcheck.pytest_plugin.InconclusiveWarning"
    again = run(project, tests, "--ragcheck-run=run", "-W", strict)
    assert outcomes(again) == {"lost_12": "failed", "lost_1": "failed", "lost_0": "passed"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda path: (path / "docs" / "00.txt").write_text("Changed."), "*labels repair*"),
        (lambda path: (path / "ragcheck.toml").unlink(), "error: no documents are named"),
        (
            lambda path: (path / "ragcheck.toml").write_text(
                CONFIG.format(size=64).replace('"bm25"', '"nowhere:Bad"')
            ),
            "*nowhere*",
        ),
    ],
)
def test_what_keeps_a_sweep_from_running_is_no_failed_recall(
    project: pytest.Pytester, change: object, message: str
) -> None:
    change(project.path)  # type: ignore[operator]
    done = run(project, {"any": "ragcheck_run, min=0.9"})
    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines([message])
    done.stdout.no_fnmatch_line("*recall@5*")
