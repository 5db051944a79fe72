from itertools import combinations, pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from ragcheck.labels.expecting import Expectation, _longest_chain


def test_with_nothing_known_a_passage_is_expected_where_it_was():
    expected = Expectation([]).at(5000)
    assert expected.start == 5000
    assert expected.closeness(5000) == 1
    assert expected.closeness(5000 - round(expected.slack)) == 0.5


def test_after_the_last_sure_passage_all_moved_as_far_as_it():
    assert Expectation([(1000, 1300)]).at(1500).start == 1800


def test_between_two_sure_passages_the_shift_is_shared_out_and_the_slack_is_its_size():
    expected = Expectation([(1000, 1000), (2000, 2600)]).at(1500)
    assert (expected.start, expected.slack) == (1800, 600)


def test_before_the_first_sure_passage():
    assert Expectation([(1000, 1400)]).at(500).start == 700


def test_a_far_twin_is_not_believed():
    expectation = Expectation([(1000, 1010), (1500, 90_000), (2000, 2010), (3000, 3010)])
    assert expectation.at(1500).start == 1510


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), max_size=8, unique=True))
@settings(deadline=None)
def test_the_chain_is_as_long_as_any_that_keeps_the_order(pairs):
    pairs = sorted(pairs)
    found = _longest_chain(pairs)
    assert all(a[1] <= b[1] for a, b in pairwise(found))
    assert [pair for pair in pairs if pair in found] == found
    longest = max(
        len(chosen)
        for size in range(len(pairs) + 1)
        for chosen in combinations(pairs, size)
        if all(a[1] <= b[1] for a, b in pairwise(chosen))
    )
    assert len(found) == longest
