import numpy as np
import pytest

from ragcheck.statistics.clusters import complete, complete_rows, estimate, freedom


def test_nulls_are_left_out_and_clusters_numbered_anew():
    values, clusters = complete(np.array([1.0, np.nan, 0.0, 0.5]), np.array([7, 3, 9, 7]))
    assert values.tolist() == [1.0, 0.0, 0.5]
    assert clusters.tolist() == [0, 1, 0]


def test_one_document_makes_every_question_its_own_cluster():
    values, clusters = complete(np.array([1.0, 0.0, 1.0]), np.array([4, 4, 4]))
    assert clusters.tolist() == [0, 1, 2]
    assert estimate(values, clusters).independent


def test_rows_need_a_value_for_every_system():
    values = np.array([[1.0, np.nan], [0.0, 1.0], [np.nan, np.nan]])
    rows, clusters = complete_rows(values, np.array([0, 5, 5]))
    assert rows.tolist() == [[0.0, 1.0]]
    assert clusters.tolist() == [0]


@pytest.mark.parametrize(
    ("values", "clusters"), [([1.0, 2.0], [0]), ([1.0, np.inf], [0, 1]), ([[1.0]], [0])]
)
def test_what_has_no_mean_is_refused(values, clusters):
    with pytest.raises(ValueError, match=r"cluster|infinite"):
        complete(np.array(values), np.array(clusters))


def test_equal_clusters_give_the_cluster_t():
    values = np.random.default_rng(1).random(60)
    clusters = np.arange(60) % 6
    found = estimate(values, clusters)
    means = np.array([values[clusters == group].mean() for group in range(6)])
    assert found.error == pytest.approx(means.std(ddof=1) / np.sqrt(6))
    assert found.freedom == pytest.approx(5)


def test_singletons_give_the_plain_t():
    values = np.random.default_rng(2).random(17)
    found = estimate(values, np.arange(17))
    assert found.error == pytest.approx(values.std(ddof=1) / np.sqrt(17))
    assert found.error == pytest.approx(found.independent_error)
    assert found.freedom == pytest.approx(16)


def test_error_and_freedom_against_the_matrix_definition_of_bell_and_mccaffrey():
    """CR2 of an intercept-only regression, with full hat matrices and eigenvalue traces."""
    generator = np.random.default_rng(3)
    sizes = np.array([1, 4, 9, 30, 2])
    clusters = np.repeat(np.arange(5), sizes)
    values, n = generator.random(sizes.sum()), sizes.sum()
    project = np.eye(n) - 1 / n
    variance, rows = 0.0, []
    for group in range(5):
        inside = clusters == group
        eigenvalues, vectors = np.linalg.eigh(np.eye(sizes[group]) - 1 / n)
        adjust = vectors @ np.diag(eigenvalues**-0.5) @ vectors.T
        variance += (adjust @ (values - values.mean())[inside]).sum() ** 2 / n**2
        rows.append(np.ones(sizes[group]) @ adjust @ project[inside] / n)
    weights = np.array(rows) @ np.array(rows).T
    found = estimate(values, clusters)
    assert found.error**2 == pytest.approx(variance)
    assert found.freedom == pytest.approx(np.trace(weights) ** 2 / np.trace(weights @ weights))


def test_uneven_clusters_have_fewer_degrees_of_freedom():
    assert freedom(np.array([100, 1, 1, 1, 1])) < 2
    assert freedom(np.array([20, 20, 20, 20, 20])) == pytest.approx(4)


def test_clusters_that_agree_exactly_fall_back_on_single_questions():
    found = estimate(np.array([0.0, 1.0] * 4), np.repeat(np.arange(4), 2))
    assert found.error == 0
    assert found.safe_error == found.independent_error > 0


@pytest.mark.parametrize("values", [[], [0.25]])
def test_too_few_values_have_no_error(values):
    found = estimate(np.array(values), np.arange(len(values)))
    assert (found.error, found.independent_error, found.freedom) == (0, 0, 0)
    assert found.n == len(values)
