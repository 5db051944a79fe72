"""What holds for every diagnosis, whatever the collection (METRICS, section 6)."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ragcheck.causes import CAUSES, INTERVENTIONS
from ragcheck.chunking import Fixed, Overlap, Section
from ragcheck.diagnosis import Case, Found, diagnose
from tests.diagnosis.build import Lines, World, random_world, without_score

worlds = st.builds(
    random_world,
    st.integers(0, 10_000),
    at=st.sampled_from(["1", "2", "4", "20t", "45t"]),
    chunker=st.sampled_from(
        [
            Fixed(size=14),
            Overlap(size=24, overlap=18),
            Section(size=30, heading_path=True),
            Lines(),
        ]
    ),
    limit=st.sampled_from([8, 1000]),
    pool=st.sampled_from([4, 100]),
)
RETRIEVERS = pytest.mark.parametrize(
    ("retriever", "siblings"),
    [
        ("bm25", ["dense"]),
        ("dense", ["bm25", "hybrid"]),
        ("hybrid", ["bm25", "dense"]),
        ("hybrid", []),
    ],
)
some = settings(max_examples=40, deadline=None)

#: What must be among the fixes of an item with a cause, any one of them.
FIX = {
    "label_twin": {"accept_twin"},
    "truncation": {"clipped_oracle"},
    "boundary_cut": {"clipped_oracle"},
    "duplicate_crowd": {"skip_duplicates"},
    "overlap_crowd": {"skip_overlaps"},
    "lost_context": {"add_context"},
    "boundary_context": {"clipped_oracle"},
    "dilution": {"tight_oracle"},
    "outranked": {"deeper", "other_retriever", "fusion"},
}


def expected_cause(case: Case, found: Found, number: int) -> str:
    """The first cause of the table whose test the fixes of an item pass."""
    rows, judged = found.misses, case.judged
    item = int(judged.items.first[rows.question[number]]) + int(rows.item[number])
    fixes = set(rows.fixes[number])
    if judged.breaks.pieces[item] == 0:
        return "index_gap"
    unread = judged.unseen is not None and judged.unseen[item] > 0.5
    fitting = {"truncation": unread, "boundary_cut": bool(judged.breaks.severed[item])}
    for cause in CAUSES:
        if FIX.get(cause, set()) & fixes and fitting.get(cause, True):
            return cause
    return "hard"


@RETRIEVERS
@some
@given(world=worlds)
def test_every_miss_has_one_cause_the_first_whose_test_it_passes(
    retriever: str, siblings: list[str], world: World
) -> None:
    case = world.case(retriever, siblings)
    found = diagnose(case)
    rows, diagnosis = found.misses, found.diagnosis
    missed = np.flatnonzero(case.judged.coverage[:, case.judged.at] < 1)
    first = case.judged.items.first
    assert (first[rows.question] + rows.item).tolist() == missed.tolist()
    assert diagnosis.misses == len(missed) == len(rows.cause)
    for number, cause in enumerate(rows.cause):
        assert cause == expected_cause(case, found, number)
        assert rows.suspect[number] <= (cause == "hard")
        assert list(rows.fixes[number]) == [n for n in INTERVENTIONS if n in rows.fixes[number]]
    assert list(diagnosis.causes) == [c for c in CAUSES if c in rows.cause]
    for cause, summary in diagnosis.causes.items():
        assert summary.n == rows.cause.count(cause)
    if len(missed):
        assert sum(one.share for one in diagnosis.causes.values()) == pytest.approx(1)


@RETRIEVERS
@some
@given(world=worlds)
def test_the_summaries_are_those_of_the_rows(
    retriever: str, siblings: list[str], world: World
) -> None:
    case = world.case(retriever, siblings)
    found = diagnose(case)
    rows, diagnosis, items = found.misses, found.diagnosis, case.judged.items
    weight = items.weight / np.bincount(items.question, items.weight)[items.question]
    labelled = max(int(case.judged.answerable.sum()), 1)
    share = weight[items.first[rows.question] + rows.item] / labelled
    missed = float(share.sum())
    recall = 1 - missed
    for name, one in diagnosis.interventions.items():
        fixed = np.array([name in fixes for fixes in rows.fixes])
        assert one.recovered == fixed.sum() <= one.tried <= diagnosis.misses
        assert one.recoverable_recall.mean == pytest.approx(share[fixed].sum())
        reordered = ("skip_duplicates", "skip_overlaps", "other_retriever", "fusion")
        assert (one.expected is None) == (name in reordered)
        assert 0 <= (one.expected or 0.0) <= one.recoverable_recall.mean + 1e-12
        assert one.placebo_recovered <= one.placebo_tried <= min(one.tried, 100)
        if one.corrected is not None and one.low is not None:
            assert -1 <= one.low <= max(one.corrected, -1) <= one.high <= 1
    total = sum(one.recoverable_recall.mean for one in diagnosis.causes.values())
    assert total <= missed + 1e-12
    assert recall + total <= 1 + 1e-12
    tried = set(diagnosis.interventions)
    assert set().union(*rows.fixes, set()) <= tried


@RETRIEVERS
@some
@given(world=worlds)
def test_a_diagnosis_is_the_same_twice(retriever: str, siblings: list[str], world: World) -> None:
    first, again = (diagnose(world.case(retriever, siblings)) for _ in range(2))
    assert first.diagnosis == again.diagnosis
    for field in dataclasses.fields(first.misses):
        one, other = (getattr(found.misses, field.name) for found in (first, again))
        assert np.array_equal(one, other) if isinstance(one, np.ndarray) else one == other
    assert np.array_equal(first.distractors, again.distractors, equal_nan=True)


@some
@given(world=worlds)
def test_without_scores_the_rest_is_still_told(world: World) -> None:
    case = world.case("bm25", ["dense"])
    whole, part = diagnose(case), diagnose(without_score(case))
    assert set(part.diagnosis.unknown) == {
        "truncation",
        "boundary_cut",
        "lost_context",
        "boundary_context",
        "dilution",
        "hard",
    }
    assert all("BM25" in reason for reason in part.diagnosis.unknown.values())
    injected = {"clipped_oracle", "tight_oracle", "add_context"}
    for number, fixes in enumerate(whole.misses.fixes):
        assert part.misses.fixes[number] == tuple(f for f in fixes if f not in injected)
        if not injected & set(fixes):
            assert part.misses.cause[number] == whole.misses.cause[number]
    assert not part.diagnosis.encodings
    assert not part.misses.clipped_rank.any()


@RETRIEVERS
@some
@given(world=worlds)
def test_no_chunk_named_is_another(retriever: str, siblings: list[str], world: World) -> None:
    """Hosts hold text of the passage, rivals none of the question's, twins none of the item's."""
    case = world.case(retriever, siblings)
    rows, gold = diagnose(case).misses, case.judged.alternatives
    text = case.corpus.text
    place = text.offset[case.chunks.document]
    low, high = (text.unit(place + edge) for edge in (case.chunks.start, case.chunks.end))

    def meets(chunk: int, alternatives: np.ndarray) -> bool:
        start, end = gold.start[alternatives], gold.end[alternatives]
        return bool(((start < high[chunk]) & (low[chunk] < end)).any())

    for number in range(len(rows.cause)):
        question = rows.question[number]
        own = gold.item == case.judged.items.first[question] + rows.item[number]
        if rows.host[number] >= 0:
            assert meets(rows.host[number], own)
        if rows.rival[number] >= 0:
            assert not meets(rows.rival[number], gold.question == question)
        if rows.twin[number] >= 0:
            assert not meets(rows.twin[number], own)
        assert (rows.twin[number] >= 0) == ("accept_twin" in rows.fixes[number])
