"""Labelled text where the embedder does not read."""

from __future__ import annotations

import numpy as np
import pytest

from ragcheck.measures import Corpus, evaluate, judge
from ragcheck.measures.unseen import unseen
from ragcheck.records import Cut, Item, Passage
from tests.measures.build import chunks, collection, item, rankings, span

TEXTS = {"a.txt": "aaa bbb ccc ddd eee fff", "b.txt": "ggg ddd hhh"}


def place(quote: str, document: str = "a.txt"):
    return span(TEXTS, document, quote)


def share(*items: Item, read: list[int]) -> list[float]:
    """Windows of twelve characters, begun every eight, and document b; `read` of each."""
    made = collection(TEXTS, items)
    whole = [place("aaa bbb ccc "), place("ccc ddd eee "), place("eee fff")]
    index = chunks(made, [*whole, place("ggg ddd hhh", "b.txt")])
    corpus = Corpus.of(made)
    found = unseen(corpus.text, corpus.alternatives, index, np.array(read, np.int32))
    assert found is not None
    return found.tolist()


@pytest.mark.parametrize(
    ("quote", "read", "expected"),
    [
        ("ddd", [12, 20, 23, 11], 0),
        ("ddd", [12, 14, 23, 11], 1 / 3),
        ("ddd", [12, 11, 23, 11], 1),
        ("bbb ccc", [5, 8, 23, 11], 5 / 6),
        ("bbb ccc", [5, 11, 23, 11], 2 / 6),  # the next window reads what this one does not
        ("aaa", [0, 8, 16, 0], 1),
        ("eee fff", [12, 20, 16, 11], 1 / 2),
    ],
)
def test_only_text_that_no_chunk_reads_is_unseen(
    quote: str, read: list[int], expected: float
) -> None:
    assert share(item(place(quote)), read=read) == pytest.approx([expected])


def test_the_alternative_of_which_most_is_read_counts() -> None:
    twice = Item((Passage(place("ddd"), 1.0),), (place("ddd", "b.txt"),))
    assert share(twice, read=[12, 12, 23, 0]) == [1]
    assert share(twice, read=[12, 12, 23, 5]) == pytest.approx([2 / 3])
    assert share(twice, read=[12, 14, 23, 0]) == pytest.approx([1 / 3])


def test_text_that_no_chunk_holds_is_missing_and_not_unseen() -> None:
    made = collection(TEXTS, [item(place("ccc ddd"))])
    corpus = Corpus.of(made)
    index = chunks(made, [place("aaa bbb ccc"), place("eee fff")])
    read = np.array([9, 23], np.int32)
    found = unseen(corpus.text, corpus.alternatives, index, read)
    assert found is not None
    assert found.tolist() == pytest.approx([2 / 6])


def test_gold_unseen_weighs_passages_and_is_null_without_an_embedder() -> None:
    made = collection(TEXTS, [item(place("ddd"), weight=3), item(place("aaa"))], [])
    corpus = Corpus.of(made)
    index = chunks(made, [place("aaa bbb ccc ddd eee fff")])
    ranked = rankings([0], [0])
    for read, expected in ((12, 3 / 4), (0, 1), (23, 0), (None, np.nan)):
        end = None if read is None else np.array([read], np.int32)
        judged = judge(corpus, index, ranked, [Cut(1)], Cut(1), end)
        values = {str(measure): column for measure, column in evaluate(judged).items()}
        np.testing.assert_allclose(values["gold_unseen"], [expected, np.nan])
        assert (judged.unseen is None) == (read is None)
