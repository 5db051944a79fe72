"""The report page: its size and parts, how long it takes to make, to open, and to answer a click.

24 systems (three chunkers in eight sizes, BM25) over the documents of the shared `chroma_general`
where that is beside the checkout, else over the fixtures: once with the labelled questions and why
each was missed, once with 9,440 drawn from the same documents, without. Times in the page are a
real Chromium's, from the click to the painted frame. `python -m benchmarks.report`.
"""

from __future__ import annotations

import json
import random
import re
import shutil
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from ragcheck import api
from ragcheck.config import configure
from ragcheck.prepare import prepare

ROOT = Path(__file__).parents[1]
SIZES = [64, 96, 128, 192, 256, 384, 512, 768]
MANY = 9440
#: Bytes that the page may have, and its parts; the script is packed as the payload is, but is none.
LIMITS = {"labelled": 1.5e6, "many": 20e6}
PARTS = {
    "payload": (r'<script type="application/octet-stream" id="data-(?!script).*?</script>', None),
    "charts": (r"<figure .*?</figure>", 400e3),
    "static cases": (r'<article class="paper".*?</article>', 150e3),
}
FRAME = 120e3
READY = "document.documentElement.dataset.ready === (location.hash || '#')"
#: Resolves with the milliseconds from a change of the address to the frame after it is drawn.
TIMED = """(change) => new Promise((done) => {
  const start = performance.now();
  delete document.documentElement.dataset.ready;
  new Function("return " + change)();
  const look = () => (document.documentElement.dataset.ready
    ? requestAnimationFrame(() => setTimeout(() => done(performance.now() - start), 0))
    : setTimeout(look, 1));
  look();
})"""


@dataclass
class Case:
    """A run whose page is measured."""

    name: str
    questions: int
    folder: Any
    sweep_s: float
    page: Path
    render_s: float


def sources() -> tuple[Path, Path]:
    """Documents and labels."""
    shared = ROOT.parent / "shared" / "data" / "chroma_general"
    if shared.is_dir():
        return shared / "docs", shared / "questions.jsonl"
    return ROOT / "fixtures" / "docs", ROOT / "fixtures" / "labels"


def drawn(docs: Path, count: int) -> str:
    """Label lines for passages drawn from the documents; a question holds some of its words."""
    chance = random.Random(0)
    texts = {str(p.relative_to(docs)): p.read_text("utf-8") for p in sorted(docs.rglob("*.*"))}
    names, lengths = list(texts), [len(text) for text in texts.values()]
    spans = {doc: [found.span() for found in re.finditer(r"\S+", texts[doc])] for doc in names}
    lines = []
    for number in range(count):
        doc = chance.choices(names, lengths)[0]
        words = spans[doc]
        first = chance.randrange(max(1, len(words) - 40))
        start, end = words[first][0], words[min(first + chance.randrange(8, 40), len(words) - 1)][1]
        asked = texts[doc][start:end].split()
        text = " ".join(chance.sample(asked, min(8, len(asked))))
        passage = {"doc": doc, "start": start, "end": end}
        row = {"id": f"d-{number:05d}", "question": f"What of {text}?", "passages": [passage]}
        lines.append(json.dumps(row, ensure_ascii=False))
    return "\n".join(lines) + "\n"


def made(name: str, docs: Path, labels: Path, out: Path, diagnosis: bool = True) -> Case:
    """Sweep and render."""
    settings = {
        "docs": str(docs),
        "labels": [str(labels)],
        "out": str(out),
        "chunkers": ["fixed", "overlap", "section"],
        "chunk_sizes": SIZES,
        "retrievers": ["bm25"],
        "diagnosis": diagnosis,
    }
    started = time.perf_counter()
    folder = api.sweep(prepare(configure(settings)))
    swept = time.perf_counter()
    page = api.write_report(folder)
    done = time.perf_counter()
    asked = int(str(folder.run.collection["questions"]))
    return Case(name, asked, folder, swept - started, page, done - swept)


def timed(page: Page, changes: list[str]) -> float:
    """Median seconds of several clicks."""
    return float(statistics.median(page.evaluate(TIMED, change) for change in changes)) / 1000


def clicks(case: Case) -> list[tuple[str, float, float]]:
    """(what, seconds, limit) of opening the page, a case, and filters."""
    ids = [question.id for question in case.folder.questions()]
    some = [ids[len(ids) * n // 7] for n in range(1, 6)]
    found = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        page = browser.new_page()
        started = time.perf_counter()
        page.goto(case.page.as_uri())
        while not page.evaluate(READY):
            page.wait_for_timeout(5)
        opened = time.perf_counter() - started
        go = "location.hash = {}".format
        first = timed(page, [go(json.dumps(f"view=case&q={some[0]}&run=r03"))])
        cases = timed(page, [go(json.dumps(f"view=case&q={q}&run=r04")) for q in some[1:]])
        timed(page, [go('"view=questions"')])
        filters = ["only=missed", "only=partial", "find=what", "sort=-pollution", "only=cut"]
        filtering = timed(page, [go(json.dumps(f"view=questions&{f}")) for f in filters])
        causes = timed(page, [go('"view=causes&run=r05"')])
        compare = timed(page, [go('"view=compare&run=r02&vs=r11"')])
        documents = timed(page, [go('"view=documents&run=r07"')])
        browser.close()
    return [
        ("open", opened, 1.0),
        ("first case", first, 1.0),
        ("next case", cases, 1.0),
        ("filter or search", filtering, 0.1),
        ("causes", causes, 1.0),
        ("compare", compare, 1.0),
        ("documents", documents, 1.0),
    ]


def show(case: Case) -> None:
    """Print one case's part of the table."""
    html = case.page.read_text("utf-8")
    size = len(html.encode())
    limit = LIMITS[case.name]
    systems = len(case.folder.run.systems)
    print(f"{systems} systems x {case.questions:,} questions x top 10 ({case.name})")
    print(f"  {'page':<18}{size / 1e6:9.2f} MB   limit {limit / 1e6:g} MB  {verdict(size, limit)}")
    rest = html
    for part, (pattern, allowed) in PARTS.items():
        mine = sum(len(text.encode()) for text in re.findall(pattern, html, re.S))
        rest = re.sub(pattern, "", rest, flags=re.S)
        show_part(part, mine, allowed)
    show_part("all else", len(rest.encode()), FRAME)
    share = case.render_s / case.sweep_s
    print(
        f"  {'render':<18}{case.render_s:9.2f} s    {share:.0%} of its sweep, which embeds nothing"
    )
    for what, seconds, allowed in clicks(case):
        print(
            f"  {what:<18}{seconds * 1000:9.0f} ms   limit {allowed * 1000:.0f} ms  "
            f"{verdict(seconds, allowed)}"
        )


def show_part(name: str, size: int, limit: float | None) -> None:
    """Print one part of a page."""
    kept = "" if limit is None else f"   limit {limit / 1e3:.0f} kB  {verdict(size, limit)}"
    print(f"    {name:<16}{size / 1e3:9.1f} kB{kept}")


def verdict(value: float, limit: float) -> str:
    """Whether a value keeps its limit."""
    return "ok" if value < limit else "TOO MUCH"


def main() -> None:
    """Print the table."""
    docs, labels = sources()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        show(made("labelled", docs, labels, folder / "labelled"))
        many = folder / "many.jsonl"
        many.write_text(drawn(docs, MANY), "utf-8")
        show(made("many", docs, many, folder / "many", diagnosis=False))


if __name__ == "__main__":
    main()
