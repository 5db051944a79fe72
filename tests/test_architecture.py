"""The import direction is a test, and light commands stay light."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

PACKAGE = ROOT / "ragcheck"


def test_imports_follow_the_layers() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports")], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout


def test_there_is_no_drawer_for_everything() -> None:
    names = {path.stem for path in PACKAGE.rglob("*.py")}
    assert not names & {"utils", "util", "helpers", "misc", "common"}


def test_modules_stay_readable() -> None:
    long = {
        str(path.relative_to(ROOT)): count
        for path in PACKAGE.rglob("*.py")
        if (count := len(path.read_text("utf-8").splitlines())) > 300
    }
    assert not long


@pytest.mark.parametrize("heavy", ["torch", "sentence_transformers", "numpy", "pyarrow", "altair"])
def test_help_imports_nothing_heavy(heavy: str) -> None:
    code = (
        "import sys; from ragcheck.__main__ import run; run(['--help']);"
        f"sys.exit({heavy!r} in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True).returncode == 0
