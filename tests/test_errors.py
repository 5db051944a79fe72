import pytest

from ragcheck.errors import (
    ComponentError,
    ConfigError,
    InputError,
    LabelsError,
    Problem,
    RagcheckError,
    RunError,
)


@pytest.mark.parametrize(
    ("kind", "code"), [(ConfigError, 2), (InputError, 2), (ComponentError, 3), (RunError, 3)]
)
def test_exit_codes(kind, code):
    error = kind("it broke", hint="mend it")
    assert isinstance(error, RagcheckError)
    assert error.exit_code == code
    assert error.render() == "error: it broke\nhint: mend it"


def test_without_a_hint_there_is_no_hint_line():
    assert InputError("it broke").render() == "error: it broke"


@pytest.mark.parametrize(
    ("problem", "text"),
    [
        (Problem("q.jsonl", 17, "passages[0].end", "is 3"), "q.jsonl:17 passages[0].end: is 3"),
        (Problem("q.jsonl", 17, "", "is 3"), "q.jsonl:17: is 3"),
        (Problem("q.jsonl", 0, "", "is 3"), "q.jsonl: is 3"),
        (Problem("q.jsonl", 0, "id", "is 3"), "q.jsonl id: is 3"),
    ],
)
def test_a_problem_names_its_place(problem, text):
    assert str(problem) == text


def test_labels_errors_show_every_problem_and_each_run_of_equal_hints_once():
    problems = [
        Problem("q.jsonl", 1, "id", "is missing", "give it one"),
        Problem("q.jsonl", 2, "id", "is missing", "give it one"),
        Problem("q.jsonl", 3, "", "is not JSON"),
        Problem("q.jsonl", 4, "id", "is missing", "give it one"),
    ]
    error = LabelsError(problems)
    assert error.exit_code == 4
    assert error.problems == tuple(problems)
    assert error.render().splitlines() == [
        "error: q.jsonl:1 id: is missing",
        "error: q.jsonl:2 id: is missing",
        "hint: give it one",
        "error: q.jsonl:3: is not JSON",
        "error: q.jsonl:4 id: is missing",
        "hint: give it one",
    ]
