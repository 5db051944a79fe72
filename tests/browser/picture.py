"""A picture of a report: `python -m tests.browser.picture REPORT.html PICTURE.png`."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.browser.chromium import READY, started


def main(report: Path, picture: Path) -> None:
    """The Verdict screen, light, 1280 wide."""
    page = started().new_page(viewport={"width": 1280, "height": 815}, color_scheme="light")
    page.goto(f"{report.resolve().as_uri()}#view=verdict")
    while not page.evaluate(READY):
        page.wait_for_timeout(20)
    page.screenshot(path=picture)
    page.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
