"""Texts of which a model reads the same share a vector; a cache from before they did is found."""

from __future__ import annotations

import hashlib
import sqlite3
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ragcheck.embedding.cache import CachedEmbedder
from ragcheck.embedding.folder import cache_info
from ragcheck.embedding.vectors import Positions, Tokens
from ragcheck.protocols import TextKind
from ragcheck.records import Floats
from tests.embedding.reading import Seeded


@dataclass(frozen=True)
class Tokened(Seeded):
    """Reads the first three words of a text, as tokens; `fed` remembers what it made vectors of."""

    fed: list[str] = field(default_factory=list, compare=False)

    def tokens(self, texts: Sequence[str], *, kind: TextKind) -> list[Tokens]:
        return [
            np.array([zlib.crc32(w.encode()) >> 1 for w in text.split()[:3]], np.int32)
            for text in texts
        ]

    def stream_tokens(self, tokens: Sequence[Tokens]) -> Iterator[tuple[Positions, Floats]]:
        for position in reversed(range(len(tokens))):
            self.fed.append(tokens[position].tobytes().hex())
            seed = zlib.crc32(tokens[position].tobytes())
            row = np.random.default_rng(seed).normal(size=self.width)
            yield np.array([position]), row[None].astype(np.float32)


def test_texts_of_which_the_same_is_read_share_a_vector(tmp_path: Path) -> None:
    long = "late fees are capped at eight dollars"
    texts = [long, "late fees are", "late fees", "late  fees are due", long]
    model = Tokened()
    first = CachedEmbedder(model, tmp_path)
    seen: list[tuple[int, int]] = []
    first.on_progress = lambda done, total: seen.append((done, total))
    vectors = first.embed(texts, kind="document")
    assert (first.hits, first.embedded, len(model.fed)) == (0, 2, 2)
    assert seen == [(1, 4), (4, 4)]
    assert [np.array_equal(vectors[0], row) for row in vectors] == [True, True, False, True, True]
    assert model.asked == []
    second = CachedEmbedder(Tokened(), tmp_path)
    again = second.embed([*texts, "late fees are refunded"], kind="document")
    assert np.array_equal(again, [*vectors, vectors[0]])
    assert (second.hits, second.embedded) == (5, 0)
    assert second.missing(["late fees are refunded", "late"], kind="document") == ["late"]
    assert [file.vectors for file in cache_info(tmp_path)] == [2]


def test_the_runtime_is_told_of_what_was_made_with_it(tmp_path: Path) -> None:
    @dataclass(frozen=True)
    class Named(Seeded):
        computed_by = "abacus f32"

    made, found, plain = (
        CachedEmbedder(model, tmp_path) for model in (Named(), Named(), Seeded("plain"))
    )
    for cached in (made, found, plain):
        cached.embed(["a"], kind="query")
    assert [cached.runtime for cached in (made, found, plain)] == ["abacus f32", None, None]


def test_a_query_and_a_document_that_read_the_same_have_their_own_vectors(tmp_path: Path) -> None:
    cached = CachedEmbedder(Tokened(), tmp_path)
    for kind in ("query", "document", "query"):
        cached.embed(["late fees are", "late fees are capped"], kind=kind)  # type: ignore[arg-type]
    assert cached.embedded == 2


def test_vectors_of_an_older_cache_are_found(tmp_path: Path) -> None:
    """As it was before texts shared vectors: one for each text, under the text's key."""
    texts = [f"text {number}" for number in range(700)]
    rows = Seeded().embed(texts, kind="document")
    folder = tmp_path / "embeddings"
    folder.mkdir()
    database = sqlite3.connect(folder / f"{hashlib.sha256(b'seeded').hexdigest()[:32]}.sqlite")
    database.execute("CREATE TABLE about (fingerprint TEXT NOT NULL)")
    database.execute("CREATE TABLE vectors (key BLOB PRIMARY KEY, vector BLOB NOT NULL)")
    database.execute("CREATE TABLE windows (key BLOB PRIMARY KEY, characters INTEGER NOT NULL)")
    database.execute("INSERT INTO about VALUES ('seeded')")
    for text, row in zip(texts, rows, strict=True):
        key = hashlib.sha256(f"seeded\0document\0{text}".encode()).digest()
        database.execute("INSERT INTO vectors VALUES (?, ?)", (key, row.tobytes()))
    database.commit()
    database.close()
    for _ in range(2):
        cached = CachedEmbedder(Seeded(), tmp_path)
        found = cached.embed([*texts, "new"], kind="document")
        assert found[:700].tobytes() == rows.tobytes()
    assert (cached.hits, cached.embedded) == (701, 0)
    assert [(file.fingerprint, file.vectors) for file in cache_info(tmp_path)] == [("seeded", 701)]
