"""The map of each document and what its row says."""

from __future__ import annotations

import pytest

from ragcheck.run import RunFolder
from tests.browser.chromium import Visit

pytestmark = pytest.mark.browser


def test_the_table_says_the_same_with_and_without_script(small: Visit, plain: Visit) -> None:
    plain.page.goto(plain.file.as_uri())
    small.open("#view=documents")
    wanted = [
        text.split("\t")
        for text in plain.page.locator("table.documents tbody tr").all_inner_texts()
    ]
    shown = [
        [part for part in row.split("\t") if part.strip()]
        for row in small.page.locator("#documents tbody tr").all_inner_texts()
    ]
    assert shown == wanted
    assert len(shown) == 6


def test_the_map_holds_every_passage_and_opens_its_case(small: Visit, small_run: RunFolder) -> None:
    small.open("#view=documents")
    passages = sum(len(question.items) for question in small_run.questions())
    assert small.page.locator("#documents .map [data-q]").count() == passages
    missed = small.page.locator("#documents .map .missed").last  # nothing is drawn over the last
    question = missed.get_attribute("data-q")
    missed.click()
    small.settled()
    assert small.address.startswith("#view=case")
    assert str(question) in small.text("#case .asked")


def test_a_document_lists_its_questions(small: Visit) -> None:
    small.open("#view=documents&sort=document")
    row = small.page.locator("#documents tbody tr").first
    count = int(row.locator("td").nth(1).inner_text())
    row.locator("a").click()
    small.settled()
    assert "doc=guides%2Falerts.md" in small.address
    assert small.text("#questions .totals").startswith(f"{count} of 76 questions")
    small.page.click("button[aria-label='in guides/alerts.md: take away']")
    small.settled()
    assert small.text("#questions .totals").startswith("76 of 76")


def test_sorting_the_documents(small: Visit) -> None:
    small.open("#view=documents&sort=-unseen")
    cells = small.page.locator("#documents tbody td:last-child").all_inner_texts()
    shares = [int(text.rstrip("%")) for text in cells]
    assert shares == sorted(shares, reverse=True)
