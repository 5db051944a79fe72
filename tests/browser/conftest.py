"""The runs and the browser of these tests."""

from __future__ import annotations

from tests.browser.chromium import browser, hostile, plain, small
from tests.report.runs import hostile_page, hostile_run, small_page, small_run

__all__ = [
    "browser",
    "hostile",
    "hostile_page",
    "hostile_run",
    "plain",
    "small",
    "small_page",
    "small_run",
]
