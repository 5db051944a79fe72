import sys

import numpy as np
import pytest

from ragcheck.spans import SPACES, Span, intersection, union, units_before


@pytest.mark.parametrize(("start", "end"), [(0, 0), (3, 3), (4, 3), (-1, 2), (-2, -1)])
def test_a_span_is_not_empty_and_not_before_the_start(start, end):
    with pytest.raises(ValueError, match="0 <= start < end"):
        Span("a.md", start, end)


def test_spans_are_ordered_by_document_then_start():
    spans = [Span("b", 0, 1), Span("a", 5, 9), Span("a", 5, 7), Span("a", 0, 3)]
    assert sorted(spans) == [spans[3], spans[2], spans[1], spans[0]]


def test_spaces_are_exactly_those_of_str_isspace():
    assert SPACES.tolist() == [c for c in range(sys.maxunicode + 1) if chr(c).isspace()]


def test_units_count_code_points_not_bytes():
    assert units_before("é 😀\n").tolist() == [0, 1, 1, 2, 2]
    assert units_before("").tolist() == [0]


def test_intervals_that_touch_become_one():
    start, end = union(np.array([5, 0, 3]), np.array([6, 3, 5]))
    assert (start.tolist(), end.tolist()) == ([0], [6])


def test_empty_sets():
    none = union(np.array([3], dtype=np.int64), np.array([3], dtype=np.int64))
    some = union(np.array([0]), np.array([9]))
    assert [len(side) for side in none] == [0, 0]
    assert [len(side) for side in intersection(none, some)] == [0, 0]
    assert [len(side) for side in intersection(some, none)] == [0, 0]
