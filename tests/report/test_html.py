"""The page: safe, small, and the same bytes again."""

from __future__ import annotations

import base64
import gzip
import hashlib
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

from ragcheck.report.html import render
from ragcheck.run import RunFolder
from tests.report.unpack import unsigned

PAYLOAD = r'<script type="application/octet-stream" id="data-(?!script).*?</script>'
CHARTS = r"<figure .*?</figure>"
CASES = r'<article class="paper".*?</article>'


class Elements(HTMLParser):
    """Every element with its attributes, and every text, of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def size(pattern: str, page: str) -> int:
    return sum(len(part.encode()) for part in re.findall(pattern, page, re.S))


def test_the_same_folder_gives_the_same_bytes_in_two_processes(small_run: RunFolder) -> None:
    code = (
        "import sys, hashlib, pathlib\n"
        "from ragcheck.run import open_folder\n"
        "from ragcheck.report.html import render\n"
        "page = render(open_folder(pathlib.Path(sys.argv[1])))\n"
        "print(hashlib.sha256(page).hexdigest())\n"
    )
    command = [sys.executable, "-c", code, str(small_run.path)]
    other = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    assert hashlib.sha256(render(small_run)).hexdigest() == other


def test_parts_stay_within_their_budgets(small_page: Path) -> None:
    page = small_page.read_text("utf-8")
    frame = re.sub(f"{PAYLOAD}|{CHARTS}|{CASES}", "", page, flags=re.S)
    assert len(frame.encode()) <= 120_000
    assert size(CHARTS, page) <= 400_000
    assert size(CASES, page) <= 150_000


def test_the_policy_allows_this_script_and_style_and_nothing_else(small_page: Path) -> None:
    page = small_page.read_text("utf-8")
    script = re.findall(r"<script>(.*?)</script>", page, re.S)
    style = re.findall(r"<style>(.*?)</style>", page, re.S)
    assert len(script) == len(style) == 1
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    assert policy is not None
    words = policy[1].replace("&#39;", "'")
    assert words.startswith("default-src 'none'; ")
    packed = re.search(r'id="data-script">(.*?)</script>', page, re.S)
    assert packed is not None
    drawing = gzip.decompress(unsigned(packed[1])).decode()
    assert "eval(" not in drawing
    assert "innerHTML" not in drawing
    for text in (*script, *style, drawing):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in words
    assert "unsafe" not in words
    assert "http" not in words


def test_nothing_in_the_page_points_outside(small_page: Path, hostile_page: Path) -> None:
    for path in (small_page, hostile_page):
        for tag, attributes in Elements(path.read_text("utf-8")).found:
            assert tag not in {"img", "link", "iframe", "object", "embed", "base", "form"}
            assert "src" not in attributes
            assert "style" not in attributes
            assert not [name for name in attributes if name.startswith("on")]
            for name in ("href", "xlink:href"):
                assert (attributes.get(name) or "#").startswith("#")


def test_every_link_to_a_static_case_has_a_target(small_page: Path) -> None:
    found = Elements(small_page.read_text("utf-8")).found
    ids = [attributes["id"] for _, attributes in found if attributes.get("id")]
    assert len(ids) == len(set(ids))
    links = [a["href"] for tag, a in found if tag == "a" and "&q=" in (a.get("href") or "")]
    assert links
    assert {link.removeprefix("#") for link in links if link} <= set(ids)


def test_hostile_texts_are_texts(hostile_page: Path) -> None:
    page = Elements(hostile_page.read_text("utf-8"))
    assert "Where is <img src=x onerror=?" in page.text or "desk <sample>" in page.text
    scripts = [a for tag, a in page.found if tag == "script"]
    assert sum("type" not in a for a in scripts) == 1
    assert sum(tag == "title" for tag, _ in page.found) == 1


def test_it_reads_without_script(small_page: Path) -> None:
    text = Elements(small_page.read_text("utf-8")).text
    for words in ("Best within 2,000 tokens", "Where to look first", "What does more recall cost?"):
        assert words in text
    assert text.count("score ") >= 20
    assert "✂" in text


def test_no_path_of_the_machine_is_in_the_page(small_run: RunFolder, small_page: Path) -> None:
    page = small_page.read_text("utf-8")
    assert str(small_run.path) not in page
    assert str(Path.home()) not in page or str(Path.home()) == "/"
