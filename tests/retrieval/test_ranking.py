"""The best k in one order: by score, then by position."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from ragcheck.retrieval.ranking import pack, top


@settings(deadline=None)
@given(
    # Few distinct values over many places: ties stand everywhere, also at the k-th place.
    seed=st.integers(0, 10_000),
    size=st.integers(0, 6000),
    levels=st.integers(1, 2000),
    k=st.integers(0, 700),
)
def test_top_is_the_beginning_of_the_stable_sort(seed: int, size: int, levels: int, k: int) -> None:
    scores = np.random.default_rng(seed).integers(-1, levels, size).astype(np.float64)
    order = np.argsort(-scores, kind="stable")
    assert top(scores, k).tolist() == order[:k].tolist()
    positive = [position for position in order if scores[position] > 0]
    assert top(scores, k, above=0.0).tolist() == positive[:k]


def test_minus_infinity_is_never_returned() -> None:
    scores = np.full(5000, -np.inf)
    assert top(scores, 10).tolist() == []
    scores[[4999, 17]] = [1.0, 2.0]
    assert top(scores, 10).tolist() == [17, 4999]


def test_rankings_are_padded_to_the_longest_row() -> None:
    rows = [(np.array([3, 1]), np.array([2.0, 1.0])), (np.array([], np.intp), np.array([]))]
    rankings = pack(rows)
    assert rankings.chunk.tolist() == [[3, 1], [-1, -1]]
    assert rankings.chunk.dtype == np.int32
    assert rankings.score.tolist() == [[2.0, 1.0], [-np.inf, -np.inf]]
    assert rankings.score.dtype == np.float32
    assert pack([]).chunk.shape == (0, 0)
