"""Whatever is packed reads back, and is safe to stand in a script element."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from ragcheck.report.packing import BLOCK, GROUP, groups, pack, prose, signs
from tests.report import unpack

NUMBERS = st.lists(st.integers(-(2**31), 2**31 - 1) | st.integers(-3, 300))


@settings(deadline=None)
@given(st.lists(NUMBERS, max_size=4))
def test_columns_and_meta_data_read_back(columns: list[list[int]]) -> None:
    arrays = {f"c{n}": np.array(values, dtype=np.int64) for n, values in enumerate(columns)}
    found = unpack.unpacked(pack({"text": "é\n"}, arrays))
    assert found == {"text": "é\n", **{f"c{n}": values for n, values in enumerate(columns)}}


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
def test_texts_read_back_end_to_end(texts: list[str]) -> None:
    assert unpack.prose(prose(texts)) == "".join(texts)


@settings(deadline=None)
@given(st.lists(st.integers(0, 2 * GROUP)))
def test_groups_are_filled_and_not_overfilled(lengths: list[int]) -> None:
    first = groups(lengths)
    assert first == sorted(set(first))
    assert first[:1] == ([0] if lengths else [])
    for start, stop in pairwise([*first, len(lengths)]):
        assert stop == start + 1 or sum(lengths[start:stop]) <= GROUP
    for start, stop in pairwise(first):
        assert sum(lengths[start : stop + 1]) > GROUP


def test_packing_has_no_clock() -> None:
    column = {"a": np.arange(5)}
    assert pack({"b": 1}, column) == pack({"b": 1}, column)
