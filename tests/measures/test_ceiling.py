"""Ceilings that can be read off; the search itself is held against all sets in property tests."""

from __future__ import annotations

import numpy as np
import pytest

from ragcheck.measures import Corpus, cuts_for, evaluate, judge
from ragcheck.measures.covers import NEVER, Need, Piece, joint_costs
from ragcheck.records import Cut
from ragcheck.spans import Span
from tests.measures.build import chunks, collection, item, rankings, span

WORDS = " ".join(f"w{n:02}" for n in range(40))
TEXTS = {"a.txt": WORDS}


def ceiling(questions, places, cuts, prefixes=()):
    made = collection(TEXTS, *questions)
    index = chunks(made, places, prefixes)
    ranked = rankings(*[[0]] * len(questions))
    judged = judge(Corpus.of(made), index, ranked, cuts, cuts[0])
    return judged, index


def word(first: int, last: int) -> Span:
    """The words from the first to the last."""
    return Span("a.txt", 4 * first, 4 * last + 3)


def test_two_passages_in_one_chunk_need_one_chunk():
    together = [item(word(0, 1)), item(word(3, 4))]
    apart = [item(word(0, 1)), item(word(13, 14), weight=3.0)]
    judged, _ = ceiling([together, apart], [word(0, 9), word(10, 19)], cuts_for([1, 2], [], Cut(1)))
    assert judged.ceilings.share.tolist() == [[1, 1], [0.75, 1]]


def test_a_budget_needs_of_the_last_chunk_only_what_is_asked_for():
    budgets = range(1, 25)
    judged, index = ceiling(
        [[item(word(1, 2))]], [word(0, 9)], cuts_for([], budgets, Cut(1, "t")), ["Title\n"]
    )
    # "Title", the line's end, and then " w", "00" and so on.
    share = dict(zip(budgets, judged.ceilings.share[0].tolist(), strict=True))
    needed = min(budget for budget, value in share.items() if value == 1)
    assert 2 < needed < index.tokens[0]
    made = collection(TEXTS, [item(word(1, 2))])
    cuts = cuts_for([], [needed - 1, needed], Cut(needed, "t"))
    found = judge(Corpus.of(made), index, rankings([0]), cuts, Cut(needed, "t"))
    assert found.coverage[0, 0] < 1
    assert found.coverage[0, 1] == 1


def test_above_twelve_passages_it_is_a_marked_lower_bound():
    many = [item(word(n, n)) for n in range(14)]
    few = [item(word(n, n)) for n in range(12)]
    places = [word(0, 6), word(7, 13), word(14, 39)]
    judged, _ = ceiling([many, few], places, cuts_for([1, 2], [3, 400], Cut(1)))
    assert judged.ceilings.exact.tolist() == [False, True]
    assert judged.ceilings.share[0].tolist() == [0.5, 1, 0, 1]
    # A short budget holds the first words of a chunk: the measure says no less than is reached.
    values = {str(m): v for m, v in evaluate(judged).items()}
    assert values["recall@3t"][0] > 0
    assert values["ceiling@3t"][0] == values["recall@3t"][0]


def test_the_greedy_choice_takes_the_weight_that_costs_least():
    many = [item(word(n, n), weight=1.0) for n in range(13)]
    many += [item(word(20, 20), weight=50.0)]
    judged, _ = ceiling([many], [word(0, 12), word(20, 22)], cuts_for([1, 2], [], Cut(1)))
    assert judged.ceilings.share[0].tolist() == [pytest.approx(50 / 63), 1]


def test_a_passage_over_two_chunks_and_one_that_nothing_holds():
    question = [item(word(8, 11)), item(word(30, 31))]
    judged, _ = ceiling([question], [word(0, 9), word(10, 19)], cuts_for([1, 2, 5], [], Cut(1)))
    assert judged.ceilings.share[0].tolist() == [0, 0.5, 0.5]


def test_interchangeable_passages_take_the_cheaper_one():
    long, short = word(8, 11), word(20, 20)
    question = [item(long, short)]
    places = [word(0, 9), word(10, 19), word(20, 29)]
    judged, _ = ceiling([question], places, cuts_for([1], [], Cut(1)))
    assert judged.ceilings.share[0].tolist() == [1]


def test_joint_costs_of_overlapping_pieces():
    """Two pieces hold the passage together; the last one may stop where the other begins."""
    needs = [Need(0, 15, 0)]
    whole = [Piece(0, 10, 10), Piece(5, 15, 10)]
    assert joint_costs(whole, needs, 1).tolist() == [0, 20]
    assert joint_costs([*whole, Piece(0, 5, 5, True)], needs, 1).tolist() == [0, 15]
    both_cut = [Piece(0, 5, 5, True), Piece(5, 15, 10, True)]
    assert joint_costs(both_cut, needs, 1).tolist() == [0, NEVER]


def test_a_real_chunking_has_a_ceiling_for_every_question():
    questions = [[item(span(TEXTS, "a.txt", "w05 w06"))], []]
    judged, _ = ceiling(questions, [word(0, 39)], cuts_for([1], [50], Cut(1)))
    assert judged.ceilings.share.tolist() == [[1, 1], [0, 0]]
    values = {str(m): v for m, v in evaluate(judged).items()}
    assert np.isnan(values["ceiling@1"][1])


def test_the_first_of_two_overlapping_chunks_may_come_last():
    """Then it is cut where the other one begins: the overlap is not paid for twice."""
    question = [item(word(2, 17))]
    budgets = range(30, 70)
    judged, index = ceiling(
        [question], [word(0, 9), word(5, 17)], cuts_for([], budgets, Cut(30, "t"))
    )
    share = judged.ceilings.share[0]
    needed = min(budget for budget, value in zip(budgets, share, strict=True) if value == 1)
    first_words = index.tokens[0] // 2  # five of its ten words
    assert needed == pytest.approx(first_words + index.tokens[1], abs=1)
