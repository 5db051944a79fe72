"""The page's script reads what the standard library's bzip2 writes."""

from __future__ import annotations

import base64
import bz2
import random
from importlib import resources

import pytest
from playwright.sync_api import Browser

pytestmark = pytest.mark.browser
CHANCE = random.Random(0)
CASES = {
    "nothing": b"",
    "a single character": b"x",
    "runs of four and more": b"aaaa" + b"\0" * 300 + b"aaa" + b"x" * 259 + b"x" * 4 + b"yyyy\0",
    "every byte": bytes(CHANCE.choices(range(256), k=5_000)),
    "two characters": bytes(CHANCE.choices(b"ab", k=20_000)),
    "more than a block": ("Straße, 日本, 🧪 " * 3 + "plain words\n").encode() * 16_000,
}
READ = """([source, packed]) => {
  const bytes = Uint8Array.from(atob(packed), (c) => c.charCodeAt(0));
  const parts = new Function(`${source}; return bunzip`)()(bytes);
  return new Promise((done) => {
    const reader = new FileReader();
    reader.onload = () => done(reader.result.split(",")[1] || "");
    reader.readAsDataURL(new Blob(parts));
  });
}"""


@pytest.mark.parametrize("name", CASES)
def test_what_was_packed_reads_back(browser: Browser, name: str) -> None:
    page = browser.new_page()
    asset = resources.files("ragcheck.report") / "static" / "bunzip.js"
    packed = base64.b64encode(bz2.compress(CASES[name])).decode()
    read = page.evaluate(READ, [asset.read_text("utf-8"), packed])
    page.close()
    assert base64.b64decode(read) == CASES[name]
