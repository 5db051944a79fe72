"""Addresses that mean nothing, and what must not be lost by a redraw."""

from __future__ import annotations

import pytest

from tests.browser.chromium import Visit

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    "address",
    [
        "#view=questions&only=__proto__,toString",
        "#view=questions&rows=-5",
        "#view=systems&price=abc",
        "#view=nowhere",
        "#view=case&q=",
        "#%E0%A4%A",
    ],
)
def test_nonsense_still_shows_a_whole_screen(small: Visit, address: str) -> None:
    """The visit itself fails on any console message."""
    small.open(address)
    assert small.page.locator("main > section.view:visible").count() == 1
    if "questions" in address:
        assert small.page.locator("main > section.view:visible tbody tr").count() > 0


def test_an_unknown_question_is_not_silently_another(small: Visit) -> None:
    small.open("#view=case&q=no-such-question")
    assert "no-such-question" in small.page.locator("main").inner_text()


def test_a_filter_keeps_the_focus(small: Visit) -> None:
    small.open("#view=questions")
    box = small.page.locator("main > section.view:visible input[type=search]")
    box.click()
    box.press_sequentially("back")
    focused = small.page.evaluate("document.activeElement && document.activeElement.type")
    assert focused == "search"
    assert box.input_value() == "back"
