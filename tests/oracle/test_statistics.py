"""The statistics against scipy, which shares no code with them."""

import numpy as np
import pytest
from scipy import stats

from ragcheck.statistics.clusters import estimate
from ragcheck.statistics.intervals import mean_interval
from ragcheck.statistics.many import holm, max_t
from ragcheck.statistics.paired import basis, compare
from ragcheck.statistics.signflip import sign_flip


@pytest.mark.parametrize(("hits", "questions"), [(0, 7), (3, 10), (88, 100), (400, 400)])
def test_wilson(hits, questions):
    values = np.zeros(questions)
    values[:hits] = 1
    found = mean_interval(values, np.arange(questions))
    expected = stats.binomtest(hits, questions).proportion_ci(method="wilson")
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))


def test_t_interval_of_an_unbounded_mean():
    values = np.random.default_rng(1).gamma(3, 300, 45)
    found = mean_interval(values, np.arange(45), bounded=False)
    expected = stats.ttest_1samp(values, 0).confidence_interval()
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))


def test_paired_t_interval():
    generator = np.random.default_rng(2)
    before, after = generator.random(150), generator.random(150)
    found = compare(before, after, np.arange(150))
    expected = stats.ttest_rel(after, before).confidence_interval()
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))


def test_cluster_t_is_the_t_test_on_document_means():
    generator = np.random.default_rng(3)
    clusters = np.arange(96) // 12
    differences = generator.normal(-0.1, 0.3, 96) + 0.2 * generator.standard_normal(8)[clusters]
    means = np.array([differences[clusters == group].mean() for group in range(8)])
    found = basis(differences, clusters)
    for side in ("two-sided", "less", "greater"):
        assert found.p(side) == pytest.approx(stats.ttest_1samp(means, 0, alternative=side).pvalue)


@pytest.mark.parametrize("side", ["two-sided", "less", "greater"])
def test_sign_flips_against_scipys_permutations(side):
    """Scipy counts ties whole: on continuous totals that is half a permutation more."""
    totals = np.random.default_rng(4).normal(0.4, 1, 11)
    expected = stats.permutation_test(
        (totals,), np.sum, permutation_type="samples", n_resamples=np.inf, alternative=side
    ).pvalue
    half = 0.5 / 2**11 if side != "two-sided" else 1 / 2**11
    assert sign_flip(totals, side=side) == pytest.approx(expected - half)


def test_mcnemar_mid_p():
    totals = np.array([1.0] * 21 + [-1.0] * 9)
    whole = stats.binomtest(21, 30, alternative="greater").pvalue
    expected = whole - stats.binom.pmf(21, 30, 0.5) / 2
    assert sign_flip(totals, side="greater") == pytest.approx(expected)


def test_cluster_error_against_resampled_documents():
    """The bootstrap of 60 documents knows nothing of the formula."""
    generator = np.random.default_rng(5)
    sizes = generator.integers(2, 12, 60)
    clusters = np.repeat(np.arange(60), sizes)
    values = generator.random(60)[clusters] * 0.5 + generator.random(len(clusters)) * 0.5
    found = estimate(values, clusters)
    sums = np.bincount(clusters, weights=values)
    picked = generator.integers(0, 60, (20_000, 60))
    means = sums[picked].sum(axis=1) / sizes[picked].sum(axis=1)
    assert found.error == pytest.approx(means.std(), rel=0.06)
    assert found.error > 1.5 * found.independent_error


def test_holm_is_the_closure_of_bonferroni():
    """Rejecting a hypothesis where every set of them that holds it is rejected: all 2^6 sets."""
    p = np.random.default_rng(6).random(6) ** 3
    sets = [[n for n in range(6) if code >> n & 1] for code in range(1, 64)]
    whole = [min(1.0, len(some) * p[some].min()) for some in sets]
    expected = [
        max(value for value, some in zip(whole, sets, strict=True) if n in some) for n in range(6)
    ]
    assert holm(p.tolist()) == pytest.approx(expected)


def test_max_t_over_few_documents_is_scipys_multivariate_t():
    generator = np.random.default_rng(7)
    clusters = np.arange(160) // 20
    homes = generator.normal(0, 0.15, (8, 4))[clusters]
    values = generator.normal(0.5, 0.3, (160, 1)) + homes + generator.normal(0, 0.2, (160, 4))
    contrasts = values[:, 1:] - values[:, [0]]
    means = np.array([contrasts[clusters == home].mean(axis=0) for home in range(8)])
    statistics = np.abs(stats.ttest_1samp(means, 0).statistic)
    null = stats.multivariate_t(shape=np.corrcoef(means.T), df=7, seed=1)
    within = [null.cdf([t] * 3, lower_limit=[-t] * 3) for t in statistics]
    found = max_t(values, clusters, baseline=0)[1:]
    assert found == pytest.approx(1 - np.array(within), abs=0.015)


@pytest.mark.parametrize("documents", [5, 20, 400])
def test_a_drop_of_the_mde_is_found_in_eighty_percent_by_the_noncentral_t(documents):
    differences = np.random.default_rng(8).normal(0, 0.3, 400)
    found = basis(differences, np.arange(400) * documents // 400)
    critical = stats.t.ppf(0.95, found.freedom)
    power = stats.nct.sf(critical, found.freedom, found.mde / found.error)
    assert power == pytest.approx(0.80, abs=0.02)
