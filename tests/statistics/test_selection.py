import numpy as np
import pytest

from ragcheck.statistics.many import max_t
from ragcheck.statistics.selection import (
    cheapest,
    cross_fitted,
    deal,
    indifference_set,
    probability_best,
    select,
)

QUESTIONS = 300


def systems(generator, recalls, questions=QUESTIONS):
    """Hits of systems with these true recalls, independent given the question's hardness."""
    hard = generator.uniform(-0.1, 0.1, (questions, 1))
    draws = generator.random((questions, len(recalls)))
    return (draws < np.clip(np.array(recalls) + hard, 0, 1)).astype(float)


def test_clearly_worse_systems_leave_and_equal_ones_stay():
    values = systems(np.random.default_rng(1), [0.9, 0.9, 0.6, 0.9, 0.5])
    assert indifference_set(values, np.arange(QUESTIONS)).tolist() == [
        True,
        True,
        False,
        True,
        False,
    ]


def test_few_documents_keep_more_systems():
    values = systems(np.random.default_rng(2), [0.9, 0.8, 0.78, 0.4])
    many = indifference_set(values, np.arange(QUESTIONS))
    few = indifference_set(values, np.arange(QUESTIONS) // 100)
    assert (few >= many).all()
    assert few.sum() > many.sum()


def test_two_systems_part_where_the_one_sided_test_says():
    """With two systems the set is a one-sided sign flip: half of max-T's two-sided p."""
    for seed in range(12):
        values = systems(np.random.default_rng(seed), [0.8, 0.74])
        worse = int(values.mean(axis=0).argmin())
        p = max_t(values, np.arange(QUESTIONS), baseline=1 - worse)[worse] / 2
        if abs(p - 0.05) > 0.01:
            assert indifference_set(values, np.arange(QUESTIONS))[worse] == (p > 0.05)


@pytest.mark.parametrize("documents", [8, QUESTIONS])
def test_the_truly_best_system_is_nearly_always_kept(documents):
    generator, lost = np.random.default_rng(3), 0
    clusters = np.arange(QUESTIONS) * documents // QUESTIONS
    for _ in range(80):
        values = systems(generator, [0.8] + [0.799] * 19)
        lost += not indifference_set(values, clusters, draws=1000)[0]
    assert lost <= 11  # P(more | 5%) < 0.1%


def test_the_best_of_the_sample_is_always_a_member():
    assert indifference_set(np.eye(4), np.arange(4)).any()
    assert indifference_set(np.ones((1, 3)), np.array([0])).all()
    assert indifference_set(np.ones((9, 3)), np.arange(9)).all()


def test_cheapest_member_ties_by_mean_then_order():
    members = np.array([False, True, True, True])
    means = np.array([0.9, 0.7, 0.8, 0.8])
    assert cheapest(members, np.array([1.0, 5.0, 5.0, 5.0]), means) == 2
    assert cheapest(members, np.array([1.0, np.nan, 9.0, 7.0]), means) == 3
    assert cheapest(members, np.full(4, np.nan), means) == 2


def test_probability_best_against_plain_resampling():
    values = systems(np.random.default_rng(4), [0.8, 0.78, 0.82], questions=60)
    clusters = np.arange(60) // 3
    found = probability_best(values, clusters)
    generator, wins = np.random.default_rng(99), np.zeros(3)
    for _ in range(4000):
        rows = np.concatenate(
            [np.flatnonzero(clusters == c) for c in generator.integers(0, 20, 20)]
        )
        means = values[rows].mean(axis=0)
        top = np.isclose(means, means.max())
        wins += top / top.sum()
    assert found.sum() == pytest.approx(1)
    assert found == pytest.approx(wins / 4000, abs=0.045)


def test_tied_systems_share_the_first_place():
    assert probability_best(np.ones((5, 4)), np.arange(5)).tolist() == [0.25] * 4
    assert np.isnan(probability_best(np.full((2, 3), np.nan), np.arange(2))).all()


def test_folds_are_even_and_never_split_a_document():
    clusters = np.repeat(np.arange(30), np.arange(1, 31))
    fold = deal(clusters, 10, seed=0)
    assert all(len(np.unique(fold[clusters == c])) == 1 for c in range(30))
    sizes = np.bincount(fold, minlength=10)
    assert sizes.max() - sizes.min() <= 10  # less than one large document
    assert np.bincount(deal(np.arange(3), 10, seed=0)).tolist() == [1, 1, 1]


def test_cross_fitting_by_hand():
    """Three documents, so three folds: each is scored by what the other two choose."""
    values = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 1.0], [1.0, 0.2], [1.0, 0.2]])
    clusters = np.array([0, 0, 1, 1, 2, 2])
    # Without document 0 the second system leads (1.2 to 1), else the first.
    assert cross_fitted(values, clusters).mean == pytest.approx((0 + 0 + 1) / 3)


def test_cross_fitting_sees_through_the_luckiest_of_many_equals():
    generator, honest, naive = np.random.default_rng(5), [], []
    for _ in range(40):
        values = (generator.random((60, 40)) < 0.7).astype(float)
        naive.append(values.mean(axis=0).max())
        honest.append(cross_fitted(values, np.arange(60)).mean)
    assert np.mean(naive) > 0.80
    assert np.mean(honest) == pytest.approx(0.7, abs=0.03)


def test_selection_reports_all_of_it():
    values = systems(np.random.default_rng(6), [0.85, 0.84, 0.5])
    values[7, 1] = np.nan
    found = select(values, np.arange(QUESTIONS), np.array([900.0, 400.0, 100.0]))
    kept = np.delete(values, 7, axis=0)
    assert found.n == QUESTIONS - 1
    assert found.best == int(kept.mean(axis=0).argmax())
    assert found.indifferent.tolist() == [True, True, False]
    assert found.recommended == 1
    assert found.p_best[2] < 0.001
    assert found.best_score.naive == kept[:, found.best].mean()
    assert found.recommended_score.honest.mean == pytest.approx(kept[:, 1].mean())
    assert found.best_score.honest.low < found.best_score.naive


def test_the_same_seed_says_the_same():
    values = systems(np.random.default_rng(7), [0.8] * 5)
    first, second = (select(values, np.arange(QUESTIONS), np.arange(5.0)) for _ in range(2))
    assert np.array_equal(first.p_best, second.p_best)
    assert first.best_score == second.best_score


def test_edges():
    assert select(np.full((3, 2), np.nan), np.arange(3), np.arange(2.0)) is None
    one = select(np.array([[1.0, 0.0]]), np.array([0]), np.array([2.0, 1.0]))
    assert (one.best, one.recommended, one.n) == (0, 1, 1)
    assert one.best_score.honest.mean is None
    single = select(np.ones((20, 1)), np.arange(20), np.array([1.0]))
    assert (single.best, single.best_score.honest.mean) == (0, 1.0)


def test_ten_thousand_questions_and_a_hundred_systems():
    values = systems(np.random.default_rng(8), [0.8] * 100, questions=10_000)
    found = select(values, np.arange(10_000) // 25, np.arange(100.0))
    assert found.p_best.sum() == pytest.approx(1)
    assert found.indifferent.sum() >= 60
