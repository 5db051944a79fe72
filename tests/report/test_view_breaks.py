"""Examples of broken structure are broken."""

from __future__ import annotations

import dataclasses

import pytest

from ragcheck.report.load import Loaded, load
from ragcheck.report.view_breaks import SHOWN, examples
from ragcheck.run import RunFolder


@pytest.fixture(scope="module")
def data(small_run: RunFolder) -> Loaded:
    return load(small_run)


def test_every_example_is_held_whole_by_no_chunk(data: Loaded) -> None:
    seen = 0
    for cell in data.cells:
        broken = {"sentence": {"broken": 9}, "paragraph": {"broken": 9}, "table": {"broken": 0}}
        asked = dataclasses.replace(cell, result=dataclasses.replace(cell.result, breaks=broken))
        found = examples(data, asked)
        assert set(found) <= {"sentence", "paragraph"}
        for units in found.values():
            assert 0 < len(units) <= SHOWN
            for unit in units:
                seen += 1
                mine = cell.chunks["document"] == unit.document
                spans = list(zip(cell.chunks["start"][mine], cell.chunks["end"][mine], strict=True))
                assert not any(a <= unit.start and unit.end <= b for a, b in spans)
                assert any(a < unit.end and unit.start < b for a, b in spans)
                text = data.documents[unit.document].text[unit.start : unit.end]
                assert text == text.strip()
    assert seen > 10
