"""Portions of texts of similar length; what a broken embedder returns is held by test_dense."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ragcheck.embedding.vectors import portions


@given(lengths=st.lists(st.integers(0, 50), max_size=60), budget=st.integers(1, 120))
def test_portions_hold_every_text_once_within_the_budget(lengths: list[int], budget: int) -> None:
    made = list(portions(lengths, budget))
    assert sorted(np.concatenate([*made, np.empty(0, np.intp)]).tolist()) == list(
        range(len(lengths))
    )
    in_order = [lengths[position] for part in made for position in part]
    assert in_order == sorted(lengths, reverse=True)
    for part in made:
        assert len(part) == 1 or len(part) * lengths[part[0]] <= max(budget, len(part))
