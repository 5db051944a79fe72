"""Every screen, its links, its keys and its filters, with real clicks."""

from __future__ import annotations

import json

import pytest

from ragcheck.report.numbers import percent
from ragcheck.run import RunFolder
from tests.browser.chromium import Visit

pytestmark = pytest.mark.browser
SCREENS = {
    "verdict": "section-256/bm25",
    "trade-off": "What does more recall cost?",
    "systems": "Which system does what?",
    "causes": "Why were passages missed?",
    "questions": "Which questions fail?",
    "case": "What happened to one question?",
    "compare": "What does one system lose against another?",
    "documents": "Which documents are found badly?",
    "about": "How to read this",
}


@pytest.mark.parametrize("screen", SCREENS)
def test_each_screen_shows_alone(small: Visit, screen: str) -> None:
    small.open(f"#view={screen}")
    shown = small.page.locator("main > section.view:visible")
    assert shown.count() == 1
    assert shown.locator("h1").inner_text() == SCREENS[screen]
    assert small.text("nav a[aria-current=page]").lower() == screen
    name = small.text("nav a[aria-current=page]")
    assert small.page.title() == f"{name} · desk <sample> · ragcheck"


def test_the_title_of_a_case_names_its_question(small: Visit) -> None:
    small.open("#view=case&q=q-0029")
    assert small.page.title() == "q-0029 · Case · desk <sample> · ragcheck"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_no_screen_is_wider_than_the_window(small: Visit, scheme: str, width: int) -> None:
    small.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    small.page.set_viewport_size({"width": width, "height": 800})
    for screen in SCREENS:
        small.open(f"#view={screen}")
        assert small.page.evaluate("document.documentElement.scrollWidth") <= width, screen


LINKS = (
    "#view=case&run=r01&q=q-0029&hit=2&only=cut",
    "#view=questions&run=r03&only=partial&tag=guides&find=members&sort=-pollution",
    "#view=systems&sort=context",
    "#view=causes&run=r04",
    "#view=questions&run=r04&only=boundary_cut",
    "#view=systems&tick=r02,r05&price=0.5",
    "#view=compare&run=r01&vs=r04&only=lost",
    "#view=documents&run=r02&sort=-unseen",
    "#view=questions&run=r01&vs=r04&only=gained&doc=guides%2Fstorage.md",
)


@pytest.mark.parametrize("link", LINKS)
def test_a_link_shows_the_same_again(small: Visit, link: str) -> None:
    small.open(link)
    first = small.page.locator("main").inner_html()
    small.open("#view=about")
    small.open(link)
    assert small.page.locator("main").inner_html() == first
    assert small.address == link


def test_back_returns_to_what_was_shown(small: Visit) -> None:
    small.open("#view=questions&only=partial")
    small.page.click("#questions tbody a")
    small.settled()
    assert "view=case" in small.address
    question = small.text("#case h2")
    small.page.keyboard.press("]")
    small.until(f"document.querySelector('#case h2').innerText !== {json.dumps(question)}")
    small.page.go_back()
    small.settled()
    assert small.text("#case h2") == question
    small.page.go_back()
    small.settled()
    assert small.address == "#view=questions&only=partial"
    assert small.page.locator("#questions tbody tr").count() == 18


def test_from_the_verdict_to_a_failing_text_in_two_clicks(small: Visit) -> None:
    small.open()
    small.page.click("text=with a passage that a chunk boundary cuts")
    small.settled()
    small.page.click("#questions tbody a")
    small.settled()
    assert small.page.locator("#case .document .edge.cut").count() >= 1
    assert small.page.locator("#case .document mark.missing").count() >= 1


def test_filters_count_and_totals_follow(small: Visit, small_run: RunFolder) -> None:
    small.open("#view=questions&run=r00")
    system = small_run.run.systems[0].system.id
    values = small_run.values(system).to_pydict()
    wanted = [
        n for n, recall in enumerate(values["recall@5"]) if recall is not None and 0 < recall < 1
    ]
    small.page.click("button.facet:has-text('partial')")
    small.settled()
    assert small.page.locator("#questions tbody tr").count() == len(wanted)
    mean = sum(values["recall@5"][n] for n in wanted) / len(wanted)
    totals = small.text("#questions .totals")
    assert totals.startswith(f"{len(wanted)} of 76 questions")
    assert f"recall@5 {mean:.3f}" in totals
    small.page.click("button.facet:has-text('missed')")
    small.settled()
    assert "only=missed" in small.address


def test_search_narrows_without_filling_the_history(small: Visit) -> None:
    small.open("#view=questions")
    before = small.page.evaluate("history.length")
    small.page.keyboard.press("/")
    small.page.keyboard.type("sick note")
    small.until("location.hash.includes('find=sick%20note')")
    small.settled()
    assert small.page.locator("#questions tbody tr").count() == 3
    assert small.page.evaluate("history.length") == before
    assert small.page.evaluate("document.activeElement.type") == "search"


def test_sorting_the_systems(small: Visit) -> None:
    small.open("#view=systems")
    small.page.click("#systems button[data-sort='context']")
    small.settled()
    cells = small.page.locator("#systems tbody td[data-m='context']").all_inner_texts()
    numbers = [int(text.replace(",", "")) for text in cells]
    assert numbers == sorted(numbers)
    small.page.click("#systems button[data-sort='context']")
    small.settled()
    assert small.page.locator("#systems th[aria-sort=descending]").count() == 1


def test_a_price_shows_what_contexts_cost(small: Visit, small_run: RunFolder) -> None:
    small.open("#view=systems")
    small.page.fill("#view\\=systems input.price", "0.5")
    small.until("location.hash.includes('price=0.5')")
    small.settled()
    first = small.page.locator("#systems tbody tr").first
    tokens = small_run.result(first.locator("a").inner_text()).costs["context_tokens"]
    shown = first.locator("small", has_text="=").inner_text().removeprefix("= ")
    assert tokens is not None
    assert abs(float(shown) - tokens * 1000 / 1e6 * 0.5) < 0.01


def test_the_switcher_moves_the_boundaries(small: Visit) -> None:
    small.open("#view=case&q=q-0029&run=r00")
    marks = "[...document.querySelectorAll('#case .document .edge')].map(e => e.title).join()"
    before = small.page.evaluate(marks)
    small.page.keyboard.press("}")
    small.until("location.hash.includes('run=r01')")
    small.settled()
    assert small.page.evaluate(marks) == before  # the same chunks, another retriever
    small.page.select_option("#case select", label="section-256/bm25")
    small.until(f"{marks} !== {before!r}")
    assert "run=" in small.address


def test_every_number_has_its_definition(small: Visit) -> None:
    small.open()
    small.page.hover(".tile .big")
    assert "whole in the context" in small.text("#tip")
    small.page.keyboard.press("Escape")
    assert small.page.locator("#tip").is_hidden()
    small.open("#view=systems")
    for name in small.page.locator("#systems button[data-m]").all():
        name.focus()
        assert len(small.text("#tip")) > 20


def test_copying_a_link_falls_back_to_a_field(small: Visit) -> None:
    small.open("#view=case&q=q-0001")
    small.page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(); }")
    small.page.click("#copy-link")
    assert small.page.input_value("input.copy").endswith("#view=case&q=q-0001")


def test_the_page_says_the_same_with_and_without_script(small: Visit, plain: Visit) -> None:
    plain.page.goto(plain.file.as_uri())
    articles = plain.page.locator("article.paper")
    assert articles.count() >= 10
    for number in range(0, articles.count(), 4):
        article = articles.nth(number)
        small.open("#" + str(article.get_attribute("id")))
        words = [
            text.strip() for text in article.locator(".item > p:first-child").all_inner_texts()
        ]
        shown = small.page.locator("#case .item > p:first-child").all_inner_texts()
        assert [text.strip() for text in shown] == words


def test_it_reads_without_script(plain: Visit) -> None:
    plain.page.goto(plain.file.as_uri())
    assert plain.page.locator("h1:visible").count() == len(SCREENS)
    plain.page.click("nav a:has-text('Questions')")
    plain.page.click("table.static a")
    target = plain.page.url.partition("#")[2]
    assert plain.page.locator(f'[id="{target}"]').is_visible()


def visible(page: Visit) -> list[str]:
    shown = "views => views.filter(v => v.checkVisibility()).map(v => v.id.slice(5))"
    return list(page.page.eval_on_selector_all("main > section.view", shown))


def test_print_is_a_document_from_verdict_to_causes(small: Visit) -> None:
    small.open("#view=systems")
    small.page.emulate_media(media="print")
    assert visible(small) == ["verdict", "trade-off", "systems", "causes"]
    assert small.page.locator("#causes").is_hidden()
    assert small.page.locator("section.causes-on .static").first.is_visible()


def test_print_of_a_case_is_that_case(small: Visit) -> None:
    small.open("#view=case&q=q-0029")
    small.page.emulate_media(media="print")
    assert visible(small) == ["case"]
    assert small.page.locator("#case .document").is_visible()
    assert small.page.locator("article.paper:visible").count() == 0


def test_back_finds_a_list_where_it_was_left(small: Visit) -> None:
    small.open("#view=questions")
    small.page.evaluate("scrollTo(0, 900)")
    small.until("history.state && history.state.height === 900")
    small.page.locator("#questions tbody a").nth(12).click()
    small.settled()
    assert small.page.evaluate("scrollY") == 0
    small.page.go_back()
    small.settled()
    assert small.page.evaluate("scrollY") == 900


def test_numbers_round_alike_with_and_without_script(
    small: Visit, plain: Visit, small_run: RunFolder
) -> None:
    """Means over all questions are those of the Systems table, shares those of the static cases."""
    plain.page.goto(plain.file.as_uri())
    for row in plain.page.locator("#systems tbody tr").all():
        cells = row.locator("td").all_inner_texts()
        small.open(f"#view=questions&run={row.get_attribute('data-run')}")
        totals = small.text("#questions .totals")
        assert f"recall@5 {cells[1].split()[0]}" in totals
        assert f"pollution@5 {cells[3].split()[0]}" in totals
    coverage = small_run.values("fixed-256/bm25").to_pydict()
    exact = dict(zip(coverage["question"], coverage["char_recall@5"], strict=True))
    small.open("#view=questions&run=r00")
    for row in small.page.locator("#questions tbody tr").all():
        value = exact[row.locator("bdi").first.inner_text()]
        assert row.locator("td").nth(3).inner_text() == percent(value)


def test_a_number_of_breaks_shows_where(small: Visit) -> None:
    small.open("#view=systems")
    small.until("document.querySelector('.breaks tbody a')")
    small.page.locator(".breaks tbody a").first.click()
    small.until("document.querySelector('#broken article')")
    assert "cut=" in small.address
    for unit in small.page.locator("#broken .unit").all():
        assert unit.locator(".edge.cut").count() >= 1
