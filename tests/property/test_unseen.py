"""What is unseen, against sets of characters."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ragcheck.measures.corpus import Corpus
from ragcheck.measures.unseen import unseen
from tests.property.worlds import Brute, worlds


@settings(
    deadline=None,
    max_examples=200,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(data=st.data(), world=worlds())
def test_unseen_is_what_chunks_hold_and_none_reads(data: st.DataObject, world) -> None:
    chunks = world.chunks
    read = [
        data.draw(st.integers(start, end))
        for start, end in zip(chunks.start.tolist(), chunks.end.tolist(), strict=True)
    ]
    expected = []
    for number in range(len(world.collection.questions)):
        brute = Brute(world, number)
        places = zip(chunks.document.tolist(), chunks.start.tolist(), read, strict=True)
        held = set().union(*(brute.units(brute.chunk(n)) for n in range(len(chunks))))
        seen = set().union(*(brute.units(place) for place in places))
        for alternatives in brute.alternatives:
            units = [brute.units(place) for place in alternatives]
            pairs = [(len(g & seen) / len(g), len((g & held) - seen) / len(g)) for g in units]
            expected.append(max(pairs)[1])
    corpus = Corpus.of(world.collection)
    found = unseen(corpus.text, corpus.alternatives, chunks, np.array(read, np.int32))
    assert found is not None
    assert found.tolist() == pytest.approx(expected)
