"""`ragcheck compare` through the real process."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.test_gate_process import ragcheck
from tests.make_gate import recalls, write_run


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A run of two systems, and a run of one."""
    write_run(tmp_path / "one", {"x": recalls(30, 10), "y": recalls(20, 20)})
    write_run(tmp_path / "two", {"x": recalls(10, 30)})
    return tmp_path


def test_two_systems_of_a_run(place: Path) -> None:
    done = ragcheck(place, "compare", "one", "--system", "x", "--system", "y", "--md", "c.md")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("x -> y  40 questions\nmeasure")
    assert "lost 10  gained 0  same 30, 10 of them missed" in done.stdout
    assert (place / "c.md").read_text().startswith("## `x` → `y`")


def test_two_runs_and_what_they_call_the_same(place: Path) -> None:
    done = ragcheck(place, "compare", "one", "two", "--system", "x", "--json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["schema"] == "ragcheck.compare/1"
    assert len(document["lost"]) == 20
    assert document["shared"]["same_documents"] is True
    both = ragcheck(place, "compare", "one", "two", "--system", "y", "--system", "x")
    assert both.stdout.startswith("one: y -> two: x  40 questions")


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["one"], 2, "two systems are compared, and none are named"),
        (["one", "--system", "x"], 2, "two systems are compared, and 1 is named"),
        (["one", *("--system", "x") * 3], 2, "two systems are compared, and 3 are named"),
        (["one", "two"], 2, "`one` has 2 systems and one must be named"),
        (["one", "two"], 2, "`--system` twice: one for each run"),
        (["one", "two", "--system", "x", "--system", "y"], 2, "`two` has no system `y`"),
        (["one", "nowhere", "--system", "x"], 2, "nowhere"),
        (
            ["one", "two", "--system", "x", "--measure", "recall@7"],
            2,
            "one -> two: the baseline `x` holds no measure `recall@7`",
        ),
    ],
)
def test_what_cannot_be_compared(
    place: Path, arguments: list[str], code: int, message: str
) -> None:
    done = ragcheck(place, "compare", *arguments)
    assert done.returncode == code, done.stderr
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_other_labels_are_refused_with_the_reason(place: Path) -> None:
    write_run(place / "off", {"x": recalls(30, 10)}, twins=False)
    done = ragcheck(place, "compare", "one", "off", "--system", "x")
    assert done.returncode == 2
    assert "twins = on" in done.stderr
    assert "hint: sweep both with the same `--twins`" in done.stderr
