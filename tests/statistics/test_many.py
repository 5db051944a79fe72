import numpy as np
import pytest

from ragcheck.statistics.clusters import complete_rows
from ragcheck.statistics.joint import joint
from ragcheck.statistics.many import holm, max_t
from ragcheck.statistics.paired import basis, compare

QUESTIONS = 200


def systems(generator, shifts, questions=QUESTIONS):
    """Hits of systems that agree on most questions."""
    shared = generator.standard_normal((questions, 1))
    own = 0.4 * generator.standard_normal((questions, len(shifts)))
    return (shared + own + np.array(shifts) > -0.8).astype(float)


def test_holm_by_hand():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.5, 0.9]) == [1.0, 1.0]
    assert holm([]) == []


def test_one_comparison_needs_no_adjustment():
    values = systems(np.random.default_rng(1), [0, -0.15])
    alone = compare(values[:, 0], values[:, 1], np.arange(QUESTIONS)).p
    assert max_t(values, np.arange(QUESTIONS), baseline=0)[1] == pytest.approx(alone, abs=0.01)


def test_under_twenty_documents_one_comparison_is_the_cluster_t():
    values = systems(np.random.default_rng(2), [0, -0.2])
    clusters = np.arange(QUESTIONS) // 20
    alone = basis(values[:, 1] - values[:, 0], clusters).p("two-sided")
    assert max_t(values, clusters, baseline=0)[1] == pytest.approx(alone, abs=0.01)


def test_adjusted_p_lies_between_the_single_one_and_bonferronis():
    values = systems(np.random.default_rng(3), [0, -0.2, 0.1, 0, -0.05, 0.02])
    clusters = np.arange(QUESTIONS)
    adjusted = max_t(values, clusters, baseline=0)
    for system in range(1, 6):
        single = compare(values[:, 0], values[:, system], clusters).p
        assert single - 0.01 <= adjusted[system] <= min(1.0, 5 * single) + 0.01
    assert adjusted[0] == 1.0


def test_copies_of_a_system_cost_nothing():
    values = systems(np.random.default_rng(4), [0, -0.2])
    copied = np.column_stack([values] + [values[:, 1]] * 10)
    clusters = np.arange(QUESTIONS)
    single = max_t(values, clusters, baseline=0)[1]
    assert max_t(copied, clusters, baseline=0)[1:] == pytest.approx([single] * 11, abs=1e-3)


def test_against_the_maximum_over_every_assignment_of_signs():
    values = np.random.default_rng(5).random((12, 4))
    differences = values[:, 1:] - values[:, [0]]
    norms = np.sqrt((differences**2).sum(axis=0))
    observed = np.abs(differences.sum(axis=0)) / norms
    signs = 2.0 * (np.arange(2**12)[:, None] >> np.arange(12) & 1) - 1
    largest = (np.abs(signs @ differences) / norms).max(axis=1)
    # Clear of the observed value's own ties, which count half.
    exact = [
        ((largest > o + 1e-9).sum() + (largest > o - 1e-9).sum()) / 2 / 2**12 for o in observed
    ]
    assert max_t(values, np.arange(12), baseline=0)[1:] == pytest.approx(exact, abs=0.02)


@pytest.mark.parametrize("documents", [8, 200])
def test_equal_systems_are_rarely_told_apart(documents):
    generator, false = np.random.default_rng(6), 0
    for _ in range(60):
        values = systems(generator, [0.0] * 8)
        false += (
            max_t(values, np.arange(QUESTIONS) * documents // QUESTIONS, baseline=0).min() < 0.05
        )
    assert false <= 9  # P(more | 5%) < 0.1%


def test_nulls_identical_systems_and_too_few_questions():
    values = np.array([[1.0, 1.0], [np.nan, 0.0], [0.0, 0.0]])
    assert max_t(values, np.arange(3), baseline=0).tolist() == [1.0, 1.0]
    assert max_t(values[:2], np.arange(2), baseline=1).tolist() == [1.0, 1.0]
    assert max_t(np.empty((0, 3)), np.arange(0), baseline=0).tolist() == [1.0] * 3


def test_the_joint_statistic_under_few_documents_is_the_pairwise_one():
    values = systems(np.random.default_rng(7), [0, 0.1, -0.3])
    rows, clusters = complete_rows(values, np.arange(QUESTIONS) ** 2 // 5000)
    found = joint(rows, clusters)
    assert found.few
    pair = basis(values[:, 2] - values[:, 0], clusters)
    assert found.observed[2, 0] == pytest.approx(pair.mean / pair.error)
    assert found.freedom == pytest.approx(pair.freedom)


def test_documents_that_all_shift_alike_stay_finite():
    values = np.column_stack([np.tile([0.0, 1.0], 20), np.tile([1.0, 1.0], 20)])
    found = joint(values, np.arange(40) // 8)
    assert np.isfinite(found.observed).all()
    assert found.observed[1, 0] == pytest.approx(6.245, abs=0.01)  # the t of 40 single questions
    constant = joint(np.column_stack([values[:, 0], values[:, 0] + 0.5]), np.arange(40) // 8)
    assert np.isfinite(constant.observed).all()
