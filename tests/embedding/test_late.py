"""Late mode: sums over windows are plain means over tokens, and nothing else stands in for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ragcheck.embedding.cache import CachedEmbedder
from ragcheck.embedding.late import Sums, Whole, places, windows
from ragcheck.embedding.late_cache import LateEmbedder, cached_embedder
from ragcheck.errors import ComponentError
from ragcheck.protocols import SpanEmbedder, TextKind
from ragcheck.records import Chunks, Document, Floats
from ragcheck.retrieval.dense import Dense
from ragcheck.spans import Ints
from tests.embedding.reading import Reader, everything


def whole(text: str, lead: int = 1, tail: int = 1) -> Whole:
    """Words as tokens; ids count, so that a token is known by its number."""
    found: list[tuple[int, int]] = []
    position = 0
    for word in text.split(" "):
        if word:
            found.append((position, position + len(word)))
        position += len(word) + 1
    spans = np.array(found, np.int64).reshape(-1, 2)
    ids = np.arange(lead + len(spans) + tail, dtype=np.int32)
    return Whole(ids, lead, tail, spans[:, 0], spans[:, 1])


@given(st.integers(0, 300), st.integers(4, 40), st.integers(0, 2), st.integers(0, 2))
@settings(deadline=None)
def test_every_token_comes_from_the_window_in_which_it_stands_most_central(
    length: int, longest: int, lead: int, tail: int
) -> None:
    read = whole(" ".join("a" * length), lead, tail)
    size = max(1, longest - lead - tail)
    made = list(windows(0, read, longest))
    rows = np.concatenate([one.ids[one.first : one.last] for one in made])
    assert rows.tolist() == read.ids.tolist()
    assert [one.ends for one in made] == [False] * (len(made) - 1) + [True]
    held = [one.ids[lead : len(one.ids) - tail].tolist() for one in made]
    assert max(map(len, held)) <= size

    def central(number: int, token: int) -> float:
        """How far a token stands from the edges of a window that are no ends of the document."""
        at, last = held[number].index(token), len(held[number]) - 1
        left = at if number else np.inf
        return min(left, last - at if number < len(made) - 1 else np.inf)

    for number, one in enumerate(made):
        for token in one.ids[one.first : one.last].tolist():
            if lead <= token < lead + length:
                others = [n for n in range(len(made)) if token in held[n]]
                assert central(number, token) == max(central(n, token) for n in others)


@given(st.data())
@settings(deadline=None)
def test_pooled_vectors_are_means_over_the_same_token_vectors(data: st.DataObject) -> None:
    words = data.draw(st.lists(st.text("ab", min_size=0, max_size=6), max_size=60))
    text = " ".join(words) or " "
    read = whole(text)
    edge = st.integers(0, len(text) - 1)
    spans = np.array(
        [
            (start, data.draw(st.integers(start + 1, len(text))))
            for start in data.draw(st.lists(edge, min_size=1, max_size=12))
        ]
    )
    vectors = np.random.default_rng(len(text)).normal(size=(len(read.ids), 5)).astype(np.float32)
    sums = Sums(places(read, spans))
    for window in windows(0, read, 10):
        sums.add(vectors[window.ids[window.first : window.last]])
    for (start, end), made in zip(spans.tolist(), sums.vectors(), strict=True):
        tokens = list(enumerate(zip(read.start.tolist(), read.end.tolist(), strict=True)))
        held = [number for number, (_, b) in tokens if start < b <= end]
        held = held or [number for number, (a, b) in tokens if a < end and b > start]
        rows = [1 + number for number in held]
        rows += [0] * (0 in held) + [len(read.ids) - 1] * (len(read.end) - 1 in held)
        mean = vectors[rows].astype(np.float64).mean(axis=0) if rows else np.zeros(5)
        wanted = mean / np.linalg.norm(mean) if rows else mean
        np.testing.assert_allclose(made, wanted, atol=1e-6)


@dataclass(frozen=True)
class Mean:
    """A document's chunk has its words' mean, each a vector of noise; `read` lists what was read.

    It counts a document's words, so that the same text elsewhere has another vector.
    """

    fingerprint: str = "mean"
    late: bool = True
    read: list[str] = field(default_factory=list, compare=False)

    def embed(self, texts: Sequence[str], *, kind: TextKind) -> Floats:
        return Reader(everything).embed(texts, kind=kind)

    def stream_spans(
        self, texts: Sequence[str], spans: Sequence[Ints]
    ) -> Iterator[tuple[int, Floats]]:
        for number, (text, wanted) in enumerate(zip(texts, spans, strict=True)):
            self.read.append(text)
            read = whole(text)
            made = Sums(places(read, wanted))
            made.add(np.random.default_rng(len(text)).normal(size=(len(read.ids), 8)))
            yield number, made.vectors()


DOCUMENTS = (
    Document("a.txt", "one two three four"),
    Document("b.txt", "five six"),
    Document("c.txt", "one two three four"),
)


def cut(size: int) -> Chunks:
    """The documents in pieces of so many characters."""
    rows = [
        (number, start, min(start + size, len(document.text)))
        for number, document in enumerate(DOCUMENTS)
        for start in range(0, len(document.text), size)
    ]
    columns = np.array(rows, np.int32).T
    none = np.zeros(len(rows), np.int32)
    return Chunks(*columns, none, none)


def test_documents_are_read_once_for_all_chunkings_and_not_again(tmp_path: Path) -> None:
    chunkings = [cut(4), cut(9), cut(100)]
    alone = [LateEmbedder(Mean(), tmp_path / f"{n}") for n in range(3)]
    wanted = [e.embed_spans(DOCUMENTS, c) for e, c in zip(alone, chunkings, strict=True)]
    model = Mean()
    together = LateEmbedder(model, tmp_path / "cache")
    together.expect(chunkings)
    ahead = together.ahead(DOCUMENTS, chunkings)
    distinct = 5 + 2 + 2 + 1 + 1  # `five six` is one chunk in two chunkings
    assert (ahead.chunks, ahead.cached, len(ahead.texts)) == (distinct, 0, 2)
    for chunks, vectors in zip(chunkings, wanted, strict=True):
        assert np.array_equal(together.embed_spans(DOCUMENTS, chunks), vectors)
    assert model.read == ["one two three four", "five six"]
    assert together.ahead(DOCUMENTS, chunkings).texts == ()
    again = LateEmbedder(model, tmp_path / "cache")
    assert np.array_equal(again.embed_spans(DOCUMENTS, chunkings[1]), wanted[1])
    assert len(model.read) == 2


def test_without_a_disk_documents_are_read_once_as_well(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    model = Mean()
    embedder = LateEmbedder(model, tmp_path / "file")
    chunkings = [cut(4), cut(9)]
    embedder.expect(chunkings)
    made = [embedder.embed_spans(DOCUMENTS, chunks) for chunks in chunkings]
    assert [len(vectors) for vectors in made] == [len(chunks) for chunks in chunkings]
    assert len(model.read) == 2
    assert embedder.notice is not None


def test_late_vectors_are_searched_but_no_other_text_is_scored(tmp_path: Path) -> None:
    embedder = cached_embedder(Mean(), tmp_path)
    assert isinstance(embedder, SpanEmbedder)
    index = Dense(embedder).index_spans(DOCUMENTS, cut(9))
    assert index is not None
    assert not hasattr(index, "score")
    found = index.search(["a question"], k=5)
    vectors, query = (
        embedder.embed_spans(DOCUMENTS, cut(9)),
        embedder.embed(["a question"], kind="query"),
    )
    order = np.argsort(-(vectors @ query[0]), kind="stable")
    assert found.chunk[0].tolist() == order.tolist()
    with pytest.raises(ComponentError, match="no text by itself"):
        Dense(embedder).index(["a text"])


def test_an_embedder_that_is_not_told_to_reads_texts(tmp_path: Path) -> None:
    embedder = cached_embedder(Mean(late=False), tmp_path)
    assert type(embedder) is CachedEmbedder
    assert Dense(embedder).index_spans(DOCUMENTS, cut(9)) is None
