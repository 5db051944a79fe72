from math import sqrt

import numpy as np
import pytest

from ragcheck.statistics.paired import basis, compare, questions_needed


def pair(lost, gained, questions, documents=None):
    before, after = np.full(questions, 0.0), np.full(questions, 0.0)
    before[:lost], after[lost : lost + gained] = 1.0, 1.0
    clusters = np.arange(questions)
    return before, after, clusters if documents is None else clusters * documents // questions


def test_bonett_and_price_by_hand():
    """Few independent 0/1 questions: 8 lost and 2 gained of 60."""
    found = compare(*pair(8, 2, 60))
    gained, lost = 3 / 62, 9 / 62
    error = sqrt((gained + lost - (gained - lost) ** 2) / 62)
    assert found.delta == pytest.approx(-0.1)
    assert found.low == pytest.approx(gained - lost - 1.959964 * error)
    assert found.high == pytest.approx(gained - lost + 1.959964 * error)


def test_a_hundred_questions_get_the_t_interval():
    before, after, clusters = pair(8, 2, 120)
    found = compare(before, after, clusters)
    spread = (after - before).std(ddof=1) / sqrt(120)
    assert found.high - found.low == pytest.approx(2 * 1.9801 * spread, rel=1e-4)


def test_nothing_changed_is_not_zero_width():
    for questions in (10, 400):
        found = compare(*pair(0, 0, questions))
        assert found.low < 0 < found.high
        assert (found.delta, found.p, found.outcome) == (0.0, 1.0, "not separable")
        assert found.mde > 0


def test_documents_without_any_change_count_once_each():
    alone = compare(*pair(0, 0, 400))
    shared = compare(*pair(0, 0, 400, documents=5))
    assert shared.high > 10 * alone.high


def test_outcomes_and_their_direction():
    before, after, clusters = pair(20, 2, 200)
    assert compare(before, after, clusters).outcome == "regressed"
    assert compare(after, before, clusters).outcome == "improved"
    assert compare(before, after, clusters, better="lower").outcome == "improved"
    assert compare(*pair(5, 4, 200)).outcome == "not separable"


def test_an_outcome_never_contradicts_its_interval():
    for lost in range(12):
        for gained in range(12):
            found = compare(*pair(lost, gained, 90))
            if found.outcome != "not separable":
                assert found.p <= 0.05
                assert found.low > 0 or found.high < 0


def test_nulls_in_either_system_leave_the_question_out():
    before = np.array([1.0, np.nan, 0.0, 1.0])
    after = np.array([1.0, 1.0, np.nan, 0.0])
    found = compare(before, after, np.arange(4))
    assert (found.n, found.delta) == (2, -0.5)


def test_no_shared_question_and_a_single_one():
    none = compare(np.array([np.nan]), np.array([1.0]), np.array([0]))
    assert (none.delta, none.low, none.p, none.mde, none.n) == (None, None, 1.0, None, 0)
    one = compare(np.array([1.0]), np.array([0.0]), np.array([0]))
    assert (one.delta, one.low, one.high, one.p) == (-1.0, None, None, 0.5)
    assert one.outcome == "not separable"


def test_a_share_cannot_fall_by_more_than_all():
    before, after, clusters = pair(30, 1, 40, documents=2)
    found = compare(before, after, clusters)
    assert found.low == -1.0
    assert compare(before, after, clusters, bounded=False).low < -1.0


def test_a_constant_shift_without_bounds_has_a_p_but_no_interval():
    before = np.linspace(100, 900, 40)
    found = compare(before, before + 8, np.arange(40), better="lower", bounded=False)
    assert (found.delta, found.low, found.high) == (8.0, None, None)
    assert found.outcome == "regressed"


def test_few_documents_are_judged_by_their_t_and_many_by_sign_flips():
    before, after, _ = pair(40, 8, 400)
    five = basis(after - before, np.arange(400) % 5)
    forty = basis(after - before, np.arange(400) % 40)
    assert five.few
    assert not forty.few
    assert five.p("less") + five.p("greater") == pytest.approx(1)
    assert five.p("two-sided") == pytest.approx(2 * five.p("less"))
    assert forty.p("less") < 0.001


def test_mde_is_what_eighty_percent_power_needs():
    before, after, clusters = pair(10, 10, 400)
    found = basis(after - before, clusters)
    assert found.mde == pytest.approx((1.64868 + 0.84257) * found.error, rel=1e-4)


def test_four_times_the_questions_halve_what_can_be_seen():
    before, after, clusters = pair(10, 10, 400)
    found = basis(after - before, clusters)
    assert questions_needed(found, found.mde / 2) == 1600
    assert questions_needed(found, found.mde) == 400
    assert questions_needed(found, 0.0) is None
    assert questions_needed(basis(np.array([1.0]), np.array([0])), 0.02) is None
