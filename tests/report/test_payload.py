"""What the script of the page decodes is what the run folder holds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ragcheck.report.load import Loaded, load
from ragcheck.report.numbers import partly, percent
from ragcheck.report.outcomes import outcomes
from ragcheck.report.payload import blocks, utf16
from ragcheck.report.payload_system import parts, permille
from ragcheck.report.view import build
from ragcheck.run import RunFolder
from tests.report.unpack import prose, unpacked


def decoded(folder: RunFolder) -> tuple[Loaded, dict[str, Any]]:
    data = load(folder)
    raw = blocks(data, build(data))
    return data, {
        name: prose(text) if name.startswith("text-") else unpacked(text)
        for name, text in raw.items()
    }


def texts(found: dict[str, Any]) -> list[str]:
    """Every document as the script cuts it from its group, by UTF-16 units."""
    core, out = found["core"], []
    for number, _ in enumerate(core["groups"]):
        rest = found[f"text-{number}"]
        stop = [*core["groups"], len(core["documents"])][number + 1]
        for _, _, length in core["documents"][core["groups"][number] : stop]:
            out.append(utf16_slice(rest, 0, length))
            rest = rest[len(out[-1]) :]
    return out


def placed(core: dict[str, Any]) -> list[list[tuple[int, int, int]]]:
    """The alternatives of every question's items in order: document, start and end."""
    columns = zip(core["home"], core["start"], core["length"], strict=True)
    every = [(home, start, start + length) for home, start, length in columns]
    per_item = iter(core["places"])
    out, at = [], 0
    for items in core["items"]:
        count = sum(next(per_item) for _ in range(items))
        out.append(every[at : at + count])
        at += count
    return out


def utf16_slice(text: str, start: int, end: int) -> str:
    return text.encode("utf-16-le", "surrogatepass")[2 * start : 2 * end].decode("utf-16-le")


@pytest.mark.parametrize("name", ["small_run", "hostile_run"])
def test_gold_offsets_name_the_same_text_in_the_browser(
    name: str, request: pytest.FixtureRequest
) -> None:
    data, found = decoded(request.getfixturevalue(name))
    stored = texts(found)
    for question, places in zip(data.questions, placed(found["core"]), strict=True):
        spans = [span for item in question.items for span in item.alternatives]
        for span, (document, start, end) in zip(spans, places, strict=True):
            source = data.documents[data.place[span.document]].text
            text = utf16_slice(stored[document], start, end)
            assert text == source[span.start : span.end]


@pytest.mark.parametrize("name", ["small_run", "hostile_run"])
def test_chunks_name_the_same_text_in_the_browser(
    name: str, request: pytest.FixtureRequest
) -> None:
    data, found = decoded(request.getfixturevalue(name))
    stored = texts(found)
    for cell, system in zip(data.cells, found["core"]["systems"], strict=True):
        chunks = found[f"chunks-{system['chunks']}"]
        homes = [d for d, count in enumerate(chunks["counts"]) for _ in range(count)]
        gaps, lengths = chunks["gap"], chunks["length"]
        assert chunks["tokens"] == cell.chunks["tokens"].tolist()
        end, last = 0, -1
        for row, document in enumerate(homes):
            start = gaps[row] + (end if document == last else 0)
            end, last = start + lengths[row], document
            text = utf16_slice(stored[document], start, end)
            source = data.documents[cell.chunks["document"][row]].text
            assert text == source[cell.chunks["start"][row] : cell.chunks["end"][row]]


def test_hits_keep_ten_in_rank_order(small_run: RunFolder) -> None:
    data, found = decoded(small_run)
    for number, cell in enumerate(data.cells):
        rows = small_run.hits(cell.id).to_pylist()
        kept = [row["chunk"] for row in rows if row["rank"] <= 10]
        assert found[f"system-{number}"]["chunk"] == kept
        assert sum(found[f"system-{number}"]["hits"]) == len(kept)


def test_scores_come_back_to_three_figures(small_run: RunFolder) -> None:
    data, found = decoded(small_run)
    for number, cell in enumerate(data.cells):
        block = found[f"system-{number}"]
        steps = block["score"]
        wanted = [r["score"] for r in small_run.hits(cell.id).to_pylist() if r["rank"] <= 10]
        at = 0
        for count in block["hits"]:
            score = 0
            for row in range(at, at + count):
                score = steps[row] if row == at else score - steps[row]
                assert abs(score * block["step"] - wanted[row]) <= block["step"]
            at += count


def test_the_credited_alternative_is_named_by_its_number(small_run: RunFolder) -> None:
    data, found = decoded(small_run)
    rows = small_run.items(data.cells[0].id).to_pylist()
    items = [item for question in data.questions for item in question.items]
    for row, item, number in zip(rows, items, found["system-0"]["credited"], strict=True):
        span = item.alternatives[number]
        assert (data.place[span.document], span.start, span.end) == (
            row["document"],
            row["start"],
            row["end"],
        )


def test_parts_of_a_hit_never_round_to_nothing(small_run: RunFolder) -> None:
    data, found = decoded(small_run)
    rows = [row for row in small_run.hits(data.cells[0].id).to_pylist() if row["rank"] <= 10]
    for row, gold in zip(rows, found["system-0"]["gold"], strict=True):
        assert (gold == 0) == (row["gold"] == 0)
        assert (gold == 100) == (row["redundant"] + row["other"] == 0)


def test_utf16_counts_two_for_what_needs_two() -> None:
    text = "a🧪שb"
    assert utf16(text).tolist() == [0, 1, 3, 4, 5]


def test_outcomes_read_back(small_run: RunFolder) -> None:
    data, found = decoded(small_run)
    core = found["core"]
    for number, cell in enumerate(data.cells):
        wanted = small_run.values(cell.id).column("recall@5").to_pylist()
        recalls = [None, *core["recalls"]]
        read = [recalls[code] for code in core[f"recall-{number}"]]
        assert [None if r is None else r / 1000 for r in read] == pytest.approx(wanted)
        mine = outcomes(data, cell)
        state = np.array(core[f"state-{number}"])
        assert (state & 3).tolist() == mine.code.tolist()
        assert (state >> 2 & 1).tolist() == mine.cut.tolist()
        assert (state >> 3).tolist() == mine.polluted.tolist()


@settings(deadline=None)
@given(st.lists(st.floats(0, 1)))
def test_a_whole_percent_is_the_same_by_way_of_thousandths(values: list[float]) -> None:
    for value, steps in zip(values, permille(np.array(values)).tolist(), strict=True):
        assert percent(steps / 1000) == percent(value)
        assert abs(steps - 1000 * value) <= 1


@settings(deadline=None)
@given(st.lists(st.floats(0, 1)), st.sampled_from([20, 100]))
def test_arrays_of_shares_round_as_each_alone(values: list[float], steps: int) -> None:
    assert parts(np.array(values), steps).tolist() == [partly(value, steps) for value in values]
