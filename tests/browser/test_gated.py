"""A page with a gate and another run: what was lost, at once and by link."""

from __future__ import annotations

import pytest

from ragcheck.comparison import compare_scores
from ragcheck.run import RunFolder
from ragcheck.scores import scores_of
from tests.browser.chromium import Visit

pytestmark = pytest.mark.browser
GATED = "fixed-512/hybrid"


def lost(gated: RunFolder, before: RunFolder, system: str) -> set[str]:
    found = compare_scores(scores_of(before, system), scores_of(gated, system))
    return {change.question.id for change in found.changes.lost}


def listed(page: Visit, place: str) -> set[str]:
    return set(page.page.locator(f"{place} tbody .under bdi:first-child").all_inner_texts())


@pytest.mark.parametrize("link", ["#only=lost", "#view=questions&only=lost"])
def test_the_link_of_the_gate_lists_what_was_lost(
    gated: Visit, gated_run: RunFolder, before_run: RunFolder, link: str
) -> None:
    gated.open(link)
    wanted = lost(gated_run, before_run, GATED)
    assert wanted
    assert listed(gated, "#questions") == wanted
    assert gated.page.locator("button.facet[aria-pressed=true]").inner_text().startswith("lost")
    gated.page.click("#questions tbody a")
    gated.settled()
    walked = set()
    for _ in wanted:
        walked.add(gated.text("#case .asked bdi"))
        gated.page.keyboard.press("]")
        gated.page.wait_for_timeout(150)
    assert walked == wanted


def test_the_table_of_the_gate_leads_to_the_lost(
    gated: Visit, gated_run: RunFolder, before_run: RunFolder
) -> None:
    gated.open()
    wanted = lost(gated_run, before_run, GATED)
    assert wanted
    assert f"{len(wanted)} lost" in gated.text(".gate")
    gated.page.click(".gate >> text=lost")
    gated.settled()
    assert listed(gated, "#questions") == wanted


def test_the_command_accepts_what_changed(gated: Visit, gated_run: RunFolder) -> None:
    gated.open()
    gated.page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(); }")
    gated.page.click(".gate button")
    command = f"ragcheck baseline update {gated_run.path} --system {GATED}"
    assert gated.page.input_value("input.copy").strip() == command


@pytest.mark.parametrize("system", ["fixed-512/hybrid", "overlap-256-51/bm25"])
def test_a_system_is_held_against_itself_in_the_other_run(
    gated: Visit, gated_run: RunFolder, before_run: RunFolder, system: str
) -> None:
    run = f"r{list(gated_run.run.plan.cells).index(system):02d}"
    gated.open(f"#view=compare&run={run}")
    assert gated.page.eval_on_selector_all(
        "#compare select", "all => all.map(one => one.selectedOptions[0].text)"
    ) == [system, system]
    gated.open(f"#view=compare&run={run}&only=lost")
    wanted = lost(gated_run, before_run, system)
    assert bool(wanted) == system.startswith("fixed")
    assert listed(gated, "#compare") == wanted
    found = compare_scores(scores_of(before_run, system), scores_of(gated_run, system))
    means = gated.page.locator("#compare .pairs tr", has_text="recall@2000t").locator("td")
    delta = next(d for d in found.measures if str(d.measure) == "recall@2000t")
    assert means.nth(2).inner_text() == f"{delta.after:.3f}"
    assert means.nth(3).inner_text() == f"{delta.before:.3f}"


def test_two_different_systems_of_two_runs(
    gated: Visit, gated_run: RunFolder, before_run: RunFolder
) -> None:
    cells = list(gated_run.run.plan.cells)
    link = f"#view=compare&run=r{cells.index('section-256/bm25'):02d}&vs=x{cells.index(GATED):02d}"
    gated.open(f"{link}&only=gained")
    found = compare_scores(scores_of(before_run, GATED), scores_of(gated_run, "section-256/bm25"))
    assert listed(gated, "#compare") == {change.question.id for change in found.changes.gained}


def test_every_screen_of_it_is_drawn(gated: Visit) -> None:
    for screen in ("verdict", "causes", "questions", "case", "compare", "documents"):
        gated.open(f"#view={screen}&vs=base")
        assert gated.page.locator("main > section.view:visible").count() == 1
