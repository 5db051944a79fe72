"""Fixtures shared by all tests, and the rule that nothing is skipped unnoticed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ABSENT = "shared data absent"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real labelled sets beside the checkout; they are not part of the project."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(ABSENT)
    return folder


@pytest.fixture(scope="session")
def fixtures() -> Path:
    """The collections written for this project."""
    return ROOT / "fixtures"


@pytest.fixture(scope="session")
def fixtures_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run of `ragcheck sweep --chunk-sizes 256,512` on the fixtures, through the process."""
    out = tmp_path_factory.mktemp("fixtures") / "run"
    command = [sys.executable, "-m", "ragcheck", "sweep", "--chunk-sizes", "256,512"]
    done = subprocess.run([*command, "--out", str(out)], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return out


@pytest.fixture(autouse=True, scope="session")
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> object:
    """Tests neither read nor fill the user's cache of embeddings; processes of a run share one."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "cache"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAGCHECK_CACHE_DIR", str(folder))
        patch.setenv("HF_HUB_OFFLINE", "1")
        yield


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Fail a session in which anything was skipped for another reason than absent shared data."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    other = [report for report in skipped if ABSENT not in str(report.longrepr)]
    if other and exitstatus == 0:
        for report in other:
            reporter.write_line(f"skipped without a valid reason: {report.nodeid}", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
