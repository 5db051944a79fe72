"""What the benchmark of runtimes says of vectors and of readings that are shared."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks import embedding
from ragcheck.embedding.sentence_transformer import SentenceTransformerEmbedder


def test_neighbours_are_counted_as_they_move() -> None:
    rows = np.linspace(1, 2, 40, dtype=np.float32)[:, None] * np.ones(4, np.float32)
    assert embedding._agreement(rows, rows).endswith("100.00% of neighbours kept")
    assert "differs by 1.0e+00 at most" in embedding._agreement(rows, 3 - rows)
    assert embedding._agreement(rows, rows[::-1]).endswith("; 0.00% of neighbours kept")


@pytest.mark.model
def test_pieces_beyond_what_is_read_are_shared() -> None:
    long = "late fees are capped " * 80
    row = embedding.sharing("x", [long, long + "twice", "short", "short"])
    (read, _, short) = SentenceTransformerEmbedder().tokens(
        [long, long + "twice", "short"], kind="document"
    ) or ([], [], [])
    assert len(read) == 256
    assert row.ours == ((256 + len(short)) / (512 + len(short)),)
    assert row.note == "2 distinct readings"
