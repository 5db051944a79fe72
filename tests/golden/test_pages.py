"""Each screen against the page that was last accepted (README.md says how to accept)."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from tests.browser.chromium import Visit

pytestmark = pytest.mark.browser
PAGES = Path(__file__).parent / "pages"
SCREENS = {
    "verdict": "#view=verdict",
    "trade-off": "#view=trade-off",
    "systems": "#view=systems",
    "causes": "#view=causes&run=r00",
    "questions": "#view=questions&only=partial",
    "case": "#view=case&q=q-0029&run=r00&hit=2",
    "compare": "#view=compare&run=r00&vs=r07",
    "documents": "#view=documents&run=r00",
    "about": "#view=about",
}


def scrubbed(html: str) -> str:
    """One tag a line, without drawings and the version."""
    html = re.sub(
        r'<svg role="img" aria-label="([^"]*)".*?</svg>', r"<svg>\1</svg>", html, flags=re.S
    )
    html = re.sub(r"\b0\.\d+\.\d+(\.?(dev|rc|a|b)\d+)?(?=<)", "VERSION", html)
    lines = (line.strip() for line in re.sub(r"(</?[a-z][^>]*>)", r"\n\1\n", html).split("\n"))
    return "\n".join(line for line in lines if line) + "\n"


@pytest.mark.parametrize("screen", SCREENS)
def test_the_screen_is_the_accepted_one(small: Visit, screen: str) -> None:
    small.open(SCREENS[screen])
    drop = "document.querySelectorAll('.static').forEach(node => node.remove())"
    small.page.evaluate(drop)
    shown = scrubbed(small.page.locator("main > section.view:visible").inner_html())
    golden = PAGES / f"{screen}.html"
    if os.environ.get("ACCEPT_PAGES"):
        golden.write_text(shown, "utf-8")
    assert shown == golden.read_text("utf-8"), f"see {golden.parent.parent / 'README.md'}"
