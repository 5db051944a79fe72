"""The runs and the browser of these tests."""

from __future__ import annotations

from tests.browser.chromium import browser, gated, hostile, plain, small
from tests.report.runs import (
    before_run,
    gated_page,
    gated_run,
    hostile_page,
    hostile_run,
    small_page,
    small_run,
)

__all__ = [
    "before_run",
    "browser",
    "gated",
    "gated_page",
    "gated_run",
    "hostile",
    "hostile_page",
    "hostile_run",
    "plain",
    "small",
    "small_page",
    "small_run",
]
