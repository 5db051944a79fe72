"""BM25 against rank-bm25 itself: equal bit by bit, in every variant, on any corpus."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rank_bm25 import BM25L, BM25Okapi, BM25Plus

from ragcheck.retrieval.bm25 import BM25
from ragcheck.retrieval.words import words

ORACLES: dict[str, Any] = {"okapi": BM25Okapi, "l": BM25L, "plus": BM25Plus}

WORD = st.sampled_from(["a", "b", "c", "d", "e", "f", "g", "h", "ab", "cd", "ef", "gh"])
# A word common to most texts, so that Okapi's floor for negative idf is reached.
TEXT = st.lists(WORD | st.just("the"), min_size=1, max_size=12).map(" ".join)


def _random_corpus(seed: int, texts: int) -> list[str]:
    random = np.random.default_rng(seed)
    lengths = random.integers(1, 80, texts)
    return [" ".join(f"w{i}" for i in random.zipf(1.3, n).clip(max=3000)) for n in lengths]


@pytest.mark.parametrize("variant", ORACLES)
@settings(deadline=None, max_examples=60)
@given(corpus=st.lists(TEXT, min_size=1, max_size=12), query=TEXT)
def test_scores_equal_rank_bm25_bit_by_bit(variant: str, corpus: list[str], query: str) -> None:
    oracle = ORACLES[variant]([words(text) for text in corpus])
    ours = BM25(variant=variant).index(corpus).scores(query)  # type: ignore[arg-type]
    assert ours.dtype == np.float64
    assert ours.tobytes() == oracle.get_scores(words(query)).tobytes()


@pytest.mark.parametrize("variant", ORACLES)
def test_scores_of_a_larger_corpus_and_other_options_are_equal(variant: str) -> None:
    corpus = _random_corpus(seed=7, texts=600)
    options = {"k1": 1.2, "b": 0.6} | ({"epsilon": 0.4} if variant == "okapi" else {"delta": 0.7})
    oracle = ORACLES[variant]([words(text) for text in corpus], **options)
    index = BM25(variant=variant, **options).index(corpus)  # type: ignore[arg-type]
    for query in (*_random_corpus(seed=8, texts=40), "w1 w1 w2 w1 unknown"):
        assert index.scores(query).tobytes() == oracle.get_scores(words(query)).tobytes()


@pytest.mark.parametrize("variant", ORACLES)
def test_search_is_the_stable_order_of_the_oracle_among_texts_that_share_a_word(
    variant: str,
) -> None:
    corpus = _random_corpus(seed=3, texts=3000)
    oracle = ORACLES[variant]([words(text) for text in corpus])
    held = [set(words(text)) for text in corpus]
    index = BM25(variant=variant).index(corpus)  # type: ignore[arg-type]
    queries = [" ".join(text.split()[:8]) for text in _random_corpus(seed=4, texts=25)]
    found = index.search(queries, k=20)
    for query, chunk, score in zip(queries, found.chunk, found.score, strict=True):
        expected = oracle.get_scores(words(query))
        wanted = set(words(query))
        order = [i for i in np.argsort(-expected, kind="stable") if wanted & held[i]][:20]
        assert chunk[chunk >= 0].tolist() == order
        np.testing.assert_array_equal(score[chunk >= 0], expected[order].astype(np.float32))


def test_a_text_scores_as_the_same_text_in_the_index() -> None:
    corpus = _random_corpus(seed=5, texts=200)
    for variant in ORACLES:
        index = BM25(variant=variant).index(corpus)  # type: ignore[arg-type]
        query = corpus[11]
        shared = np.array([bool(set(words(query)) & set(words(text))) for text in corpus])
        expected = np.where(shared, index.scores(query), -np.inf).astype(np.float32)
        assert index.score(query, corpus).tobytes() == expected.tobytes()
