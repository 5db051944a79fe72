"""A real Chromium, and a page that records whatever a report must not do."""

from __future__ import annotations

import atexit
import functools
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
READY = "document.documentElement.dataset.ready === (location.hash || '#')"


@functools.cache
def started() -> Browser:
    """Chromium from the system, one for the whole session whichever folder asks first."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        pytest.fail("no Chromium on the PATH: install the package `chromium`", pytrace=False)
    playwright = sync_playwright().start()
    atexit.register(playwright.stop)
    return playwright.chromium.launch(executable_path=found, args=list(QUIET))


@pytest.fixture(scope="session")
def browser() -> Browser:
    """A running Chromium. Fails where there is none: an unseen page is not a tested one."""
    return started()


@dataclass
class Visit:
    """A report open in a tab, with every console message, error and outside request."""

    page: Page
    file: Path
    trouble: list[str] = field(default_factory=list)

    def open(self, address: str = "") -> None:
        """Go to a fragment and wait until it is drawn."""
        self.page.goto(f"{self.file.as_uri()}{address}")
        self.settled()

    def settled(self) -> None:
        """Wait until the screen of the present address is drawn."""
        self.until(READY)

    def until(self, expression: str) -> None:
        """Wait for a condition. The policy of the page forbids what `wait_for_function` does."""
        deadline = time.monotonic() + 20
        while not self.page.evaluate(expression):
            assert time.monotonic() < deadline, f"never true: {expression}"
            self.page.wait_for_timeout(20)

    @property
    def address(self) -> str:
        return str(self.page.evaluate("location.hash"))

    def text(self, selector: str) -> str:
        return self.page.locator(selector).first.inner_text()


def visit(browser: Browser, file: Path, **context: object) -> Iterator[Visit]:
    """A tab in a context of its own; a page that complains or asks for anything fails its test."""
    tab = browser.new_context(**context)
    page = tab.new_page()
    found = Visit(page, file)
    page.on("console", lambda message: found.trouble.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: found.trouble.append(f"error: {error}"))
    page.on(
        "request",
        lambda request: (
            found.trouble.append(f"request: {request.url}")
            if request.url.partition("#")[0] != file.as_uri()
            else None
        ),
    )
    yield found
    tab.close()
    assert found.trouble == []


@pytest.fixture
def small(browser: Browser, small_page: Path) -> Iterator[Visit]:
    """The page of the small run."""
    yield from visit(browser, small_page, viewport={"width": 1280, "height": 900})


@pytest.fixture
def hostile(browser: Browser, hostile_page: Path) -> Iterator[Visit]:
    """The page of the hostile run."""
    yield from visit(browser, hostile_page, viewport={"width": 1280, "height": 900})


@pytest.fixture
def gated(browser: Browser, gated_page: Path) -> Iterator[Visit]:
    """The page of a gated run that is held against another."""
    yield from visit(browser, gated_page, viewport={"width": 1280, "height": 900})


@pytest.fixture
def plain(browser: Browser, small_page: Path) -> Iterator[Visit]:
    """The page of the small run in a browser without scripts."""
    yield from visit(browser, small_page, java_script_enabled=False)
