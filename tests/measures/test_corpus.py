from __future__ import annotations

import numpy as np
import pytest

from ragcheck.measures import Corpus
from ragcheck.measures.corpus import Text
from ragcheck.records import Document
from ragcheck.spans import Span
from tests.measures.build import collection, item

TEXTS = {"a.txt": "ab  c\n", "b.txt": " d", "empty.txt": ""}


def test_units_run_through_all_documents():
    text = Text.of([Document(name, content) for name, content in TEXTS.items()])
    assert text.offset.tolist() == [0, 7, 10, 11]
    assert text.units.tolist() == [0, 1, 2, 2, 2, 3, 3, 3, 3, 4, 4]
    assert text.length == 4
    units = np.arange(4)
    assert text.position(units).tolist() == [0, 1, 4, 8]
    assert text.unit(text.position(units)).tolist() == units.tolist()


def test_no_documents_and_no_questions():
    corpus = Corpus.of(collection({}))
    assert corpus.text.length == 0
    assert len(corpus.items) == len(corpus.alternatives) == 0


@pytest.mark.parametrize(
    ("place", "message"),
    [
        (Span("a.txt", 2, 4), "nothing but white space"),
        (Span("a.txt", 0, 7), "past its document"),
        (Span("b.txt", 3, 9), "past its document"),
    ],
)
def test_a_passage_that_labels_should_have_refused(place, message):
    with pytest.raises(ValueError, match=message):
        Corpus.of(collection(TEXTS, [item(place)]))
