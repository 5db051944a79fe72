"""Probing agrees with trying out every end of every text."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ragcheck.embedding.probing import steps
from ragcheck.embedding.window import Window
from tests.embedding.reading import (
    Cut,
    PieceReader,
    Reader,
    first_characters,
    first_pieces,
    first_words,
)

WORDS = ("a", "fee", "capped", "8", "$8.50", "e-mail", "naïve", "退款", "unremunerated", "x" * 31)
GAPS = (" ", " ", " ", "\n", "\n\n", "  ")
texts = st.lists(
    st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from(GAPS)), max_size=30).map(
        lambda parts: "".join(word + gap for word, gap in parts)
    ),
    min_size=1,
    max_size=16,
)


def brute(reader: Reader, text: str) -> int:
    """The first word after which neither of two other ends changes the vector."""
    whole = reader.embed([text], kind="document")
    for end in steps(text)[:-1]:
        rest = text[end:]
        gap = rest[: len(rest) - len(rest.lstrip())] or " "
        others = [text[:end] + gap + other for other in ("zebra 17 zebra", "kiwi 29 kiwi kiwi")]
        if (reader.embed(others, kind="document") == whole).all():
            return int(end)
    return len(text)


@pytest.mark.parametrize(
    ("kind", "cut"),
    [
        (Reader, first_characters),
        (Reader, first_words),
        (PieceReader, first_pieces),
        (PieceReader, first_characters),
    ],
)
@settings(deadline=None, max_examples=120)
@given(texts=texts, count=st.integers(1, 60))
def test_probing_agrees_with_brute_force(
    kind: type[Reader], cut: Callable[[int], Cut], texts: list[str], count: int
) -> None:
    reader = kind(cut(count))
    found = Window(reader).read(texts)
    assert found.dtype == np.int64
    assert found.tolist() == [brute(reader, text) for text in texts]
