from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragcheck.measures import Corpus
from ragcheck.measures.severing import advise, gold_lengths, severed_chance
from tests.measures.build import collection, item, span

SIZES = st.integers(2, 40).flatmap(
    lambda size: st.tuples(st.just(size), st.integers(0, size - 1), st.integers(1, 60))
)


@given(SIZES)
def test_the_closed_form_counts_the_places_that_no_window_holds(case):
    size, overlap, length = case
    step = size - overlap
    windows = [(n * step, n * step + size) for n in range(length + 2)]
    places = range(length, length + step)  # one period, with windows on both sides
    severed = [
        not any(start <= place - length and place <= end for start, end in windows)
        for place in places
    ]
    assert float(severed_chance(length, size, overlap)) == pytest.approx(np.mean(severed))


@given(SIZES)
def test_an_overlap_of_one_less_than_the_length_severs_nothing(case):
    size, _, length = case
    if length <= size:
        assert severed_chance(length, size, length - 1) == 0
    else:
        assert severed_chance(length, size, size - 1) == 1


def test_known_values_and_broadcasting():
    found = severed_chance(np.array([1, 11, 101]), 100, np.array([[0], [50]]))
    assert found.tolist() == [[0, pytest.approx(0.1), 1], [0, 0, 1]]


def test_the_advised_overlap_keeps_all_but_the_longest_passages_whole():
    lengths = np.array([10] * 19 + [90])
    advice = advise(lengths, 100, 0)
    assert (advice.length, advice.overlap) == (10, 9)
    assert advice.severed == pytest.approx((19 * 0.09 + 0.89) / 20)
    assert advice.then == pytest.approx((1 - 11 / 91) / 20)


@pytest.mark.parametrize(("length", "overlap"), [(50, 49), (51, None)])
def test_passages_longer_than_half_the_size_need_other_chunks(length: int, overlap: int | None):
    advice = advise(np.array([length]), 100, 0)
    assert advice.overlap == overlap
    assert advice.then == (None if overlap is None else 0)


def test_lengths_are_those_of_first_members_in_tokens_that_hold_any_of_them():
    texts = {"a.txt": "Late fees are capped at $8 per month.", "b.txt": "Notice is thirty days."}
    capped, notice = span(texts, "a.txt", "capped at"), span(texts, "b.txt", "Notice is thirty")
    padded = span(texts, "a.txt", " capped at ")
    inside = span(texts, "a.txt", "mont")
    other = span(texts, "a.txt", "Late fees are capped")
    made = collection(texts, [item(capped, other), item(notice)], [item(padded), item(inside)])
    corpus = Corpus.of(made)
    assert gold_lengths(corpus, "tokens").tolist() == [2, 3, 2, 1]
    assert gold_lengths(corpus, "characters").tolist() == [9, 16, 9, 4]
