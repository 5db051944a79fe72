"""One small collection whose every number can be counted by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from ragcheck.measures import Corpus, Part, cuts_for, evaluate, judge
from ragcheck.records import Cut
from tests.measures.build import chunks, collection, item, rankings, span

TEXTS = {
    "guide.md": "# Fees\nThe cap is eight dollars.\n# Hours\nOpen from nine to five.\n",
    "news.txt": "Nothing to see here.\n",
}
FEES, HOURS = "The cap is eight dollars.", "Open from nine to five."


@pytest.fixture
def made():
    return collection(
        TEXTS,
        [item(span(TEXTS, "guide.md", "eight dollars"))],
        [item(span(TEXTS, "guide.md", FEES), weight=3.0), item(span(TEXTS, "guide.md", HOURS))],
        [],
    )


@pytest.fixture
def three(made):
    """The fees, the hours (with a prefix of 5 units), the news."""
    places = [span(TEXTS, "guide.md", FEES), span(TEXTS, "guide.md", HOURS)]
    places.append(span(TEXTS, "news.txt", "Nothing to see here."))
    return chunks(made, places, ["", "Hours\n"])


def values(made, index, ranked, ks=(1, 2, 3), budgets=()):
    at = Cut(2)
    judged = judge(Corpus.of(made), index, ranked, cuts_for(ks, budgets, at), at)
    return judged, {str(m): v.tolist() for m, v in evaluate(judged).items()}


def test_weights_and_the_mean_over_items(made, three):
    _, found = values(made, three, rankings([0, 2], [1, 0], [2]))
    assert found["recall@1"][:2] == [1, 0.25]
    assert found["recall@2"][:2] == [1, 1]
    assert found["any@1"][:2] == [1, 1]
    assert found["all@1"][:2] == [1, 0]
    # 19 units of hours, 21 of fees
    assert found["char_recall@1"][1] == pytest.approx(19 / 40)


def test_causes_of_pollution(made, three):
    judged, found = values(made, three, rankings([0, 1, 2, 0], [0], [2]), ks=(1, 2, 3, 4))
    # The rest of the sentence about fees is near; hours are in the same document only.
    shown = judged.composition.parts[0, judged.cuts.index(Cut(4))]
    assert dict(zip(Part, shown.tolist(), strict=True)) == {
        Part.gold: 12,
        Part.duplicate: 21,
        Part.prefix: 5,
        Part.same_section: 9,
        Part.same_document: 19,
        Part.other_document: 17,
    }
    assert found["pollution@4"][0] == pytest.approx(1 - 12 / 83)
    assert found["iou@1"][0] == pytest.approx(12 / 21)
    assert found["offtopic@4"][0] == 0.75
    assert found["offtopic_floor@4"][0] == 0.75
    first = judged.hits.question == 0
    assert [Part(c).name for c in judged.hits.cause[first]] == [
        "same_section",
        "same_document",
        "other_document",
        "duplicate",
    ]


def test_a_budget_cuts_the_last_chunk_and_its_prefix_comes_first(made, three):
    prefix, body = 2, 6  # "Hours\n" and "Open from nine to five." in tokens
    assert three.tokens[1] == prefix + body
    budgets = (1, prefix, prefix + 1, prefix + body)
    judged, found = values(made, three, rankings([1], [1], [1]), budgets=budgets)
    parts = judged.composition.parts[1]
    shown = {str(cut): row for cut, row in zip(judged.cuts, parts.tolist(), strict=True)}
    assert shown["1t"] == [0, 0, 5, 0, 0, 0]  # "Hours", without the line's end
    assert shown["2t"] == [0, 0, 5, 0, 0, 0]
    assert shown["3t"] == [4, 0, 5, 0, 0, 0]  # and "Open"
    assert shown["8t"] == [19, 0, 5, 0, 0, 0]
    assert found["recall@8t"][1] == 0.25
    assert found["context_tokens@3t"][1] == 3


def test_an_unanswerable_question_has_no_value(made, three):
    _, found = values(made, three, rankings([0], [0], [0]))
    assert all(math.isnan(column[2]) for column in found.values())


def test_nothing_retrieved_is_0_recall_and_no_composition(made, three):
    _, found = values(made, three, rankings([], [], []), budgets=(10, 20))
    assert found["recall@3"][:2] == [0, 0]
    assert found["recall_auc"][:2] == [0, 0]
    assert found["iou@3"][:2] == [0, 0]
    assert found["nDCG@3"][:2] == [0, 0]
    assert found["context_tokens@3"][:2] == [0, 0]
    for name in ("gold@3", "pollution@3", "offtopic@3", "offtopic_floor@3", "prefix@10t"):
        assert np.isnan(found[name]).all()


def test_missing_text_is_a_gap_of_the_index_not_a_cut(made):
    index = chunks(made, [span(TEXTS, "guide.md", "The cap is eight doll")])
    judged, found = values(made, index, rankings([0], [0], [0]))
    assert judged.breaks.pieces.tolist() == [0, 0, 0]
    assert math.isnan(found["pieces"][0])
    assert found["severed"][0] == 1
    assert found["index_gap"][0] == 1
    assert found["cut_and_missed"][0] == 0
    assert found["severity"][0] == pytest.approx(3 / 12)


def test_the_working_cut_is_judged_even_when_no_list_names_it(made, three):
    at = Cut(4, "t")
    judged = judge(Corpus.of(made), three, rankings([0], [0], [0]), [Cut(1)], at)
    assert judged.cuts[judged.at] == at
    assert judged.grid == ()
    found = {str(m): v for m, v in evaluate(judged).items()}
    assert "recall@4t" in found
    assert np.isnan(found["recall_auc"]).all()


def test_of_equal_alternatives_the_first_in_the_documents_counts(made):
    texts = {"a.txt": "same words", "b.txt": "same words"}
    second, first = span(texts, "b.txt", "same words"), span(texts, "a.txt", "same words")
    twins = collection(texts, [item(second, twins=[first])])
    index = chunks(twins, [first, second])
    judged, found = values(twins, index, rankings([1, 0]))
    alternatives = judged.alternatives
    by_cut = alternatives.document[judged.credited[0]].tolist()
    assert by_cut == [1, 0, 0]  # alone, the second is best covered; then both are
    assert found["recall@1"] == [1]
    assert found["redundant@2"] == [0.5]  # the copy is no new gold
    assert found["offtopic@2"] == [0.5]


def test_a_heading_without_a_body_is_not_near_the_gold_that_crosses_it():
    texts = {"a.md": "# One two\n# Three\nfour five\n"}
    made = collection(texts, [item(span(texts, "a.md", "two\n# Three\nfour"))])
    index = chunks(made, [span(texts, "a.md", texts["a.md"].strip())])
    judged, _ = values(made, index, rankings([0]))
    shown = dict(zip(Part, judged.composition.parts[0, 0].tolist(), strict=True))
    # "# One" stands under a heading with an empty body; "five" in a body that holds gold.
    assert (shown[Part.same_document], shown[Part.same_section]) == (4, 4)
