"""A third party's wheel: its chunker and retriever in sweep, report and components."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ragcheck.run import open_folder
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel of tests/plugin installed into it."""
    wheels, target = tmp_path_factory.mktemp("wheels"), tmp_path_factory.mktemp("site")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-q"]
    build = ["wheel", "--no-deps", "--no-build-isolation", "-w", str(wheels)]
    subprocess.run([*pip, *build, str(ROOT / "tests" / "plugin")], check=True)
    (wheel,) = wheels.glob("*.whl")
    subprocess.run([*pip, "install", "--no-deps", "--target", str(target), str(wheel)], check=True)
    return target


def ragcheck(installed: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "ragcheck", *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
    )


def test_components_names_the_owner_and_what_is_broken(installed: Path) -> None:
    done = ragcheck(installed, "components")
    assert done.returncode == 0, done.stderr
    rows = {tuple(line.split()[:3]): line for line in done.stdout.splitlines() if line[0] != " "}
    assert "Packs whole lines." in rows["chunker", "lines", "ragcheck-example"]
    assert ("retriever", "longest", "ragcheck-example") in rows
    assert "broken: " in rows["retriever", "broken", "ragcheck-example"]


def test_a_sweep_and_its_report_hold_them(installed: Path, tmp_path: Path) -> None:
    arguments = ["--chunkers", "lines,lines=9", "--retrievers", "longest,bm25", "-q"]
    done = ragcheck(installed, "sweep", *arguments, "--out", str(tmp_path))
    assert done.returncode == 0, done.stderr
    systems = [result.system for result in open_folder(tmp_path).run.systems]
    assert [system.id for system in systems] == ["lines,lines=9/longest", "lines,lines=9/bm25"]
    assert systems[0].chunker == {"name": "lines", "lines": 9}
    assert "lines,lines=9/longest" in (tmp_path / "report.html").read_text("utf-8")


def test_a_broken_one_disturbs_only_a_run_that_uses_it(installed: Path, tmp_path: Path) -> None:
    done = ragcheck(
        installed, "sweep", "--retrievers", "broken", "--chunkers", "fixed", "--out", str(tmp_path)
    )
    assert done.returncode == 3
    assert "`broken`" in done.stderr
    assert "Traceback" not in done.stderr
