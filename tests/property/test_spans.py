"""The algebra of intervals against sets of characters."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from ragcheck.spans import intersection, length, union, units_before

SIZE = 30
pairs = st.lists(st.tuples(st.integers(0, SIZE), st.integers(0, SIZE)), max_size=8)
texts = st.text(
    alphabet=st.sampled_from("ab \n\t\u00a0\u2003\u3000\u200b\x1c\x85é😀\ud800"), max_size=SIZE
)


def arrays(intervals):
    found = np.array(intervals, dtype=np.int64).reshape(-1, 2)
    return found[:, 0], found[:, 1]


def positions(start, end) -> set[int]:
    return {at for low, high in zip(start, end, strict=True) for at in range(low, high)}


def is_disjoint_and_sorted(start, end) -> bool:
    return bool((start < end).all() and (end[:-1] < start[1:]).all())


@given(pairs)
@settings(deadline=None)
def test_union_covers_the_same_positions_with_the_fewest_intervals(intervals):
    start, end = arrays(intervals)
    found = union(start, end)
    assert positions(*found) == positions(start, end)
    assert is_disjoint_and_sorted(*found)


@given(pairs, st.randoms())
@settings(deadline=None)
def test_union_ignores_order_and_repetition_and_is_idempotent(intervals, random):
    once = union(*arrays(intervals))
    shuffled = intervals * 2
    random.shuffle(shuffled)
    for other in (union(*arrays(shuffled)), union(*once)):
        assert [side.tolist() for side in other] == [side.tolist() for side in once]


@given(pairs, pairs)
@settings(deadline=None)
def test_intersection_holds_the_common_positions(first, second):
    a, b = union(*arrays(first)), union(*arrays(second))
    found = intersection(a, b)
    assert positions(*found) == positions(*a) & positions(*b)
    assert is_disjoint_and_sorted(*found)
    swapped = intersection(b, a)
    assert [side.tolist() for side in swapped] == [side.tolist() for side in found]


@given(texts)
@settings(deadline=None)
def test_units_are_the_characters_that_are_no_space(text):
    before = units_before(text)
    assert before.dtype == np.int64
    expected = [sum(not c.isspace() for c in text[:at]) for at in range(len(text) + 1)]
    assert before.tolist() == expected


@given(texts, pairs)
@settings(deadline=None)
def test_length_counts_each_unit_once(text, intervals):
    clipped = [(min(a, len(text)), min(b, len(text))) for a, b in intervals]
    start, end = arrays(clipped)
    units = {at for at in positions(start, end) if not text[at].isspace()}
    assert length(union(start, end), units_before(text)) == len(units)


@given(pairs, pairs)
@settings(deadline=None)
def test_a_union_is_as_long_as_its_parts_less_what_they_share(first, second):
    before = np.arange(SIZE + 1, dtype=np.int64)
    a, b = union(*arrays(first)), union(*arrays(second))
    both = union(*arrays(first + second))
    shared = length(intersection(a, b), before)
    assert length(both, before) == length(a, before) + length(b, before) - shared
