"""Floors and questions that must be found; rounding never hides a failure."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pyarrow as pa
import pytest

from ragcheck.errors import ConfigError, RunError
from ragcheck.gate import Rule, choose_system, configured_rules, exact_enough, judge, parse_rule
from ragcheck.records import Measure, Summary
from ragcheck.run import RunWriter
from tests.test_run import DOCUMENTS, QUESTIONS, blank, result


@pytest.fixture
def folder(tmp_path: Path) -> RunWriter:
    with RunWriter(tmp_path, blank("x", "y")) as folder:
        folder.write_collection(DOCUMENTS, QUESTIONS)
        for kind in ("items", "hits"):
            folder.write_table(kind, "key-x", pa.table({"question": ["q1", "q2"]}))
        folder.write_table("chunks", "chunking", pa.table({"document": [0]}))
        values = pa.table({"question": ["q1", "q2"], "all@5": [1.0, None]})
        folder.write_table("values", "key-x", values)
        summary = Summary(0.8499999, 0.8, 0.9, 100)
        folder.add(dataclasses.replace(result("x"), measures={"recall@5": summary}))
        folder.save(measures={"recall@5": Measure("recall", None, "share", "higher", "")})
    return folder


def test_a_floor_just_missed_fails_and_shows_it(folder: RunWriter) -> None:
    found = judge(folder, folder.result("x"), [Rule("recall@5", "min", 0.85)])
    assert not found.passed
    assert found.verdicts[0].message == "recall@5 0.8499999 < 0.85"


def test_a_floor_met_exactly_passes(folder: RunWriter) -> None:
    assert judge(folder, folder.result("x"), [Rule("recall@5", "min", 0.8499999)]).passed
    assert not judge(folder, folder.result("x"), [Rule("recall@5", "max", 0.8)]).passed


def test_a_missed_must_pass_question_fails_without_any_rule(folder: RunWriter) -> None:
    assert judge(folder, folder.result("x"), []).passed
    folder.write_table(
        "values", "key-x", pa.table({"question": ["q1", "q2"], "all@5": [0.0, None]})
    )
    found = judge(folder, folder.result("x"), [])
    assert not found.passed
    assert found.must_pass_missed == ("q1",)


def test_an_unknown_measure_names_the_nearest(folder: RunWriter) -> None:
    with pytest.raises(ConfigError) as caught:
        judge(folder, folder.result("x"), [Rule("recal@5", "min", 0.5)])
    assert caught.value.hint == "did you mean `recall@5`?"


def test_a_mean_without_any_value_is_no_number(folder: RunWriter) -> None:
    empty = dataclasses.replace(
        folder.result("x"), measures={"recall@5": Summary(None, None, None, 0)}
    )
    with pytest.raises(RunError, match="no question has one"):
        judge(folder, empty, [Rule("recall@5", "min", 0.5)])


def test_one_of_several_systems_must_be_named(folder: RunWriter) -> None:
    with pytest.raises(ConfigError) as caught:
        choose_system(folder, None)
    assert "x, y" in (caught.value.hint or "")
    assert choose_system(folder, "x").system.id == "x"
    with pytest.raises(ConfigError, match="is called `w`"):
        choose_system(folder, "w")
    with pytest.raises(RunError, match="has not finished"):
        choose_system(folder, "y")


def test_rules_are_read_from_text_and_configuration() -> None:
    assert parse_rule("recall@5=0.85", "min") == Rule("recall@5", "min", 0.85)
    for text in ("recall@5", "recall@5=", "recall@5=high"):
        with pytest.raises(ConfigError):
            parse_rule(text, "min")
    rows = [{"measure": "recall@5", "min": 0.8, "max": 1}]
    assert configured_rules({"rules": rows}) == (
        Rule("recall@5", "min", 0.8),
        Rule("recall@5", "max", 1),
    )
    for row in ({"measure": "recall@5"}, {"measure": "r", "mn": 1, "min": 1}, {"min": 1}):
        with pytest.raises(ConfigError, match=r"gate\.rules\[0\]"):
            configured_rules({"rules": [row]})
    with pytest.raises(ConfigError, match="not a number"):
        configured_rules({"rules": [{"measure": "r", "min": "0.8"}]})


@pytest.mark.parametrize(
    ("actual", "limit", "text"),
    [
        (0.5, 0.85, "0.500"),
        (0.84999, 0.85, "0.84999"),
        (0.85, 0.85, "0.850"),
        (1 / 3, 0.5, "0.333"),
    ],
)
def test_digits_until_the_difference_shows(actual: float, limit: float, text: str) -> None:
    assert exact_enough(actual, limit) == text
