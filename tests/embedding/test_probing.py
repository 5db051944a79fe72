"""Where reading can be told to stop, and whether it does."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ragcheck.embedding.probing import Prober, steps
from tests.embedding.reading import Reader, first_characters


@settings(deadline=None, max_examples=200)
@given(st.text(alphabet="ab_é漢ไ.-, \n\u200b🙂", max_size=90))
def test_every_character_that_is_no_white_space_belongs_to_one_step(text: str) -> None:
    ends = steps(text)
    assert (np.diff(ends) > 0).all()
    assert all(not text[end - 1].isspace() for end in ends)
    after = text[ends[-1] :] if len(ends) else text
    assert not after.strip()


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("late fees, capped at $8.", ["late", "fees,", "capped", "at", "$8."]),
        ("a/very/long/path/of/a/file.md", ["a", "/", "very", "/", "long"]),
        ("x" * 45, ["x" * 20, "x" * 20, "x" * 5]),
        ("退款由当班主管批准并在三十天内完成付款给所有的客户们", list("退款由")),
        (" \n\t", []),
    ],
)
def test_steps_are_words_and_the_parts_of_long_ones(text: str, parts: list[str]) -> None:
    ends = steps(text)
    starts = [0, *ends[:-1]]
    found = [text[a:b].strip() for a, b in zip(starts, ends, strict=False)]
    assert found[: len(parts)] == parts


def ask(reader: Reader, text: str, ends: list[int]) -> list[bool]:
    known = reader.embed([text] * len(ends), kind="document")
    return Prober(reader).unread([text] * len(ends), ends, known).tolist()


def test_what_is_not_read_may_be_anything() -> None:
    reader = Reader(first_characters(10))
    assert ask(reader, "one two three four", [3, 7, 13]) == [False, False, True]


def test_an_end_that_reads_like_the_probe_is_told_from_it() -> None:
    text = "one quartz lemon violin seven harbour mist and more"
    assert ask(Reader(first_characters(40)), text, [3, 10, 37, 42]) == [False, False, False, True]


def test_white_space_that_is_read_last_is_no_text() -> None:
    assert ask(Reader(first_characters(5)), "one\n\n\ntwo", [3]) == [True]
