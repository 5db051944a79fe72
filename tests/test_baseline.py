"""The committed file: sorted, stable, read back equal, and every wrong one told."""

from __future__ import annotations

import json
import random
from pathlib import Path

import numpy as np
import pytest

from ragcheck.baseline import encode, means, read_baseline, write_baseline
from ragcheck.errors import BaselineError
from ragcheck.scores import scores_of
from tests.make_gate import questions, recalls, write_run


def test_it_reads_back_what_a_gate_needs(tmp_path: Path) -> None:
    asked = list(questions(12, 3))
    random.Random(1).shuffle(asked)
    values = [*recalls(5, 4), 1 / 3, 0.5, float("nan")]
    folder = write_run(tmp_path / "run", {"a": values}, asked=asked)
    scores = scores_of(folder, "a")
    write_baseline(tmp_path / "b.jsonl", scores)
    again = read_baseline(tmp_path / "b.jsonl").scores
    assert [one.id for one in again.asked] == sorted(question.id for question in asked)
    rows = {one.id: row for row, one in enumerate(scores.asked)}
    order = [rows[one.id] for one in again.asked]
    np.testing.assert_array_equal(again.values["recall@5"], scores.values["recall@5"][order])
    assert [one.mark for one in again.asked] == [scores.asked[row].mark for row in order]
    assert [one.ranks for one in again.asked] == [scores.asked[row].ranks for row in order]
    assert (again.system, again.at, again.twins) == (scores.system, scores.at, scores.twins)
    assert again.collection == scores.collection
    assert means(again)["recall@5"] == pytest.approx(np.nanmean(values))


def test_equal_scores_are_equal_bytes_whatever_the_order_of_questions(tmp_path: Path) -> None:
    asked = list(questions(8, 2))
    straight = write_run(tmp_path / "1", {"a": recalls(8, 0)}, asked=asked)
    backwards = write_run(tmp_path / "2", {"a": recalls(8, 0)}, asked=asked[::-1])
    assert encode(scores_of(straight, "a")) == encode(scores_of(backwards, "a"))


def test_one_changed_question_is_one_changed_line(tmp_path: Path) -> None:
    values = recalls(8, 0)
    before = encode(scores_of(write_run(tmp_path / "1", {"a": values}), "a")).splitlines()
    values[3] = 0.0
    after = encode(scores_of(write_run(tmp_path / "2", {"a": values}), "a")).splitlines()
    assert sum(one != other for one, other in zip(before, after, strict=True)) == 1
    assert json.loads(after[4])["values"]["recall@5"] == 0


def test_measures_of_rules_are_kept_beside_the_usual_ones(tmp_path: Path) -> None:
    more = {"a": {"touched@5": [1.0] * 4, "redundant@5": [0.0] * 4}}
    scores = scores_of(write_run(tmp_path, {"a": recalls(4, 0)}, more=more), "a")
    header = json.loads(encode(scores, ["touched@5", "unknown@5"]).splitlines()[0])
    assert "touched@5" in header["measures"]
    assert not {"redundant@5", "unknown@5"} & set(header["measures"])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "schema is None"),
        ("[]\n", "schema is None"),
        ('{"schema": "ragcheck.baseline/9"}\n', "schema is 'ragcheck.baseline/9'"),
        ('{"schema": "ragcheck.baseline/1"}\n', "incomplete"),
        ("{\n", ":1: not JSON"),
        ("<<<<<<< HEAD\n", ":1: not JSON"),
        ("[" * 100_000 + "\n", ":1: not JSON"),
    ],
)
def test_a_wrong_file_says_what_is_wrong(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "b.jsonl"
    path.write_text(text)
    with pytest.raises(BaselineError, match="baseline update") as caught:
        try:
            read_baseline(path)
        except BaselineError as error:
            assert message in error.message
            assert error.exit_code == 5
            raise BaselineError(error.hint or "") from error
    assert caught.value.__cause__ is not None


@pytest.mark.parametrize(
    ("given", "made", "message"),
    [
        ('"q00001"', '"q00000"', "question 'q00000' stands in it twice"),
        ('"recall@5": 1,', '"recall@5": Infinity,', "inf is not a finite number"),
        ('"ranks": [1]', '"ranks": ["1"]', "incomplete"),
    ],
)
def test_a_merged_or_edited_file_is_refused(
    tmp_path: Path, given: str, made: str, message: str
) -> None:
    path = tmp_path / "b.jsonl"
    write_baseline(path, scores_of(write_run(tmp_path / "r", {"a": recalls(4, 0)}), "a"))
    assert given in path.read_text()
    path.write_text(path.read_text().replace(given, made))
    with pytest.raises(BaselineError, match=message):
        read_baseline(path)


def test_a_line_cut_short_is_told(tmp_path: Path) -> None:
    path = tmp_path / "b.jsonl"
    write_baseline(path, scores_of(write_run(tmp_path / "r", {"a": recalls(4, 0)}), "a"))
    path.write_text(path.read_text()[:-30])
    with pytest.raises(BaselineError, match=":5: not JSON"):
        read_baseline(path)
    with pytest.raises(BaselineError, match="there is no baseline"):
        read_baseline(tmp_path / "none.jsonl")
    with pytest.raises(BaselineError, match="cannot be read"):
        read_baseline(tmp_path)
