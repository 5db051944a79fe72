"""Search depth: the larger of 5 x the largest k and what fills the largest budget."""

from __future__ import annotations

import numpy as np

from ragcheck.measures import depth, trim
from ragcheck.records import Chunks, Cut
from tests.measures.build import rankings


def index(*tokens: int) -> Chunks:
    zeros = np.zeros(len(tokens), np.int32)
    return Chunks(zeros, zeros, zeros, np.array(tokens, np.int32), zeros)


def test_five_times_k():
    found = depth(index(*[10] * 12), rankings(range(12), range(3)), [Cut(1), Cut(2)])
    assert found.keep.tolist() == [10, 3]
    assert not found.deeper  # the second row ended by itself


def test_a_budget_may_need_more_than_k():
    found = depth(index(*[10] * 12), rankings(range(12), range(12)), [Cut(1), Cut(75, "t")])
    assert found.keep.tolist() == [8, 8]
    assert not found.deeper


def test_a_budget_filled_exactly_needs_nothing_after():
    found = depth(index(10, 10, 10), rankings([0, 1, 2]), [Cut(20, "t")])
    assert found.keep.tolist() == [2]
    assert not found.deeper


def test_a_full_row_that_is_too_short_asks_for_more():
    assert depth(index(10, 10, 10), rankings([0, 1]), [Cut(21, "t")]).deeper
    assert depth(index(10, 10, 10), rankings([0, 1]), [Cut(1)]).deeper
    assert not depth(index(10, 10, 10), rankings([0, 1], [0]), [Cut(20, "t")]).deeper


def test_trimming_keeps_the_best_and_copies():
    found = rankings([3, 1, 2], [2, 0])
    short = trim(found, np.array([2, 0]))
    assert short.chunk.tolist() == [[3, 1], [-1, -1]]
    assert short.score.tolist() == [[0, -1], [-np.inf, -np.inf]]
    assert found.chunk.tolist() == [[3, 1, 2], [2, 0, -1]]
