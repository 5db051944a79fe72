"""Other tools' measures on an example that can be counted: 30 characters, white space included."""

from __future__ import annotations

import numpy as np
import pytest

from ragcheck.measures.parity import chroma, legalbench, precision_omega
from ragcheck.spans import Span
from tests.measures.build import chunks, collection, item, rankings

MADE = collection({"a.txt": "x y z " * 5, "b.txt": "z" * 10}, [item(Span("a.txt", 5, 15))], [])
#: [0, 10) and [8, 18) overlap, [15, 20) begins where the gold ends, the last holds none.
INDEX = chunks(
    MADE,
    [Span("a.txt", 0, 10), Span("a.txt", 8, 18), Span("a.txt", 15, 20), Span("b.txt", 0, 10)],
)


@pytest.mark.parametrize(
    ("ranked", "k", "recall", "precision", "iou"),
    [
        ([0], 5, 5 / 10, 5 / 10, 5 / (10 + 5)),
        ([0, 1], 5, 10 / 10, 10 / 20, 10 / 20),
        ([0, 1], 1, 5 / 10, 5 / 10, 5 / 15),
        ([3], 5, 0, 0, 0),
        ([], 5, 0, 0, 0),
    ],
)
def test_chroma(ranked, k, recall, precision, iou):
    found = chroma(MADE, INDEX, rankings(ranked, [0]), k)
    assert found.recall[0] == pytest.approx(recall)
    assert found.precision[0] == pytest.approx(precision)
    assert found.iou[0] == pytest.approx(iou)
    assert np.isnan(found.recall[1])


def test_legalbench_counts_overlaps_twice():
    found = legalbench(MADE, INDEX, rankings([0, 1], [0]), 5)
    assert found.recall[0] == pytest.approx((5 + 7) / 10)  # above 1: their quirk
    assert found.precision[0] == pytest.approx(12 / 20)
    assert np.isnan(found.recall[1])
    assert legalbench(MADE, INDEX, rankings([], []), 5).precision[0] == 0


def test_omega_with_and_without_chunks_that_only_border_on_gold():
    assert precision_omega(MADE, INDEX, touching=False)[0] == pytest.approx(10 / 18)
    assert precision_omega(MADE, INDEX)[0] == pytest.approx(10 / 20)
    assert np.isnan(precision_omega(MADE, INDEX)[1])


def test_omega_counts_gold_that_no_chunk_holds():
    first = chunks(MADE, [Span("a.txt", 0, 10)])
    assert precision_omega(MADE, first)[0] == pytest.approx(5 / 15)


def test_a_document_does_not_border_on_the_next():
    end = collection({"a.txt": "xx", "b.txt": "zz"}, [item(Span("a.txt", 1, 2))])
    index = chunks(end, [Span("a.txt", 0, 2), Span("b.txt", 0, 2)])
    assert precision_omega(end, index)[0] == pytest.approx(1 / 2)
