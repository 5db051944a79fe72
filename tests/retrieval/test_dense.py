"""Dense search against a float64 brute force, with a small real embedder: hashed letter triples."""

from __future__ import annotations

import tracemalloc
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ragcheck.errors import ComponentError
from ragcheck.protocols import Retriever, ScoringIndex, TextKind
from ragcheck.records import Floats
from ragcheck.retrieval import dense
from ragcheck.retrieval.dense import Dense

WORDS = ["fee", "late", "token", "limit", "month", "error", "page", "table"]


@dataclass(frozen=True)
class Triples:
    """Counts of hashed letter triples, normalised to length 1."""

    width: int = 64

    @property
    def fingerprint(self) -> str:
        return f"triples-{self.width}"

    def embed(self, texts: Sequence[str], *, kind: TextKind) -> Floats:
        vectors = np.zeros((len(texts), self.width), np.float32)
        for row, text in enumerate(texts):
            for start in range(len(text) + 2):
                triple = f"  {text}  "[start : start + 3]
                vectors[row, zlib.crc32(triple.encode()) % self.width] += 1
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@dataclass(frozen=True)
class Counts:
    """How often `a` and `b` stand in a text, so that products are exact."""

    @property
    def fingerprint(self) -> str:
        return "counts"

    def embed(self, texts: Sequence[str], *, kind: TextKind) -> Floats:
        rows = [(text.count("a"), text.count("b")) for text in texts]
        return np.array(rows, np.float32).reshape(-1, 2)


@dataclass(frozen=True)
class Fixed:
    """Returns the same array whatever is asked."""

    vectors: Floats

    @property
    def fingerprint(self) -> str:
        return "fixed"

    def embed(self, texts: Sequence[str], *, kind: TextKind) -> Floats:
        return self.vectors


def _texts(count: int, seed: int = 1) -> list[str]:
    random = np.random.default_rng(seed)
    return [" ".join(random.choice(WORDS, 6)) + f" {random.integers(40)}" for _ in range(count)]


def test_the_order_is_that_of_float64_brute_force() -> None:
    texts, queries = _texts(900), _texts(30, seed=2)
    model = Triples()
    found = Dense(model).index(texts).search(queries, k=20)
    vectors = model.embed(texts, kind="document").astype(np.float64)
    exact = model.embed(queries, kind="query").astype(np.float64) @ vectors.T
    for row in range(len(queries)):
        chosen = found.chunk[row]
        np.testing.assert_allclose(found.score[row], exact[row, chosen], atol=1e-6)
        best = np.sort(exact[row])[::-1][:20]
        np.testing.assert_allclose(exact[row, chosen], best, atol=1e-6)
        assert len(set(chosen.tolist())) == 20


def test_equal_texts_tie_in_text_order_and_are_embedded_once() -> None:
    texts = ["fee", "token", "fee", "limit", "fee"] * 300
    found = Dense(Triples()).index(texts).search(["fee", "token"], k=900)
    assert found.chunk[0].tolist() == [i for i, text in enumerate(texts) if text == "fee"]
    assert found.chunk[1, :300].tolist() == [i for i, text in enumerate(texts) if text == "token"]


@pytest.mark.parametrize("block", [1, 120, 3000])
def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    texts, queries = _texts(150), _texts(30, seed=2)
    index = Dense(Triples()).index(texts)
    whole = index.search(queries, k=40)
    monkeypatch.setattr(dense, "_BLOCK", block)
    parts = index.search(queries, k=40)
    np.testing.assert_allclose(parts.score, whole.score, atol=1e-6)
    assert parts.chunk.shape == whole.chunk.shape


def test_memory_is_that_of_a_block_and_vectors_are_not_copied(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    texts = [str(number) for number in range(20_000)]
    vectors = np.random.default_rng(3).standard_normal((20_000, 64), dtype=np.float32)
    vectors.setflags(write=False)
    index = Dense(Fixed(vectors)).index(texts)
    monkeypatch.setattr(Fixed, "embed", lambda self, texts, *, kind: vectors[: len(texts)])
    monkeypatch.setattr(dense, "_BLOCK", 1 << 16)
    tracemalloc.start()
    found = index.search(texts[:64], k=5)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (found.chunk[:, 0] >= 0).all()
    assert peak < vectors.nbytes / 2


@settings(deadline=None, max_examples=80)
@given(
    # Few vectors for many texts: repeated texts, and different texts with one vector.
    texts=st.lists(st.sampled_from(["a", "aa", "b", "ab", "ba", "c", "abb"]), max_size=30),
    query=st.sampled_from(["a", "ab", "aab", ""]),
    block=st.integers(1, 40),
    k=st.integers(0, 12),
)
def test_ties_stand_in_text_order_whatever_the_block(
    texts: list[str], query: str, block: int, k: int
) -> None:
    model = Counts()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dense, "_BLOCK", block)
        found = Dense(model).index(texts).search([query], k=k)
    scores = model.embed([query], kind="query")[0] @ model.embed(texts, kind="document").T
    order = np.argsort(-scores, kind="stable")[:k]
    assert found.chunk[0].tolist() == order.tolist()
    assert found.score[0].tolist() == scores[order].tolist()


def test_nothing_in_nothing_out() -> None:
    index = Dense(Triples()).index([])
    assert index.search(["fee", "token"], k=5).chunk.shape == (2, 0)
    assert Dense(Triples()).index(["fee"]).search([], k=5).chunk.shape == (0, 0)
    assert Dense(Triples()).index(["fee"]).search(["fee"], k=5).chunk.tolist() == [[0]]


def test_injected_texts_score_as_the_same_texts_in_the_index() -> None:
    texts = _texts(40)
    index = Dense(Triples()).index(texts)
    found = index.search(["late fee"], k=40)
    scores = index.score("late fee", texts)
    assert scores.dtype == np.float32
    np.testing.assert_allclose(scores[found.chunk[0]], found.score[0], atol=1e-6)
    assert index.score("late fee", []).shape == (0,)


@pytest.mark.parametrize(
    ("vectors", "message"),
    [
        (np.zeros((1, 3), np.float32), r"shape \(1, 3\) for 2 texts"),
        (np.zeros(2, np.float32), r"shape \(2,\) for 2 texts"),
        (np.array([[0, 1], [np.nan, 0]], np.float32), "not finite for 'second'"),
    ],
)
def test_a_broken_embedder_is_named(vectors: Floats, message: str) -> None:
    with pytest.raises(ComponentError, match=f"embedder Fixed returned .*{message}"):
        Dense(Fixed(vectors)).index(["first", "second"])


def test_it_fits_the_seams() -> None:
    assert isinstance(Dense(Triples()), Retriever)
    assert isinstance(Dense(Triples()).index([]), ScoringIndex)
