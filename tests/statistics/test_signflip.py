from itertools import product
from math import comb

import numpy as np
import pytest

from ragcheck.statistics.signflip import DRAWS, sign_flip, signs_in_blocks


def enumerated(totals, extreme):
    """Mid-p by going through every assignment of signs with plain loops."""
    weight = 0.0
    for signs in product((-1, 1), repeat=len(totals)):
        total = sum(sign * value for sign, value in zip(signs, totals, strict=True))
        weight += extreme(total, sum(totals))
    return weight / 2 ** len(totals)


def tail(total, observed):
    return 0.5 if abs(total - observed) < 1e-9 else float(total > observed)


@pytest.mark.parametrize("totals", [[3, -1, 2, 5, 1], [0.5, 0.25, -1.5, 2.0], [7, 1, 1, 1, 1, -2]])
def test_equals_every_assignment_of_signs(totals):
    values = np.array(totals, dtype=float)
    assert sign_flip(values, side="greater") == pytest.approx(enumerated(totals, tail))
    less = enumerated([-value for value in totals], tail)
    assert sign_flip(values, side="less") == pytest.approx(less)
    assert sign_flip(values) == pytest.approx(min(1.0, 2 * enumerated(totals, tail)))


def test_single_questions_are_mcnemars_mid_p():
    totals = np.array([-1.0] * 9 + [1.0] * 3 + [0.0] * 200)
    above = sum(comb(12, k) for k in range(10, 13)) / 2**12
    assert sign_flip(totals, side="less") == pytest.approx(above + comb(12, 9) / 2**13)


def test_draws_agree_with_enumeration():
    totals = np.random.default_rng(5).normal(0.25, 1, 16)
    exact = sign_flip(totals, side="greater")
    # A seventeenth total too small to matter, but not zero, forces the draws.
    drawn = sign_flip(np.append(totals, 1e-6), side="greater")
    assert drawn == pytest.approx(exact, abs=4 * np.sqrt(exact * (1 - exact) / DRAWS))
    assert drawn != exact


def test_a_drawn_p_is_never_zero():
    totals = np.linspace(1, 2, 40)
    assert 0 < sign_flip(totals, side="greater") <= 1 / DRAWS
    assert sign_flip(totals, side="less") > 0.999


@pytest.mark.parametrize("totals", [[], [0.0, 0.0], [1e-17, 0.0, 0.0]])
def test_rounding_is_not_a_difference(totals):
    padded = np.array([*totals])
    assert sign_flip(padded) == 1.0 or len(padded[padded != 0]) == 1


def test_a_trace_of_rounding_beside_real_differences_drops_out():
    assert sign_flip(np.array([1.0, 1.0, 1e-16])) == sign_flip(np.array([1.0, 1.0]))


def test_no_direction_gives_a_half_and_sides_add_up():
    assert sign_flip(np.array([1.0, -1.0]), side="greater") == 0.5
    totals = np.array([0.3, -1.2, 2.2, 0.4])
    assert sign_flip(totals, side="greater") + sign_flip(totals, side="less") == pytest.approx(1)


def test_the_same_seed_draws_the_same_signs_in_any_block():
    first = np.concatenate(list(signs_in_blocks(13, seed=3)))
    assert first.shape == (DRAWS, 13)
    assert set(np.unique(first)) == {-1.0, 1.0}
    assert abs(first.mean()) < 0.01
    assert np.array_equal(first, np.concatenate(list(signs_in_blocks(13, seed=3))))
    assert not np.array_equal(first, np.concatenate(list(signs_in_blocks(13, seed=4))))
