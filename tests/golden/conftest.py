"""The runs and the browser that the other tests of the report use."""

from __future__ import annotations

from tests.browser.chromium import browser, small
from tests.report.runs import small_page, small_run

__all__ = ["browser", "small", "small_page", "small_run"]
