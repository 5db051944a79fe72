"""Fusion against its definition written out with dictionaries, over two real BM25 indexes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from ragcheck.errors import ConfigError
from ragcheck.protocols import Fusion, Index
from ragcheck.retrieval.bm25 import BM25
from ragcheck.retrieval.hybrid import Hybrid

FIRST, SECOND = BM25(), BM25(variant="l", b=0.1, k1=3)


def _texts(count: int, seed: int) -> list[str]:
    random = np.random.default_rng(seed)
    return [
        " ".join(f"w{i}" for i in random.integers(0, 60, random.integers(2, 30)))
        for _ in range(count)
    ]


def _list(index: Index, query: str, pool: int) -> dict[int, float]:
    found = index.search([query], k=pool)
    rows = zip(found.chunk[0].tolist(), found.score[0].tolist(), strict=True)
    return {chunk: score for chunk, score in rows if chunk >= 0}


def _expected(lists: list[dict[int, float]], model: Hybrid) -> list[tuple[int, float]]:
    total: dict[int, float] = {}
    for share, found in zip((model.weight, 1 - model.weight), lists, strict=True):
        low, high = min(found.values(), default=0), max(found.values(), default=0)
        for rank, (chunk, score) in enumerate(found.items(), 1):
            if model.fusion == "rrf":
                point = 1 / (model.k + rank)
            else:
                point = share * ((score - low) / (high - low) if high > low else 1.0)
            total[chunk] = total.get(chunk, 0.0) + point
    return sorted(total.items(), key=lambda item: (-item[1], item[0]))


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"k": 0, "pool": 7},
        {"fusion": "weighted"},
        {"fusion": "weighted", "weight": 0.9, "pool": 15},
        {"fusion": "weighted", "weight": 0.0},
    ],
)
def test_fused_lists_equal_the_definition(options: dict[str, Any]) -> None:
    texts, queries = _texts(300, seed=1), [*_texts(20, seed=2), "w1", "unknown", ""]
    model = Hybrid(FIRST, SECOND, **options)
    found = model.index(texts).search(queries, k=25)
    parts = [part.index(texts) for part in model.parts]
    for row, query in enumerate(queries):
        expected = _expected([_list(part, query, model.pool) for part in parts], model)[:25]
        there = found.chunk[row] >= 0
        assert found.chunk[row][there].tolist() == [chunk for chunk, _ in expected]
        points = np.array([point for _, point in expected])
        np.testing.assert_allclose(found.score[row][there], points, rtol=1e-6)


def test_at_most_both_pools_are_found_and_a_shorter_search_is_their_beginning() -> None:
    index = Hybrid(FIRST, SECOND, pool=5).index(_texts(200, seed=3))
    longest = index.search(["w1 w2 w3"], k=1000)
    assert 5 <= longest.chunk.shape[1] <= 10
    for k in range(longest.chunk.shape[1]):
        assert index.search(["w1 w2 w3"], k=k).chunk.tolist() == longest.chunk[:, :k].tolist()


def test_a_text_in_one_list_alone_gets_nothing_from_the_other() -> None:
    model = Hybrid(FIRST, SECOND, fusion="weighted", weight=0.25)
    first = (np.array([4, 2]), np.array([3.0, 1.0], np.float32))
    second = (np.array([9]), np.array([7.0], np.float32))
    chunks, points = model.merge([first, second], k=5)
    # The only text of a list is its best one: 1 x 0.75. The worst of a list gets 0, yet is found.
    assert chunks.tolist() == [9, 4, 2]
    assert points.tolist() == [0.75, 0.25, 0.0]
    assert points.dtype == np.float64


def test_ties_stand_in_text_order() -> None:
    model = Hybrid(FIRST, SECOND)
    first = (np.array([8, 3]), np.array([2.0, 1.0]))
    second = (np.array([3, 8]), np.array([2.0, 1.0]))
    assert model.merge([first, second], k=2)[0].tolist() == [3, 8]


def test_parts_built_before_are_fused_without_building_again() -> None:
    texts = _texts(100, seed=4)
    model = Hybrid(FIRST, SECOND)
    assert model.parts == (FIRST, SECOND)
    fused = model.fuse([part.index(texts) for part in model.parts]).search(["w3 w4"], k=9)
    np.testing.assert_array_equal(fused.chunk, model.index(texts).search(["w3 w4"], k=9).chunk)


def test_an_empty_index_returns_nothing() -> None:
    assert Hybrid(FIRST, SECOND).index([]).search(["a", "b"], k=3).chunk.shape == (2, 0)
    assert Hybrid(FIRST, SECOND).index(["a"]).search([], k=3).chunk.shape == (0, 0)


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"fusion": "rff"}, "fusion"),
        ({"k": -1}, "k"),
        ({"pool": 0}, "pool"),
        ({"fusion": "weighted", "weight": 1.1}, "weight"),
        ({"weight": 0.7}, "weight: has no effect with fusion rrf"),
        ({"fusion": "weighted", "k": 10}, "k: has no effect with fusion weighted"),
    ],
)
def test_an_option_out_of_range_or_without_effect_is_named(
    options: dict[str, Any], named: str
) -> None:
    with pytest.raises(ConfigError, match=f"hybrid {named}"):
        Hybrid(FIRST, SECOND, **options)


def test_it_fits_the_seam() -> None:
    assert isinstance(Hybrid(FIRST, SECOND), Fusion)
