"""Rounding never turns a miss into a visible pass."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ragcheck.records import Measure, Summary
from ragcheck.report.numbers import (
    amount,
    bare,
    figure,
    percent,
    reason,
    seconds,
    share,
    signed,
    steps,
)


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.0, "0.000"), (1.0, "1.000"), (0.99999, "0.999"), (1e-9, "0.001"), (0.8714, "0.871")],
)
def test_a_share_is_one_or_zero_only_when_it_is(value: float, shown: str) -> None:
    assert share(value) == shown


@settings(deadline=None)
@given(st.floats(0, 1, exclude_min=True, exclude_max=True))
def test_no_rounding_reaches_either_end(value: float) -> None:
    assert share(value) not in ("0.000", "1.000")
    assert percent(value) not in ("0%", "100%")
    assert abs(float(share(value)) - value) <= 0.001


def test_brackets_drop_the_leading_zero() -> None:
    assert bare(0.876) == ".88"
    assert bare(1.0) == "1.00"
    assert bare(0.0) == ".00"


def test_an_end_near_zero_or_one_keeps_its_place_beside_the_mean() -> None:
    assert bare(0.0044) == ".004"
    assert bare(0.9961) == ".996"
    assert bare(0.0061) == ".01"
    assert bare(0.9901) == ".99"


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [(0.0341, "share", "+0.034"), (-0.00001, "share", "−0.001"), (0.0, "share", "0.000"),
     (-1204.52, "tokens", "−1,204.5"), (0.01, "tokens", "+0.1"), (None, "share", "–")],
)  # fmt: skip
def test_a_difference_shows_its_sign_and_is_zero_only_when_it_is(
    value: float | None, unit: str, shown: str
) -> None:
    assert signed(value, unit) == shown
    assert steps(None, unit) is None


def test_amounts_and_seconds_keep_what_matters() -> None:
    assert amount(1204.2) == "1,204"
    assert amount(2.36) == "2.4"
    assert amount(5) == "5"
    assert seconds(0.1234) == "0.12"
    assert seconds(85.4) == "85"


def test_absent_values_say_why() -> None:
    measure = Measure("nDCG", None, "share", "higher", "doc", "nothing is shown")
    empty = Summary(None, None, None, 0, {"unanswerable": 3})
    assert figure("nDCG", measure, empty).text == "–"
    assert figure("nDCG", measure, empty).note == "unanswerable (3)"
    assert reason(None, None) == "not measured in this run"
    assert reason(measure, Summary(None, None, None, 0)) == "nothing is shown"


def test_a_figure_without_interval_shows_none() -> None:
    measure = Measure("recall", None, "share", "higher", "doc")
    assert figure("recall", measure, Summary(0.5, None, None, 1)).interval == ""
    assert figure("recall", measure, Summary(0.5, 0.25, 0.75, 9)).interval == "[.25, .75]"
