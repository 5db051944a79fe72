"""What every retriever promises, for any texts and queries (protocols.Index)."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ragcheck.protocols import Retriever, TextKind
from ragcheck.records import Floats
from ragcheck.retrieval.bm25 import BM25
from ragcheck.retrieval.dense import Dense
from ragcheck.retrieval.hybrid import Hybrid
from ragcheck.retrieval.words import words


@dataclass(frozen=True)
class Letters:
    """Counts of letters modulo 8: few distinct vectors, many ties."""

    @property
    def fingerprint(self) -> str:
        return "letters"

    def embed(self, texts: Sequence[str], *, kind: TextKind) -> Floats:
        rows = [np.bincount([zlib.crc32(c.encode()) % 8 for c in t], minlength=8) for t in texts]
        return np.array(rows, np.float32).reshape(-1, 8)


RETRIEVERS: dict[str, Retriever] = {
    "okapi": BM25(),
    "l": BM25(variant="l"),
    "plus": BM25(variant="plus"),
    "lucene": BM25(idf="lucene"),
    "dense": Dense(Letters()),
    "rrf": Hybrid(BM25(), Dense(Letters()), pool=4),
    "weighted": Hybrid(BM25(), Dense(Letters()), fusion="weighted", pool=4),
}

TEXT = st.text(st.sampled_from("ab 1-_猫ไé\u0301😀"), max_size=8)
TEXTS = st.lists(TEXT, max_size=12)


@pytest.mark.parametrize("name", RETRIEVERS)
@settings(deadline=None, max_examples=60)
@given(texts=TEXTS, queries=st.lists(TEXT, max_size=4), k=st.integers(0, 15))
def test_a_ranking_is_valid_ordered_and_begins_every_longer_one(
    name: str, texts: list[str], queries: list[str], k: int
) -> None:
    index = RETRIEVERS[name].index(texts)
    found, longest = index.search(queries, k=k), index.search(queries, k=100)
    width = found.chunk.shape[1]
    assert found.chunk.shape == found.score.shape == (len(queries), width)
    assert width == min(k, longest.chunk.shape[1])
    np.testing.assert_array_equal(found.chunk, longest.chunk[:, :width])
    np.testing.assert_array_equal(found.score, longest.score[:, :width])
    for chunk, score in zip(longest.chunk, longest.score, strict=True):
        there = chunk >= 0
        assert there.sum() == len(set(chunk[there].tolist()))
        assert not there[there.sum() :].any()
        assert (chunk[there] < len(texts)).all()
        assert np.isfinite(score[there]).all()
        assert np.isneginf(score[~there]).all()
        assert (np.diff(score[there]) <= 0).all()


@pytest.mark.parametrize("name", RETRIEVERS)
@settings(deadline=None, max_examples=60)
@given(texts=TEXTS, query=TEXT, copies=st.integers(2, 4))
def test_equal_texts_stand_in_text_order(
    name: str, texts: list[str], query: str, copies: int
) -> None:
    texts = texts * copies
    chunk = RETRIEVERS[name].index(texts).search([query], k=100).chunk[0]
    for text in set(texts):
        places = [c for c in chunk.tolist() if c >= 0 and texts[c] == text]
        assert places == sorted(places)


@pytest.mark.parametrize("name", ["okapi", "l", "plus", "lucene"])
@settings(deadline=None, max_examples=60)
@given(texts=TEXTS, query=TEXT)
def test_bm25_returns_exactly_the_texts_that_share_a_word(
    name: str, texts: list[str], query: str
) -> None:
    found = RETRIEVERS[name].index(texts).search([query], k=100).chunk[0]
    wanted = set(words(query))
    assert {c for c in found.tolist() if c >= 0} == {
        i for i, text in enumerate(texts) if wanted & set(words(text))
    }


@pytest.mark.parametrize("name", ["okapi", "l", "plus", "lucene", "dense"])
@settings(deadline=None, max_examples=60)
@given(texts=TEXTS.filter(bool), query=TEXT)
def test_a_text_scores_the_same_injected_and_indexed(
    name: str, texts: list[str], query: str
) -> None:
    index = RETRIEVERS[name].index(texts)
    found = index.search([query], k=100)
    expected = np.full(len(texts), -np.inf, np.float32)
    there = found.chunk[0] >= 0
    expected[found.chunk[0][there]] = found.score[0][there]
    np.testing.assert_array_equal(index.score(query, texts), expected)  # type: ignore[attr-defined]
