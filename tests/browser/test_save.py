"""Files that the page makes: tables and the filtered cases; and the panel of keys."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from ragcheck.run import RunFolder
from tests.browser.chromium import Visit

pytestmark = pytest.mark.browser


def saved(page: Visit, button: str) -> str:
    with page.page.expect_download() as found:
        page.page.locator(button).first.click()
    return Path(found.value.path()).read_bytes().decode("utf-8")


def test_the_list_of_questions_as_a_table(small: Visit, small_run: RunFolder) -> None:
    small.open("#view=questions&run=r00&only=partial")
    rows = list(
        csv.DictReader(saved(small, "#questions button:text-is('Download CSV')").splitlines())
    )
    assert len(rows) == small.page.locator("#questions tbody tr").count()
    values = small_run.values(small_run.run.systems[0].system.id).to_pydict()
    recall = dict(zip(values["question"], values["recall@5"], strict=True))
    for row in rows:
        assert row["outcome"] == "partial"
        assert float(row["recall@5"]) == pytest.approx(recall[row["question_id"]], abs=5e-4)


def test_the_systems_as_a_table(small: Visit, small_run: RunFolder) -> None:
    small.open("#view=systems")
    rows = list(csv.reader(saved(small, "section[id='view=systems'] .save").splitlines()))
    assert rows[0][0] == "system"
    assert {row[0] for row in rows[1:]} == {r.system.id for r in small_run.run.systems}
    recall = {r.system.id: r.measures["recall@5"].mean for r in small_run.run.systems}
    column = rows[0].index("recall @5")
    for row in rows[1:]:
        assert float(row[column]) == pytest.approx(recall[row[0]], rel=1e-4)


@pytest.mark.parametrize("name", ["small", "hostile"])
def test_exported_cases_are_labels_with_their_offsets(
    name: str, request: pytest.FixtureRequest
) -> None:
    page: Visit = request.getfixturevalue(name)
    run: RunFolder = request.getfixturevalue(f"{name}_run")
    texts = {document.id: document.text for document in run.documents()}
    page.open("#view=questions")
    rows = [json.loads(line) for line in saved(page, "button:has-text('as labels')").splitlines()]
    assert {row["id"] for row in rows} == {question.id for question in run.questions()}
    for row in rows:
        for item in row["passages"]:
            for place in item.get("any_of", [item]):
                assert texts[place["doc"]][place["start"] : place["end"]] == place["text"]


def test_commands_name_the_folder_of_the_page(small: Visit, small_run: RunFolder) -> None:
    small.open("#view=compare&run=r00&vs=r07")
    small.page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(); }")
    small.page.click("text=Copy command")
    ids = list(small_run.run.plan.cells)
    command = f"ragcheck compare {small_run.path} --system {ids[7]} --system {ids[0]}"
    assert small.page.input_value("input.copy") == command


def test_a_question_mark_lists_the_keys(small: Visit) -> None:
    small.open("#view=questions")
    small.page.keyboard.press("?")
    assert "previous and next question" in small.text("#keys")
    small.page.keyboard.press("2")
    assert small.address == "#view=questions"
    small.page.keyboard.press("Escape")
    assert small.page.locator("#keys").is_hidden()
    small.page.keyboard.press("2")
    small.settled()
    assert small.address.startswith("#view=trade-off")


def test_a_text_that_is_a_formula_stays_a_text(small: Visit) -> None:
    """Ids and questions come from whoever wrote the labels; a spreadsheet opens the file."""
    small.open("#view=systems")
    for text, wanted in (
        ("=cmd()", "'=cmd()"),
        ("+1+1", "'+1+1"),
        ("@x", "'@x"),
        ("-a,b", '"\'-a,b"'),
        ("-0.5", "-0.5"),
        ("plain", "plain"),
    ):
        small.page.evaluate(
            "text => { document.querySelector('#systems tbody th a').textContent = text; }", text
        )
        lines = saved(small, "section[id='view=systems'] .save").split("\r\n")
        assert lines[1].startswith(f"{wanted},")
