"""Whatever is packed reads back, and is safe to stand in a script element."""

from __future__ import annotations

import json

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from ragcheck.report.packing import BLOCK, digits, pack, shifted, signs, worded
from tests.report import unpack


@settings(deadline=None)
@given(st.lists(st.integers(0, 2**31 - 1)))
def test_numbers_written_as_characters_read_back(values: list[int]) -> None:
    planes = digits(np.array(values, dtype=np.int64))
    assert unpack.numbers(planes) == values
    assert json.dumps(planes, ensure_ascii=False).count("\\") == 0


@settings(deadline=None)
@given(st.lists(st.integers(-(2**20), 2**20)))
def test_numbers_of_either_sign_read_back(values: list[int]) -> None:
    assert unpack.shifted(shifted(np.array(values, dtype=np.int64))) == values


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_bytes_written_as_signs_read_back(data: bytes) -> None:
    text = signs(data)
    assert unpack.unsigned(text) == data
    assert not set(text) & set('"\\<\n')


def test_long_data_are_written_in_blocks() -> None:
    data = np.random.default_rng(0).bytes(BLOCK + 5)
    text = signs(data)
    assert unpack.unsigned(text) == data
    assert len(text) < len(data) * 16 / 13 + 12


@settings(deadline=None)
@given(st.lists(st.text(alphabet=st.characters(exclude_categories=["Cs"])), max_size=5))
def test_texts_with_signs_for_words_read_back(texts: list[str]) -> None:
    found = worded(texts)
    words, written = found["words"], found["texts"]
    assert isinstance(words, dict)
    assert isinstance(written, list)
    assert [unpack.read_words(words, text) for text in written] == texts
    assert not set(words) & set("".join(texts))


def test_frequent_words_get_signs() -> None:
    found = worded(["the passage and the other passage, the end"] * 3)
    assert " the" in dict(found["words"]).values()  # type: ignore[call-overload]


def test_packing_has_no_clock() -> None:
    assert pack({"a": [1, 2]}) == pack({"a": [1, 2]})
    assert unpack.unpacked(pack("é")) == "é"
