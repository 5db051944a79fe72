"""The cache folder keeps within its limit and forgets what was used least recently."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from ragcheck.embedding.cache import CachedEmbedder
from ragcheck.embedding.folder import cache_info, clear, models_size, size_limit
from ragcheck.errors import ConfigError
from ragcheck.protocols import TextKind
from ragcheck.records import Floats
from tests.embedding.reading import Reader, everything


class Wide:
    """Vectors of 4 KB, made of nothing but the name."""

    def __init__(self, name: str) -> None:
        self.fingerprint = name

    def embed(self, texts: Sequence[str], *, kind: TextKind) -> Floats:
        return np.full((len(texts), 1024), len(self.fingerprint), np.float32)


def _age(folder: Path, hours: float) -> None:
    """Make all that is in the files so much older."""
    for path in (folder / "embeddings").glob("*.sqlite"):
        with sqlite3.connect(path) as database:
            database.execute("UPDATE texts SET used = used - ?", (int(hours * 3600),))
        database.close()


def _embed(folder: Path, name: str, texts: Sequence[str]) -> CachedEmbedder:
    cached = CachedEmbedder(Wide(name), folder)
    cached.embed(texts, kind="document")
    return cached


def _on_disk(folder: Path) -> int:
    return sum(file.size for file in cache_info(folder))


@pytest.mark.parametrize(
    ("text", "size"),
    [("", 5 * 10**9), ("800MB", 8 * 10**8), ("1.5 gb", 15 * 10**8), ("4096", 4096), ("0", 0)],
)
def test_a_limit_is_read(monkeypatch: pytest.MonkeyPatch, text: str, size: int) -> None:
    monkeypatch.setenv("RAGCHECK_CACHE_LIMIT", text)
    assert size_limit() == size


@pytest.mark.parametrize("text", ["much", "5 XB", "-1", "1e9", "GB"])
def test_a_limit_that_is_no_size_is_refused(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("RAGCHECK_CACHE_LIMIT", text)
    with pytest.raises(ConfigError, match=f"RAGCHECK_CACHE_LIMIT: `{text}`"):
        CachedEmbedder(Wide("a"), Path("nowhere"))


def test_what_was_used_least_recently_goes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAGCHECK_CACHE_LIMIT", "2MB")
    old, used, new = (
        [f"{name} {number}" for number in range(140)] for name in ("old", "used", "new")
    )
    _embed(tmp_path, "one", old)
    _age(tmp_path, 2)
    _embed(tmp_path, "another", used)
    _age(tmp_path, 2)
    assert _embed(tmp_path, "another", used[:100]).hits == 100  # noted as used now
    last = _embed(tmp_path, "third", new)
    assert last.notice is None
    assert _on_disk(tmp_path) < 2_200_000
    assert _embed(tmp_path, "third", new).hits == 140
    assert _embed(tmp_path, "another", used[:100]).hits == 100
    assert CachedEmbedder(Wide("one"), tmp_path).missing(old, kind="document")


def test_what_this_run_uses_is_not_dropped_for_more_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAGCHECK_CACHE_LIMIT", "1MB")
    texts = [f"text {number}" for number in range(400)]
    cached = CachedEmbedder(Wide("one"), tmp_path)
    for start in range(0, 400, 50):
        made = cached.embed(texts[start : start + 50], kind="document")
        assert made.shape == (50, 1024)
    assert cached.notice is not None
    assert "RAGCHECK_CACHE_LIMIT" in cached.notice.text
    assert 100 < cache_info(tmp_path)[0].vectors < 250  # type: ignore[operator]
    assert _on_disk(tmp_path) < 1_200_000
    before = cached.hits
    cached.embed(texts[:50], kind="document")
    assert cached.hits - before == 50, "it is read although it is full"
    monkeypatch.setenv("RAGCHECK_CACHE_LIMIT", "4MB")
    assert _embed(tmp_path, "one", texts).notice is None
    assert _embed(tmp_path, "one", texts).hits == 400


def test_models_count_and_go_like_vectors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = tmp_path / "profiles" / "converted"
    model.mkdir(parents=True)
    (model / "model.bin").write_bytes(bytes(1_500_000))
    assert models_size(tmp_path) == 1_500_000
    monkeypatch.setenv("RAGCHECK_CACHE_LIMIT", "2MB")
    texts = [f"text {number}" for number in range(300)]
    assert _embed(tmp_path, "one", texts).notice, "a model in use stays"
    assert model.exists()
    os.utime(model, (0, 0))
    assert _embed(tmp_path, "one", texts).notice is None
    assert not model.exists()
    assert clear(tmp_path) > 1_000_000
    assert list((tmp_path / "embeddings").iterdir()) == []


def test_how_much_is_read_goes_with_its_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = Reader(everything)
    texts = [f"late fees {number} are capped" for number in range(400)]
    CachedEmbedder(reader, tmp_path).read(texts)
    CachedEmbedder(reader, tmp_path).embed(texts, kind="document")
    _age(tmp_path, 3)
    monkeypatch.setenv("RAGCHECK_CACHE_LIMIT", "200KB")
    assert _embed(tmp_path, "new", [f"text {number}" for number in range(25)]).notice is None
    again = Reader(everything)
    CachedEmbedder(again, tmp_path).read(texts)
    assert again.asked


def test_a_file_that_is_no_database_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "embeddings").mkdir()
    foreign = tmp_path / "embeddings" / "mine.sqlite"
    foreign.write_bytes(b"no database" * 1000)
    monkeypatch.setenv("RAGCHECK_CACHE_LIMIT", "8KB")
    assert _embed(tmp_path, "one", ["a", "b", "c"]).notice
    assert foreign.stat().st_size == 11_000
