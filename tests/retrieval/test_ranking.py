"""The best k in one order: by score, then by position."""

from __future__ import annotations

import tracemalloc

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from ragcheck.retrieval.ranking import Best, pack, top


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


@settings(deadline=None)
@given(
    seed=st.integers(0, 10_000),
    rows=st.integers(1, 4),
    widths=st.lists(st.integers(1, 3000), max_size=6),
    levels=st.sampled_from([1, 3, 50, 100_000]),
    k=st.integers(1, 300),
)
def test_the_best_of_blocks_are_the_beginning_of_the_stable_sort(
    seed: int, rows: int, widths: list[int], levels: int, k: int
) -> None:
    random = np.random.default_rng(seed)
    blocks = [random.integers(-levels, levels, (rows, n)).astype(np.float32) for n in widths]
    best = Best(rows, k)
    for block in blocks:
        best.add(block)
    found = best.rankings()
    whole = np.concatenate([np.empty((rows, 0), np.float32), *blocks], axis=1)
    order = np.argsort(-whole, axis=1, kind="stable")[:, :k]
    held = order.shape[1]
    assert found.chunk.shape == found.score.shape == (rows, k)
    assert found.chunk[:, :held].tolist() == order.tolist()
    assert (found.score[:, :held] == np.take_along_axis(whole, order, axis=1)).all()
    assert (found.chunk[:, held:] == -1).all()
    assert np.isneginf(found.score[:, held:]).all()


def test_the_best_of_many_blocks_takes_the_memory_of_few() -> None:
    random = np.random.default_rng(5)
    best = Best(64, 10)
    blocks = [random.standard_normal((64, 4096), dtype=np.float32) for _ in range(4)]
    for block in blocks:
        best.add(block)
    tracemalloc.start()
    for _ in range(10):
        for block in blocks:
            best.add(block + np.float32(0.01))
    kept, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 100_000
    assert peak < 3 * blocks[0].nbytes
