"""Other tools' measures as columns of a sweep: named for the tool, and the tool's own numbers."""

from __future__ import annotations

import numpy as np
import pytest

from ragcheck.measures import parity_measures, parity_notices, parity_values
from ragcheck.measures.modes import MODES
from ragcheck.notation import parse_measure
from ragcheck.records import Cut
from ragcheck.settings import Settings
from ragcheck.spans import Span
from tests.measures.build import chunks, collection, item, rankings

MADE = collection({"a.txt": "x y z " * 5}, [item(Span("a.txt", 5, 15))], [])
INDEX = chunks(MADE, [Span("a.txt", 0, 10), Span("a.txt", 8, 18), Span("a.txt", 15, 20)])
CUTS = (Cut(1), Cut(2), Cut(2000, "t"))


def test_names_say_which_tool_and_read_back():
    names = [str(measure) for measure in parity_measures(["chroma", "legalbench"], CUTS)]
    assert names == [
        *("chroma_recall@1", "chroma_precision@1", "chroma_iou@1"),
        *("chroma_recall@2", "chroma_precision@2", "chroma_iou@2"),
        "chroma_precision_omega",
        *("legalbench_recall@1", "legalbench_precision@1"),
        *("legalbench_recall@2", "legalbench_precision@2"),
    ]
    for measure in parity_measures(list(MODES), CUTS):
        assert parse_measure(str(measure)) == (measure.name, measure.cut)
        assert ("Chroma" in measure.doc) == measure.name.startswith("chroma")
        assert ("LegalBench" in measure.doc) == measure.name.startswith("legalbench")
    assert parity_measures([], CUTS) == []


def test_values_stand_under_the_measures_in_order():
    found = parity_values(["chroma", "legalbench"], CUTS, MADE, INDEX, rankings([0, 1], [0]))
    assert list(found) == parity_measures(["chroma", "legalbench"], CUTS)
    values = {str(measure): column for measure, column in found.items()}
    assert values["chroma_recall@1"][0] == pytest.approx(5 / 10)
    assert values["chroma_recall@2"][0] == pytest.approx(1)
    assert values["chroma_precision@2"][0] == pytest.approx(10 / 20)
    assert values["chroma_precision_omega"][0] == pytest.approx(10 / 20)
    assert values["legalbench_recall@2"][0] == pytest.approx(12 / 10)
    assert values["legalbench_precision@2"][0] == pytest.approx(12 / 20)
    assert all(np.isnan(column[1]) for column in values.values())


def test_only_a_ratio_may_exceed_one_and_it_warns():
    units = {measure.name: measure.unit for measure in parity_measures(list(MODES), CUTS)}
    assert {name for name, unit in units.items() if unit == "ratio"} == {"legalbench_recall"}
    (notice,) = parity_notices(["chroma", "legalbench"])
    assert "exceed 1" in notice.text
    assert parity_notices(["chroma"]) == ()


def test_the_setting_takes_every_mode_there_is():
    parse = Settings.__dataclass_fields__["parity"].metadata["parse"]
    assert parse(",".join(MODES)) == parse(list(reversed(MODES))) == tuple(MODES)
    with pytest.raises(ValueError, match="expected chroma and legalbench"):
        parse("chroma,other")
