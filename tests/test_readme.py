"""Every command block of README runs, in order, and prints what README says it prints.

`...` in an expected output stands for anything, also for several lines.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ragcheck.cli import COMMANDS
from ragcheck.labels import read_labels
from ragcheck.measures import FAMILIES
from ragcheck.records import Cut, Document
from ragcheck.registry import BUILT_IN
from ragcheck.sweep import explained
from tests.conftest import ROOT

README = (ROOT / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout with what the commands need; `make` uses the installation under test."""
    place = tmp_path_factory.mktemp("checkout")
    for name in ("Makefile", "ragcheck.toml"):
        shutil.copy(ROOT / name, place)
    shutil.copytree(ROOT / "fixtures", place / "fixtures")
    (place / "pyproject.toml").touch()
    (place / "constraints.txt").touch()
    (place / ".venv").mkdir()
    (place / ".venv" / "bin").symlink_to(Path(sys.executable).parent)
    (place / ".venv" / "offline").touch()
    return place


def commands() -> list[tuple[str, str]]:
    """Each `$ command` of the console blocks with the output that follows it."""
    found = []
    for kind, text in BLOCKS:
        if kind == "console":
            for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
                command, _, output = part.partition("\n")
                while command.endswith("\\"):
                    more, _, output = output.partition("\n")
                    command += "\n" + more.removeprefix("> ")
                found.append((command, output))
    return found


def matches(expected: str, actual: str) -> bool:
    pattern = ".*".join(re.escape(part) for part in expected.strip().split("..."))
    return re.fullmatch(pattern, actual.strip(), re.DOTALL) is not None


@pytest.mark.model
def test_every_command_prints_what_readme_says(place: Path) -> None:
    """One shell runs them all, so that `cd` holds; Python blocks run where they stand."""
    script, expected = ["exec 2>&1"], []
    files = iter([text for kind, text in BLOCKS if kind == "python"])
    (place / "block0.py").write_text(next(files))
    lines = next(files)
    for command, output in commands():
        if "lines:Lines" in command:
            script.append("cp ../block1.py lines.py && python ../block0.py > ../block0.out")
        script += [r"printf '\036'", command]
        expected.append((command, output))
    (place / "block1.py").write_text(lines)
    # As at a reader's desk: neither below another `make` nor in continuous integration.
    inside = ("MAKE", "MFLAGS", "CI", "GITHUB_", "GITLAB_")
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(inside)}
    environment = {
        **inherited,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "NO_COLOR": "1",
    }
    done = subprocess.run(
        ["bash", "-e"],
        input="\n".join(script),
        cwd=place,
        env=environment,
        capture_output=True,
        text=True,
    )
    actual = done.stdout.split("\x1e")[1:]
    for (command, wanted), printed in zip(expected, actual, strict=False):
        assert matches(wanted, printed), f"$ {command}\n{printed}"
    assert len(actual) == len(expected), done.stdout[-2000:]
    assert done.returncode == 0, done.stdout[-2000:]
    assert "section-256/bm25" in (place / "block0.out").read_text()


def test_the_label_examples_are_labels(tmp_path: Path) -> None:
    (text,) = (text for kind, text in BLOCKS if kind == "json")
    path = tmp_path / "questions.jsonl"
    path.write_text(text)
    documents = (
        Document("faq.md", "Please ask your shift lead."),
        Document("handbook.md", "Then late fees are capped at $8; the shift lead approves more."),
    )
    questions, notices = read_labels([path], documents)
    assert [question.id for question in questions] == ["q-0117", "q-0118", "q-0119"]
    assert not notices
    assert len(text.splitlines()) == len([json.loads(line) for line in text.splitlines()])


def test_every_component_and_measure_has_its_row() -> None:
    for kind in ("chunker", "retriever"):
        for name in BUILT_IN[kind]:
            assert f"| `{name}` |" in README
    for measure in (*FAMILIES, *explained.measures(Cut(5))):
        assert f"| `{measure.name}" in README, measure.name


def test_readme_names_no_command_that_does_not_exist() -> None:
    named = set(re.findall(r"`?ragcheck ([a-z]+)", README)) - {"measures"}
    assert named <= set(COMMANDS), named - set(COMMANDS)
