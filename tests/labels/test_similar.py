import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz import fuzz

from ragcheck.labels.similar import most_similar

WORDS = ["the", "late", "fee", "is", "capped", "at", "eight", "dollars", "per", "month", "unless"]


def prose(seed: int, words: int) -> str:
    rnd = random.Random(seed)
    return " ".join(f"{rnd.choice(WORDS)}{rnd.randrange(50)}" for _ in range(words))


@pytest.mark.parametrize("expected", [None, 0, 3000, 10**6])
@pytest.mark.parametrize("words", [10, 30, 300])
def test_a_changed_passage_is_found_wherever_it_is_expected(words, expected):
    text, passage = prose(1, 2000), prose(2, words)
    changed = passage.replace(passage.split()[2], "something", 1)
    found = most_similar(passage, f"{text} {changed} {text}", expected, lowest=0.75)
    assert f"{text} {changed} {text}"[found.start : found.end] == changed
    assert found.ratio == fuzz.ratio(passage, changed) / 100


def test_nothing_alike_is_nothing():
    assert most_similar(prose(1, 20), "completely different words " * 50, None, lowest=0.75) is None
    assert most_similar("some passage", "", 0, lowest=0.75) is None
    assert most_similar("", "some text", 0, lowest=0.75) is None


@given(st.text(max_size=60), st.text(max_size=120), st.none() | st.integers(0, 200))
@settings(deadline=None)
def test_what_is_found_is_as_alike_as_it_says(passage, text, expected):
    found = most_similar(passage, text, expected, lowest=0.75)
    if found is not None:
        assert 0 <= found.start < found.end <= len(text)
        assert 0.75 <= found.ratio == fuzz.ratio(passage, text[found.start : found.end]) / 100 <= 1
