import numpy as np
import pytest

from ragcheck.statistics.decision import DropRule, decide_drops


def rule(lost, gained, questions, tolerance=0.02, documents=None):
    values = np.zeros(questions)
    values[:lost], values[lost : lost + gained] = -1.0, 1.0
    clusters = np.arange(questions)
    return DropRule(values, clusters if documents is None else clusters % documents, tolerance)


def decide(*args, **kwargs):
    return decide_drops([rule(*args, **kwargs)])[0]


def test_a_real_drop_fails():
    found = decide(24, 2, 400)
    assert found.verdict == "FAIL"
    assert found.drop == pytest.approx(0.055)
    assert found.low < found.drop < found.high
    assert found.p < 0.001


def test_noise_beyond_the_tolerance_is_inconclusive_and_says_what_it_would_take():
    found = decide(4, 2, 60)
    assert found.verdict == "INCONCLUSIVE"
    assert found.drop > 0.02
    assert found.mde > 0.02
    assert found.needed == int(np.ceil(60 * (found.mde / 0.02) ** 2))


def test_a_certain_but_tolerated_drop_does_not_fail():
    found = decide(30, 0, 2000)
    assert found.p < 0.001
    assert found.verdict == "INCONCLUSIVE" if found.worst >= 0.02 else "PASS"
    assert decide(30, 0, 2000, tolerance=0.03).verdict == "PASS"


def test_exactly_the_tolerance_is_allowed():
    assert decide(8, 0, 400).verdict != "FAIL"
    assert decide(8, 0, 400).drop == pytest.approx(0.02)
    assert decide(9, 0, 400).verdict == "FAIL"


def test_pass_means_that_the_bound_excludes_the_tolerance():
    found = decide(3, 3, 900)
    assert found.verdict == "PASS"
    assert found.worst < 0.02
    assert found.worst < found.high


@pytest.mark.parametrize("questions", [1, 5, 50, 400])
def test_an_unchanged_system_passes_however_few_the_questions(questions):
    found = decide(0, 0, questions)
    assert found.verdict == "PASS"
    assert found.drop == 0


def test_changes_that_cancel_out_are_not_unchanged():
    assert decide(10, 10, 50).verdict == "INCONCLUSIVE"


def test_an_improvement_never_fails():
    found = decide(2, 40, 400)
    assert found.verdict == "PASS"
    assert found.drop < 0


def test_one_bad_document_of_five_is_not_a_drop_everywhere():
    """All losses sit in one document: with questions taken as independent this would fail."""
    values = np.zeros(400)
    values[:16] = -1.0
    clusters = np.arange(400) // 80
    assert decide_drops([DropRule(values, clusters)])[0].verdict == "INCONCLUSIVE"
    assert decide(16, 0, 400).verdict == "FAIL"


def test_several_rules_are_adjusted_together():
    alone = decide(13, 4, 300)
    together = decide_drops([rule(13, 4, 300)] + [rule(5, 5, 300)] * 4)
    assert alone.verdict == "FAIL"
    assert together[0].p == pytest.approx(5 * alone.p)
    assert together[0].verdict == "INCONCLUSIVE"


def test_no_value_is_inconclusive_not_a_pass():
    found = decide_drops([DropRule(np.array([np.nan, np.nan]), np.array([0, 1]))])[0]
    assert (found.verdict, found.drop, found.n) == ("INCONCLUSIVE", None, 0)
    assert decide_drops([]) == []


def test_lower_is_better_by_negating():
    before, after = np.full(200, 0.3), np.full(200, 0.3)
    after[:40] = 0.9
    assert decide_drops([DropRule(before - after, np.arange(200))])[0].verdict == "FAIL"
    assert decide_drops([DropRule(after - before, np.arange(200))])[0].verdict == "PASS"
