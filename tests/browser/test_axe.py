"""axe-core has nothing to say of any screen, in both themes and on a phone."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.chromium import Visit
from tests.browser.test_screens import SCREENS

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 1280), ("light", 360)])
def test_axe_finds_nothing(small: Visit, scheme: str, width: int) -> None:
    small.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    small.page.set_viewport_size({"width": width, "height": 800})
    for screen in SCREENS:
        small.open(f"#view={screen}")
        found = Axe().run(small.page)
        assert found.violations_count == 0, f"{screen}: {found.generate_report()}"


def test_axe_finds_nothing_in_the_panel_of_keys(small: Visit) -> None:
    small.open("#view=verdict")
    small.page.keyboard.press("?")
    found = Axe().run(small.page)
    assert found.violations_count == 0, found.generate_report()


def test_axe_finds_nothing_without_script(small: Visit, plain: Visit) -> None:
    plain.page.goto(plain.file.as_uri())
    html = plain.page.content()
    small.page.set_content(html.replace("<script>", '<script type="text/plain">'))
    found = Axe().run(small.page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_a_gate_and_two_runs(gated: Visit, scheme: str) -> None:
    gated.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    for link in ("#view=verdict", "#only=lost", "#view=compare"):
        gated.open(link)
        found = Axe().run(gated.page)
        assert found.violations_count == 0, f"{link}: {found.generate_report()}"
