"""What services run: action, GitLab job and pre-commit hook, their commands run through bash.

The services themselves are not here. pip is the real one without an index, and installs nothing:
whether it would is decided by what is installed already.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from ragcheck.documents.folder import SUFFIXES
from tests.cli.test_gate_process import ragcheck
from tests.conftest import ROOT
from tests.make_gate import recalls, write_run

PACKAGE = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[project]
name = "tiny"
version = "1"
dependencies = ["click"]
optional-dependencies = {offline = ["numpy"]}
[tool.hatch.build.targets.wheel]
bypass-selection = true
"""
COMMIT = ["git init -q", "git add .", "git -c user.name=x -c user.email=x commit -qm x"]
PIP = {"PIP_NO_INDEX": "1", "PIP_DRY_RUN": "1", "PIP_NO_BUILD_ISOLATION": "0"}


def bash(
    place: Path, commands: Sequence[str], **environment: str
) -> subprocess.CompletedProcess[str]:
    """Commands as a runner gives them to its shell, with the interpreter of these tests."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", "\n".join(commands)],
        cwd=place,
        env={**os.environ, **PIP, "PATH": path, **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.fixture
def pinned(tmp_path: Path) -> Path:
    """A run of a good and a bad system, the good one pinned."""
    write_run(tmp_path / "run", {"good": recalls(45, 5), "bad": recalls(20, 30)}, documents=50)
    assert ragcheck(tmp_path, "baseline", "update", "run", "--system", "good").returncode == 0
    return tmp_path


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A small project with the installer of this one and the same pins."""
    folder = tmp_path / "checkout"
    (folder / "ci").mkdir(parents=True)
    shutil.copy(ROOT / "ci" / "install.sh", folder / "ci")
    shutil.copy(ROOT / "constraints.txt", folder)
    (folder / "pyproject.toml").write_text(PACKAGE)
    return folder


@pytest.fixture(scope="module")
def action() -> dict[str, Any]:
    """The composite action; text in `${{ }}` would be run as a script."""
    found: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text())
    assert not any("${{" in step["run"] for step in found["runs"]["steps"])
    return found


@pytest.fixture(scope="module")
def gitlab() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "ci" / "ragcheck.gitlab-ci.yml").read_text())
    return found[".ragcheck-gate"]  # type: ignore[no-any-return]


def test_the_action_installs_what_it_was_tested_with(
    action: dict[str, Any], checkout: Path
) -> None:
    (install,) = (step["run"] for step in action["runs"]["steps"] if "PACKAGE" in step["env"])
    given = {"CHECKOUT": str(checkout), "PACKAGE": "", "EXTRAS": ""}
    done = bash(checkout, [install], **given)
    assert done.returncode == 0, done.stderr
    (checkout / "constraints.txt").write_text("click==0.0.1\ntorch==0.0.1\n")
    done = bash(checkout, [install], **given)
    assert done.returncode != 0
    assert "conflicting dependencies" in done.stderr
    done = bash(checkout, [install], **given | {"EXTRAS": "offline"})
    assert done.returncode != 0
    assert "torch==0.0.1" in done.stderr


def test_the_action_runs_the_gate_with_its_arguments(action: dict[str, Any], pinned: Path) -> None:
    (gate,) = (step["run"] for step in action["runs"]["steps"] if step.get("id") == "gate")
    for key in action["outputs"]:
        assert action["outputs"][key]["value"] == f"${{{{ steps.gate.outputs.{key} }}}}"
    for arguments, code in (("run --system bad", 1), ("run --system good $(touch pwned)", 2)):
        done = bash(
            pinned, [gate], GATE_ARGS=arguments, JUNIT="j.xml", GITHUB_ACTIONS="true",
            GITHUB_OUTPUT=str(pinned / "outputs"),
        )  # fmt: skip
        assert done.returncode == code, done.stderr
    assert not (pinned / "pwned").exists()
    written = dict(line.split("=", 1) for line in (pinned / "outputs").read_text().splitlines())
    assert set(written) == set(action["outputs"])


def test_the_gitlab_job_clones_installs_and_gates(
    gitlab: dict[str, Any], checkout: Path, pinned: Path
) -> None:
    assert "slim" not in gitlab["image"], "the job needs git"
    assert bash(checkout, [*COMMIT, "git tag v1"]).returncode == 0
    given = {**dict.fromkeys(gitlab["variables"], ""), "CI_PROJECT_DIR": str(pinned)}
    given |= {"GATE_REPOSITORY": f"file://{checkout}", "GATE_REF": "v1", "RAGCHECK_CACHE_DIR": "c"}
    before, script = gitlab["before_script"], gitlab["script"]
    for ref in ("v1", ""):  # twice: a runner keeps its folder
        done = bash(pinned, before, **given | {"GATE_REF": ref})
        assert done.returncode == 0, done.stderr
    assert bash(pinned, before, **given | {"GATE_REF": "v2"}).returncode != 0
    unnamed = bash(pinned, before, **given | {"GATE_REPOSITORY": ""})
    assert "set it to the Git address of ragcheck" in unnamed.stderr
    done = bash(pinned, script, **given | {"GATE_ARGS": "run --system bad"})
    assert done.returncode == 1, done.stderr
    assert (pinned / gitlab["artifacts"]["reports"]["junit"]).is_file()
    assert (pinned / gitlab["artifacts"]["paths"][0]).is_file()


def test_the_workflow_of_init_installs_and_gates(checkout: Path, tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "fees.md").write_text("# Fees\n\nLate fees are capped at $8 a month.\n")
    assert ragcheck(tmp_path, "init").returncode == 0
    text = (tmp_path / ".github" / "workflows" / "ragcheck.yml").read_text()
    steps = [step for step in yaml.safe_load(text)["jobs"]["gate"]["steps"] if "run" in step]
    assert not any("${{" in step["run"] for step in steps)
    assert bash(checkout, COMMIT).returncode == 0
    done = bash(
        tmp_path, [step["run"] for step in steps],
        RAGCHECK=f"file://{checkout}", RUNNER_TEMP=str(tmp_path / "runner"),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "ragcheck gate: PASS" in done.stdout


def test_the_hook_names_a_command_and_every_kind_of_file(tmp_path: Path) -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    for name in (*(f"docs/handbook{suffix}" for suffix in SUFFIXES), "q.jsonl", "ragcheck.toml"):
        assert re.search(hook["files"], name), name
    assert not re.search(hook["files"], "src/main.py")
    arguments = hook["entry"].split()[1:]
    shown = ragcheck(tmp_path, *arguments, "--help")
    assert shown.returncode == 0
    assert f"Usage: ragcheck {' '.join(arguments)}" in shown.stdout
