"""Each character of a drawn document carries exactly the marks that the run gives it."""

from __future__ import annotations

from urllib.parse import quote

import numpy as np
import pytest

from ragcheck.run import RunFolder
from tests.browser.chromium import Visit

pytestmark = pytest.mark.browser
#: What stands in the pane in order: ["text", text, classes], ["edge", is a cut], ["gap"].
READ = """() => [...document.querySelector('#case .document').childNodes].flatMap((node) => {
  if (node.nodeType === 3) return [['text', node.textContent, '']];
  if (node.classList.contains('gap')) return [['gap']];
  if (node.classList.contains('rank')) return [];
  if (node.classList.contains('edge')) return [['edge', node.classList.contains('cut')]];
  return [['text', node.textContent, node.className]];
})"""


def expected(run: RunFolder, system: str, question: int, document: int) -> dict[str, np.ndarray]:
    """Which characters of a document are in the context, in several chunks, gold, and cut before.

    bool[characters + 1] each; `bound` says that a chunk begins or ends at a character.
    """
    text = run.documents()[document].text
    chunks = run.chunks(system).to_pylist()
    asked = run.questions()[question]
    hits = [row["chunk"] for row in run.hits(system).to_pylist() if row["question"] == asked.id]
    out = {name: np.zeros(len(text) + 1, dtype=int) for name in ("in", "shown", "gold", "bound")}
    for number, chunk in enumerate(chunks):
        if chunk["document"] != document:
            continue
        span = slice(chunk["start"], chunk["end"])
        out["in"][span] += 1
        out["shown"][span] += number in hits[:5]
        out["bound"][[chunk["start"], chunk["end"]]] = 1
    for item in asked.items:
        for span in item.alternatives:
            if run.documents()[document].id == span.document:
                out["gold"][span.start : span.end] = 1
    return out


def check(page: Visit, run: RunFolder, system: str, question: int) -> int:
    """Compare the pane with what is expected; returns how many cuts it holds."""
    asked = run.questions()[question]
    number = list(run.run.plan.cells).index(system)
    page.open(f"#view=case&run=r{number:02d}&q={quote(asked.id, safe='')}")
    while page.page.locator("#case .document .gap").count():
        page.page.locator("#case .document .gap").first.click()
    names = [document.id for document in run.documents()]
    document = names.index(page.text("#case .tab[aria-pressed=true]"))
    text, want = run.documents()[document].text, expected(run, system, question, document)
    at, cuts, edges = 0, 0, set()
    for kind, *rest in page.page.evaluate(READ):
        if kind == "edge":
            edges.add(at)
            cuts += rest[0]
            inside = 0 < at < len(text) and want["gold"][at - 1] and want["gold"][at]
            assert rest[0] == bool(inside), at
            continue
        part, classes = rest[0], rest[1].split()
        here = slice(at, at + len(part))
        assert text[here] == part
        for name, flags in (
            ("seen", want["shown"] > 0),
            ("overlap", want["in"] > 1),
            ("found", (want["shown"] > 0) & (want["gold"] > 0)),
            ("missing", (want["shown"] == 0) & (want["gold"] > 0)),
        ):
            assert (flags[here] == (name in classes)).all(), (name, part[:80])
        at += len(part)
    assert at == len(text)
    for place in np.flatnonzero(want["bound"]).tolist():
        near = {p for p in edges if not text[min(p, place) : max(p, place)].strip()}
        assert near, f"no boundary drawn at {place}"
    return cuts


@pytest.mark.parametrize("system", ["fixed-12/bm25", "overlap-40-20/bm25"])
@pytest.mark.parametrize("question", [0, 1, 2])
def test_hostile_text_is_drawn_as_it_was_cut(
    hostile: Visit, hostile_run: RunFolder, system: str, question: int
) -> None:
    check(hostile, hostile_run, system, question)


@pytest.mark.parametrize("system", ["fixed-256/bm25", "overlap-256-51/hybrid"])
def test_cuts_and_overlaps_are_drawn_where_they_are(
    small: Visit, small_run: RunFolder, system: str
) -> None:
    ids = [question.id for question in small_run.questions()]
    rows = small_run.items(system).to_pylist()
    severed = [ids.index(row["question"]) for row in rows if row["severed"]][:3]
    assert severed
    assert sum(check(small, small_run, system, question) for question in severed) >= 1
