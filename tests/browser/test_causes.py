"""Why passages were missed: on a screen, in lists, in each case."""

from __future__ import annotations

import pytest

from ragcheck.causes import CAUSES
from ragcheck.run import RunFolder
from tests.browser.chromium import Visit
from tests.report.make_run import UNDIAGNOSED

pytestmark = pytest.mark.browser


def run_of(folder: RunFolder, system: str) -> str:
    return f"r{list(folder.run.plan.cells).index(system):02d}"


def test_bars_and_tables_hold_the_counts_of_the_run(small: Visit, small_run: RunFolder) -> None:
    for system in ("fixed-256/bm25", "fixed-512/hybrid"):
        known = small_run.result(system).diagnosis
        assert known is not None
        run = run_of(small_run, system)
        small.open(f"#view=causes&run={run}")
        shown = small.page.locator("#causes table.why").first.locator("tbody tr")
        counts = {
            row.locator(".tag").inner_text().replace(" ", "_"): int(
                row.locator("td").first.inner_text()
            )
            for row in shown.all()
        }
        assert counts == {key: found.n for key, found in known.causes.items()}
        bar = small.page.locator(f".causes tr[data-run={run}]")
        assert bar.get_attribute("aria-current") == "true"
        assert bar.locator("td").last.inner_text() == str(known.misses)


def test_a_stretch_of_a_bar_opens_its_questions(small: Visit, small_run: RunFolder) -> None:
    small.open("#view=causes")
    run = run_of(small_run, "fixed-256/bm25")
    small.page.locator(f".causes tr[data-run={run}] a[href$=boundary_cut]").click()
    small.settled()
    rows = small_run.causes("fixed-256/bm25")
    assert rows is not None
    cut = {r["question"] for r in rows.to_pylist() if r["cause"] == "boundary_cut"}
    assert set(small.page.locator("#questions .under bdi:first-child").all_inner_texts()) == cut
    assert "a chunk boundary cuts it" in small.text("#questions .under .because")


def test_a_case_says_why_and_what_brings_it_back(small: Visit, small_run: RunFolder) -> None:
    system = "fixed-512/dense"
    table = small_run.causes(system)
    assert table is not None
    row = next(r for r in table.to_pylist() if r["cause"] == "truncation")
    small.open(f"#view=case&run={run_of(small_run, system)}&q={row['question']}")
    why = small.text("#case .because")
    assert why == f"Why: {CAUSES['truncation']} truncation"
    tried = small.page.locator("#case .tried tr.recovers").all_inner_texts()
    assert any(
        text.startswith("the passage alone as a chunk") and "rank 1" in text for text in tried
    )
    assert any(text.startswith("fixed-512/bm25 on the same chunks") for text in tried)
    assert small.page.locator("#case .hits .rival").count() == 1


def test_every_cause_has_its_definition(small: Visit) -> None:
    small.open("#view=causes")
    for term in small.page.locator("section.causes-on [data-m]:visible").all():
        term.focus()
        assert len(small.text("#tip")) > 10


def test_a_system_that_nobody_asked_says_so(small: Visit, small_run: RunFolder) -> None:
    run = run_of(small_run, UNDIAGNOSED)
    small.open(f"#view=causes&run={run}")
    assert "Nobody asked" in small.text("#causes")
    small.open(f"#view=questions&run={run}")
    assert small.page.locator("[aria-label='Why missed']").count() == 0
    small.open(f"#view=case&run={run}")
    assert "this system was not diagnosed" in small.text("#case")


def test_a_command_can_be_copied(small: Visit) -> None:
    small.open("#view=causes")
    small.page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(); }")
    commands = small.page.locator("#causes .command pre").all_inner_texts()
    assert commands
    small.page.locator("#causes .command button").first.click()
    assert small.page.input_value("input.copy") == " ".join(commands[0].split())
