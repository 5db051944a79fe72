import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ragcheck.statistics.clusters import estimate
from ragcheck.statistics.intervals import mean_interval, wilson


def test_no_value_has_no_mean():
    found = mean_interval(np.array([np.nan, np.nan]), np.array([0, 1]), nulls={"unanswerable": 2})
    assert (found.mean, found.low, found.high, found.n) == (None, None, None, 0)
    assert found.nulls == {"unanswerable": 2}


def test_one_question_has_a_mean_but_no_interval():
    found = mean_interval(np.array([np.nan, 0.4]), np.array([0, 1]))
    assert (found.mean, found.low, found.high, found.n) == (0.4, None, None, 1)


def test_no_spread_counts_documents_not_questions():
    found = mean_interval(np.ones(40), np.arange(40) // 10)
    assert (found.low, found.high) == wilson(1.0, 4, 1.959963984540054)
    assert found.high == 1.0
    assert found.low < 0.6


def test_an_unbounded_measure_without_spread_has_no_interval():
    found = mean_interval(np.full(9, 800.0), np.arange(9), bounded=False)
    assert (found.mean, found.low, found.high) == (800.0, None, None)


def test_bounds_hold_only_for_shares():
    values = np.array([0.9, 1.0, 0.95, 0.2])
    bounded = mean_interval(values, np.arange(4))
    free = mean_interval(values, np.arange(4), bounded=False)
    assert bounded.high <= 1.0 < free.high
    assert bounded.mean == free.mean
    with pytest.raises(ValueError, match="bounded=False"):
        mean_interval(np.array([0.5, 1.5]), np.arange(2))


def test_a_share_near_its_end_has_a_lopsided_interval():
    values = np.array([1.0] * 36 + [0.5, 1 / 3, 2 / 3, 0.0])
    found = mean_interval(values, np.arange(40))
    assert found.mean - found.low > 1.5 * (found.high - found.mean) > 0


def test_a_third_of_one_miss_does_not_count_as_many_questions():
    found = mean_interval(np.array([1.0] * 49 + [2 / 3]), np.arange(50))
    # A variance that rests on one question and is a third of that of 0/1 values, which would give
    # 49 effective questions: 1 and 1/2 questions have a say about the logarithm of that third.
    expected = wilson(1 - 1 / 150, 49 * 3 ** (1 / 1.5), 2.0095752371292397)
    assert (found.low, found.high) == pytest.approx(expected, abs=1e-3)
    assert found.low < 0.96


def test_doubt_about_partial_values_changes_nothing_for_whole_ones():
    clusters = np.arange(60) // 6
    hits = (np.random.default_rng(8).random(60) < 0.9).astype(float)
    found, robust = mean_interval(hits, clusters), estimate(hits, clusters)
    effective = robust.mean * (1 - robust.mean) / robust.error**2
    assert (found.low, found.high) == pytest.approx(
        wilson(robust.mean, effective, robust.quantile(0.975))
    )


def test_values_that_lie_close_together_keep_the_t_interval():
    """Pollution is never 0 or 1: what a question might be worth must not widen it much."""
    values = np.random.default_rng(9).beta(45, 5, 50)
    share = mean_interval(values, np.arange(50))
    free = mean_interval(values, np.arange(50), bounded=False)
    assert 1 < (share.high - share.low) / (free.high - free.low) < 1.1


def test_in_the_middle_it_is_the_t_interval():
    values = np.random.default_rng(4).uniform(0.3, 0.7, 400)
    share = mean_interval(values, np.arange(400) // 10)
    free = mean_interval(values, np.arange(400) // 10, bounded=False)
    assert share.low == pytest.approx(free.low, abs=2e-4)
    assert share.high == pytest.approx(free.high, abs=2e-4)


def test_questions_that_move_with_their_document_widen_the_interval():
    clusters = np.repeat(np.arange(20), 10)
    together = np.repeat(np.arange(20) % 2, 10).astype(float)
    mixed = np.tile(np.arange(10) % 2, 20).astype(float)
    wide, narrow = mean_interval(together, clusters), mean_interval(mixed, clusters)
    assert wide.high - wide.low > 2 * (narrow.high - narrow.low)


def test_more_confidence_is_wider():
    values = np.arange(30) % 3 / 2
    narrow = mean_interval(values, np.arange(30), confidence=0.8)
    wide = mean_interval(values, np.arange(30), confidence=0.99)
    assert wide.low < narrow.low < narrow.mean < narrow.high < wide.high


@given(
    st.lists(
        st.tuples(st.sampled_from([0.0, 1 / 3, 0.5, 1.0, np.nan]), st.integers(0, 6)),
        min_size=2,
        max_size=60,
    )
)
@settings(deadline=None)
def test_an_interval_holds_its_mean_within_the_bounds_and_has_a_width(rows):
    values, clusters = np.array([v for v, _ in rows]), np.array([c for _, c in rows])
    found = mean_interval(values, clusters)
    assert found.n == int((~np.isnan(values)).sum())
    if found.n >= 2:
        assert 0 <= found.low <= found.mean + 1e-12
        assert found.mean - 1e-12 <= found.high <= 1
        assert found.high > found.low


def test_ten_thousand_questions_on_five_hundred_documents():
    values = (np.random.default_rng(0).random(10_000) < 0.8).astype(float)
    found = mean_interval(values, np.arange(10_000) // 20)
    assert found.high - found.low < 0.02
