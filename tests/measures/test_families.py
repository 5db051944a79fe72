from __future__ import annotations

from ragcheck.measures import FAMILIES, cuts_for, measures_for
from ragcheck.notation import parse_measure
from ragcheck.records import Cut


def test_every_measure_reads_back_from_its_name():
    measures = measures_for([1, 5], [250, 2000], Cut(5))
    assert len({str(measure) for measure in measures}) == len(measures)
    for measure in measures:
        assert parse_measure(str(measure)) == (measure.name, measure.cut)


def test_every_family_is_defined_in_a_sentence_and_says_why_it_may_be_null():
    for family in FAMILIES:
        assert family.doc.endswith("."), family.name
        assert "  " not in family.doc
        assert not family.null.endswith(".")
    assert len({family.name for family in FAMILIES}) == len(FAMILIES)


def test_the_cut_offs_of_a_measure():
    names = {str(measure) for measure in measures_for([5], [250], Cut(5))}
    assert {"recall@5", "recall@250t", "offtopic@5", "nDCG@5", "severed", "recall_auc"} <= names
    assert "nDCG@250t" not in names
    assert "offtopic@250t" not in names


def test_cut_offs_in_order_with_the_working_cut_among_them():
    cuts = cuts_for([5, 1, 5], [2000, 250], Cut(500, "t"))
    assert [str(cut) for cut in cuts] == ["1", "5", "250t", "500t", "2000t"]
