import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ragcheck.errors import ConfigError
from ragcheck.notation import parse_cut, parse_measure
from ragcheck.records import Cut, Measure

cuts = st.builds(Cut, st.integers(1, 10**9 - 1), st.sampled_from(["k", "t"]))


@given(cuts)
@settings(deadline=None)
def test_a_cut_reads_back(cut):
    assert parse_cut(str(cut)) == cut


@given(st.sampled_from(["recall", "nDCG", "char_recall"]), cuts | st.none())
@settings(deadline=None)
def test_a_measure_reads_back(name, cut):
    measure = Measure(name, cut, "share", "higher", "doc")
    assert parse_measure(str(measure)) == (name, cut)


def test_what_users_write():
    assert parse_measure("recall@5") == ("recall", Cut(5, "k"))
    assert parse_measure(" recall@2000t ") == ("recall", Cut(2000, "t"))
    assert parse_measure("severed") == ("severed", None)


@pytest.mark.parametrize(
    "text",
    ["", "0", "05", "-5", "5k", "t", "5 t", "5.0", "٥", "1e3", "5T", "recall@", "@5@6", "9" * 5000],
)
def test_anything_else_is_an_error_with_a_hint(text):
    with pytest.raises(ConfigError, match="cut-off") as caught:
        parse_measure(text) if "@" in text else parse_cut(text)
    assert "`2000t`" in caught.value.hint
