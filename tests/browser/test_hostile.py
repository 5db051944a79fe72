"""Markup, emoji and right-to-left text show as text, with the right parts highlighted."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest

from ragcheck.run import RunFolder
from tests.browser.chromium import Visit

pytestmark = pytest.mark.browser
SCREENS = (
    "verdict",
    "trade-off",
    "systems",
    "causes",
    "questions",
    "case",
    "compare",
    "documents",
    "about",
)


def test_no_text_becomes_markup(hostile: Visit) -> None:
    for screen in SCREENS:
        hostile.open(f"#view={screen}")
        assert hostile.page.locator("main img, main u, main script").count() == 0
        assert hostile.page.title().endswith(" · desk <sample> · ragcheck")


def test_names_and_tags_show_as_they_are(hostile: Visit) -> None:
    hostile.open("#view=questions")
    text = hostile.text("#questions table")
    assert "<u>tag</u>" in text
    assert "h-0 <b>&\"'" in text
    assert "Where is <img src=x onerror=?" in text


@pytest.mark.parametrize("number", [0, 1, 2])
@pytest.mark.parametrize("run", ["r00", "r01"])
def test_the_highlight_is_the_labelled_text(
    hostile: Visit, hostile_run: RunFolder, number: int, run: str
) -> None:
    question = hostile_run.questions()[number]
    span = question.items[0].members[0].span
    wanted = hostile_run.documents()[0].text[span.start : span.end]
    hostile.open(f"#view=case&run={run}&q={quote(question.id, safe='')}")
    pieces = "[...document.querySelectorAll('#case .document mark')].map(m => m.textContent)"
    assert "".join(hostile.page.evaluate(pieces)) == wanted
    whole = hostile.page.evaluate(
        """() => { const copy = document.querySelector('#case .document').cloneNode(true);
        copy.querySelectorAll('.edge, .rank, .gap').forEach(node => node.remove());
        return copy.textContent; }"""
    )
    assert whole in hostile_run.documents()[0].text


def test_opening_the_rest_of_a_long_line_keeps_its_characters(
    hostile: Visit, hostile_run: RunFolder
) -> None:
    hostile.open(f"#view=case&run=r01&q={quote(hostile_run.questions()[0].id, safe='')}")
    while hostile.page.locator("#case .gap").count():
        hostile.page.locator("#case .gap").first.click()
    text = hostile.page.evaluate(
        """() => { const copy = document.querySelector('#case .document').cloneNode(true);
        copy.querySelectorAll('.edge, .rank').forEach(node => node.remove());
        return copy.textContent; }"""
    )
    assert json.dumps(text) == json.dumps(hostile_run.documents()[0].text)
