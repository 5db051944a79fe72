"""The closed form against the chunkers themselves, at every place a passage can have."""

from __future__ import annotations

import numpy as np
import pytest

from ragcheck.chunking import Fixed, Overlap
from ragcheck.measures.severing import severed_chance
from ragcheck.records import Document

WORDS = 600
TEXT = " a" * WORDS  # a token each


@pytest.mark.parametrize("length", [1, 7, 20, 33, 50, 64, 65])
@pytest.mark.parametrize("overlap", [0, 6, 32, 48])
def test_cut_shares_over_all_places(length: int, overlap: int):
    size = 64
    chunker = Overlap(size, overlap) if overlap else Fixed(size)
    pieces = [(piece.start // 2, piece.end // 2) for piece in chunker.chunk(Document("a", TEXT))]
    step = size - overlap
    places = np.arange(2 * step, 2 * step + 3 * step)  # whole periods, far from both ends
    assert places[-1] + length < pieces[-2][1]
    severed = [not any(s <= p and p + length <= e for s, e in pieces) for p in places]
    assert float(severed_chance(length, size, overlap)) == pytest.approx(np.mean(severed))
