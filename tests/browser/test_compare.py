"""Two systems of a run: the page says what `ragcheck.comparison` says."""

from __future__ import annotations

import pytest

from ragcheck.comparison import Comparison, compare_scores
from ragcheck.report.numbers import signed
from ragcheck.run import RunFolder
from ragcheck.scores import scores_of
from tests.browser.chromium import Visit

pytestmark = pytest.mark.browser


def compared(run: RunFolder, before: int, after: int) -> Comparison:
    ids = [result.system.id for result in run.run.systems]
    return compare_scores(scores_of(run, ids[before]), scores_of(run, ids[after]))


def most_lost(run: RunFolder) -> tuple[str, str]:
    """How links name a system that lost much and the one it lost against."""
    ids, runs = [result.system.id for result in run.run.systems], list(run.run.plan.cells)
    pairs = [(a, b) for a in range(len(ids)) for b in range(len(ids)) if a != b]
    before, after = max(pairs, key=lambda pair: len(compared(run, *pair).changes.lost))
    return f"r{runs.index(ids[before]):02d}", f"r{runs.index(ids[after]):02d}"


def listed(page: Visit) -> list[str]:
    return page.page.locator("#compare .changes tbody .under").all_inner_texts()


@pytest.mark.parametrize(("before", "after"), [(0, 6), (6, 0), (2, 3)])
def test_lists_and_differences_are_those_of_the_comparison(
    small: Visit, small_run: RunFolder, before: int, after: int
) -> None:
    runs = list(small_run.run.plan.cells)
    ids = [result.system.id for result in small_run.run.systems]
    found = compared(small_run, before, after)
    link = f"#view=compare&run=r{runs.index(ids[after]):02d}&vs=r{runs.index(ids[before]):02d}"
    for name, wanted in (("lost", found.changes.lost), ("gained", found.changes.gained)):
        small.open(f"{link}&only={name}")
        assert sorted(listed(small)) == sorted(change.question.id for change in wanted)
    small.open(link)
    assert len(listed(small)) == len(found.changes.lost) + len(found.changes.gained)
    delta = next(d for d in found.measures if str(d.measure) == "recall@5").difference
    row = small.page.locator("#compare .pairs tr", has_text="recall@5").locator("td")
    assert " ".join(row.nth(0).inner_text().split()) == (
        f"{signed(delta.delta, 'share')} "
        f"[{signed(delta.low, 'share')}, {signed(delta.high, 'share')}]"
    )
    words = {"improved": "better", "regressed": "worse"}.get(delta.outcome, delta.outcome)
    assert row.nth(1).inner_text() == words


def test_swapping_turns_lost_into_gained(small: Visit, small_run: RunFolder) -> None:
    before, after = most_lost(small_run)
    small.open(f"#view=compare&run={after}&vs={before}&only=lost")
    lost = listed(small)
    assert lost
    small.page.click("text=Swap")
    small.settled()
    assert small.address == f"#view=compare&run={before}&vs={after}&only=gained"
    assert sorted(listed(small)) == sorted(lost)


def test_a_case_of_the_list_walks_the_list(small: Visit, small_run: RunFolder) -> None:
    before, after = most_lost(small_run)
    small.open(f"#view=compare&run={after}&vs={before}&only=lost")
    lost = listed(small)
    assert len(lost) > 1
    small.page.click("#compare .changes tbody a")
    small.settled()
    assert lost[0] in small.text("#case .asked")
    small.page.keyboard.press("]")
    small.until(f"document.querySelector('#case .asked').innerText.includes({lost[1]!r})")


def test_two_ticked_systems_are_compared(small: Visit) -> None:
    small.open("#view=systems")
    boxes = small.page.locator("#systems .tick")
    boxes.nth(0).check()
    boxes.nth(3).check()
    names = small.page.locator("#systems tbody th a").all_inner_texts()
    small.page.click(".compare-ticked")
    small.settled()
    assert small.page.locator("#compare select").nth(0).input_value() != ""
    chosen = small.page.eval_on_selector_all(
        "#compare select", "all => all.map(one => one.selectedOptions[0].text)"
    )
    assert chosen == [names[0], names[3]]
