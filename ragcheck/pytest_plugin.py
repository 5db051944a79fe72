"""Recall as a test: the fixture `ragcheck_run` and `assert_recall`.

    from ragcheck.pytest_plugin import assert_recall

    def test_retrieval(ragcheck_run):
        assert_recall(ragcheck_run, k=5, min=0.85, max_drop=0.02)

The fixture is a stored run (`--ragcheck-run FOLDER`, or `ragcheck_run` in pytest's own
configuration), else a sweep of the nearest `ragcheck.toml`. pytest loads this module at every start
through its entry point, so it imports nothing of ragcheck before one of the two is used.
"""

from __future__ import annotations

import os
import subprocess
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from ragcheck.gate import Asking, GateResult
    from ragcheck.run import RunFolder


class InconclusiveWarning(UserWarning):
    """The questions cannot tell whether recall dropped; pytest lists it and the test passes.

    `filterwarnings = error::ragcheck.pytest_plugin.InconclusiveWarning` fails it instead.
    """


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add where a stored run lies."""
    help = "Run folder for the fixture ragcheck_run; without it, a sweep of ragcheck.toml."
    parser.getgroup("ragcheck").addoption("--ragcheck-run", metavar="FOLDER", help=help)
    parser.addini("ragcheck_run", help, default="")


@pytest.fixture(scope="session")
def ragcheck_run(pytestconfig: pytest.Config) -> RunFolder:
    """The run to test: as told by option or ini, else swept, or resumed, from ragcheck.toml.

    A sweep that cannot run (labels that broke, a component that fails) is an error of the fixture
    with the message that the command line gives, never a failed assertion on recall.
    """
    from ragcheck.errors import RagcheckError
    from ragcheck.run import open_folder

    given = pytestconfig.getoption("--ragcheck-run")
    stored = pytestconfig.getini("ragcheck_run")
    try:
        if given:
            return open_folder(pytestconfig.invocation_params.dir / given)
        if stored:
            return open_folder(pytestconfig.rootpath / stored)
        return open_folder(_swept(pytestconfig.invocation_params.dir))
    except RagcheckError as error:
        pytest.fail(error.render(), pytrace=False)


def assert_recall(
    run: RunFolder,
    *,
    k: int | str = 5,
    min: float | None = None,
    max_drop: float | None = None,
    baseline: str | os.PathLike[str] | None = None,
    system: str | None = None,
) -> None:
    """Fail unless the gate passes `recall@k` of one system of `run` (METRICS, section 7).

    `k` is a number of chunks, or tokens such as "2000t"; `min` a floor of the mean; `max_drop` the
    loss allowed against the baseline (0.02 = two points), which fails only where it is not chance;
    an undecided one warns with InconclusiveWarning. `baseline` is the file that
    `ragcheck baseline update` wrote, by default the usual one beside ragcheck.toml. As in the gate,
    a missed `must_pass` question fails too. `system` is needed where the run has several and
    `[gate] system` of ragcheck.toml names none.

    Raises ValueError where neither limit is given.
    """
    __tracebackhide__ = True
    if min is None and max_drop is None:
        raise ValueError("assert_recall needs a limit: min=0.85 or max_drop=0.02")
    from ragcheck.errors import RagcheckError

    try:
        asking = _asking(f"recall@{k}", min, max_drop, baseline)
        result = _judged(run, asking, system)
    except RagcheckError as error:
        pytest.fail(error.render(), pytrace=False)
    if not result.passed:
        pytest.fail(_told(result, run), pytrace=False)
    for check in result.checks:
        if check.undecided:
            text = f"{check.message}; cannot tell: {check.note}"
            warnings.warn(InconclusiveWarning(text), stacklevel=2)


def _asking(
    measure: str,
    floor: float | None,
    max_drop: float | None,
    baseline: str | os.PathLike[str] | None,
) -> Asking:
    from ragcheck.baseline import FILE, read_baseline
    from ragcheck.config import configure
    from ragcheck.gate import Asking, Rule, read_table

    rules = [] if floor is None else [Rule(measure, "min", floor)]
    if max_drop is None:
        return Asking(tuple(rules))
    configured = configure({})
    usual = configured.root / (read_table(configured.gate).baseline or FILE)
    path = usual if baseline is None else Path(baseline)
    rules.append(Rule(measure, "max_drop", max_drop))
    return Asking(tuple(rules), read_baseline(path), str(path))


def _judged(run: RunFolder, asking: Asking, system: str | None) -> GateResult:
    from ragcheck.config import configure
    from ragcheck.gate import choose_system, judge, read_table

    named = system or (
        read_table(configure({}).gate).system if len(run.run.plan.cells) > 1 else None
    )
    return judge(run, choose_system(run, named), asking)


def _told(result: GateResult, run: RunFolder) -> str:
    from ragcheck.artefacts.text import gate_lines

    page = run.path / "report.html"
    return "\n".join(gate_lines(result, str(page) if page.exists() else ""))


def _swept(root: Path) -> Path:
    """Run the sweep of the nearest configuration; returns its folder, finished cells kept.

    A process of its own, so that no model, thread or warning filter meets the tests; processes of
    one test run (pytest-xdist) wait for the first. Raises RagcheckError as the preparation does.
    """
    import filelock

    from ragcheck.config import configure
    from ragcheck.prepare import prepare

    out = prepare(configure({}, start=root)).out.absolute()
    out.parent.mkdir(parents=True, exist_ok=True)
    path = os.pathsep.join(filter(None, sys.path))  # what pytest's `pythonpath` added, too
    with filelock.FileLock(out.with_name(f".{out.name}.pytest.lock")):
        done = subprocess.run(  # noqa: S603  (this interpreter, arguments of our own)
            [sys.executable, "-m", "ragcheck", "sweep", "--quiet", "--out", str(out)],
            cwd=root,
            env={**os.environ, "PYTHONPATH": path},
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        pytest.fail(f"ragcheck sweep: exit {done.returncode}\n{done.stderr}", pytrace=False)
    return out
