"""What is advised, on real runs whose causes are chosen."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from ragcheck import grid
from ragcheck.advice import Advice, advise, beyond_chance, promise, rivals
from ragcheck.causes import CAUSES
from ragcheck.records import Cut
from ragcheck.run import RunFolder, RunWriter
from ragcheck.settings import Settings
from tests.advice.conftest import swept
from tests.advice.test_command import parsed, read_back
from tests.make_causes import missed, recoverable, rows_for, with_causes
from tests.report import make_run

HALF = "overlap-520-50%/bm25"
FIXED, OVERLAP, SECTION = "fixed-128/bm25", "overlap-128-26/bm25", "section-128/bm25"


def advised(
    run: RunFolder, system: str, causes: Sequence[str], **changed: Any
) -> tuple[Advice, ...]:
    """The advice for a system whose first misses have these causes."""
    folder = with_causes(run, system, rows_for(run, system, causes, **changed))
    return advise(folder, folder.result(system))


def chunkers(advice: Advice) -> list[str]:
    """The chunkers that the advised settings build."""
    return [one.id for one in grid.chunkers(Settings(**parsed(advice.settings)))]


def test_nothing_is_advised_without_causes_or_misses(run: RunFolder) -> None:
    assert advise(run, run.result(FIXED)) == ()
    assert advised(run, FIXED, ["hard"] * 5) == ()


def test_long_passages_ask_for_larger_chunks_not_overlap(run: RunFolder) -> None:
    """95% of these passages are within 177 tokens, more than half of 128."""
    (advice,) = advised(run, FIXED, ["boundary_cut"] * 3 + ["boundary_context"] * 2)
    assert advice.causes == ("boundary_cut", "boundary_context")
    assert chunkers(advice) == ["section-336"]
    assert advice.predicted.misses == len(advice.items) == 5
    assert (advice.predicted.of, advice.at) == (34, Cut(5))


def test_short_passages_ask_for_half_of_overlap(wide: RunFolder) -> None:
    (advice,) = advised(wide, "fixed-512/bm25", ["boundary_cut"] * 2)
    assert chunkers(advice) == ["overlap-512-256"]
    assert "about 16" in advice.reason
    (advice,) = advised(wide, HALF, ["boundary_cut"] * 2)
    assert chunkers(advice) == ["section-520"]


def test_structure_never_goes_back_to_windows(wide: RunFolder) -> None:
    (advice,) = advised(wide, "section-512/bm25", ["boundary_cut"] * 2)
    assert chunkers(advice) == ["section-768"]
    (advice,) = advised(wide, "section-512/bm25", ["dilution"] * 2)
    assert chunkers(advice) == ["section-170"]
    rows = rows_for(wide, "section-512/bm25", ["boundary_cut"] * 2)
    folder = with_causes(wide, "section-512/bm25", rows, truncated=3, read_tokens=245.0)
    assert advise(folder, folder.result("section-512/bm25")) == ()


@pytest.mark.parametrize(
    ("system", "cause", "built"),
    [
        (FIXED, "lost_context", "section-128,heading_path=true"),
        (SECTION, "lost_context", "section-128,heading_path=true"),
        (OVERLAP, "overlap_crowd", "overlap-128-13"),
    ],
)
def test_each_cause_has_its_change(run: RunFolder, system: str, cause: str, built: str) -> None:
    (advice,) = advised(run, system, [cause] * 3)
    assert chunkers(advice) == [built]
    assert (advice.system, advice.causes) == (system, (cause,))


def test_buried_passages_ask_for_sentences_at_an_equal_budget(wide: RunFolder) -> None:
    (advice,) = advised(wide, "fixed-512/bm25", ["dilution"] * 2)
    assert chunkers(advice) == ["sentence-170"]
    price = wide.result("fixed-512/bm25").costs["context_tokens"]
    assert advice.at == Cut(10 * round((price or 0) / 10), "t")
    assert str(advice.at) in str(Settings(**parsed(advice.settings)).at)
    assert advised(wide, "sentence-128/bm25", ["dilution"] * 2) == ()


def test_text_beyond_the_embedder_asks_for_chunks_that_it_reads(wide: RunFolder) -> None:
    rows = rows_for(wide, "fixed-512/bm25", ["truncation"] * 3)
    folder = with_causes(wide, "fixed-512/bm25", rows, truncated=40, read_tokens=220.0)
    (advice,) = advise(folder, folder.result("fixed-512/bm25"))
    assert chunkers(advice) == ["fixed-192"]
    assert (advice.intervention, advice.at.unit) == ("clipped_oracle", "t")
    folder = with_causes(
        wide, HALF, rows_for(wide, HALF, ["truncation"] * 3), truncated=40, read_tokens=220.0
    )
    (advice,) = advise(folder, folder.result(HALF))
    assert chunkers(advice) == ["overlap-192-96"]
    rows = rows_for(wide, "section-512/bm25", ["truncation"] * 3)
    folder = with_causes(wide, "section-512/bm25", rows, truncated=0, read_tokens=None)
    assert advise(folder, folder.result("section-512/bm25")) == ()


def test_what_no_setting_cures_gives_lines_to_go_through(run: RunFolder) -> None:
    (gap,) = advised(run, FIXED, ["index_gap"] * 2)
    assert (gap.command, gap.settings) == ((), {})
    assert "`fixed`" in gap.reason
    assert all(line.endswith("passages") for line in gap.details)
    (crowd,) = advised(run, FIXED, ["duplicate_crowd"] * 3)
    assert crowd.command == ()
    assert "Near copies" in crowd.reason


def test_a_twin_is_told_as_the_label_to_add(run: RunFolder) -> None:
    """The twin here is the chunk that the passage begins in: its own words must be found in it."""
    rows = rows_for(run, FIXED, ["label_twin"])
    columns = run.chunks(FIXED).to_pydict()
    texts = run.documents()
    row = rows[0]
    row["twin"] = next(
        n
        for n, (document, start, end) in enumerate(
            zip(columns["document"], columns["start"], columns["end"], strict=True)
        )
        if document == row["document"] and start <= row["start"] < end
    )
    folder = with_causes(run, FIXED, rows)
    (advice,) = advise(folder, folder.result(FIXED))
    name, _, place = advice.details[0].partition("passages[")
    assert name.strip() == row["question"]
    document = texts[row["document"]]
    assert f'"doc":"{document.id}"' in place.replace(" ", "")
    assert document.text[row["start"] : row["start"] + 20].split("\n")[0] in place


def test_larger_causes_come_first_and_only_two(run: RunFolder) -> None:
    causes = ["lost_context"] * 2 + ["overlap_crowd"] * 3 + ["boundary_cut"] * 5
    found = advised(run, OVERLAP, causes)
    assert [one.causes[0] for one in found] == ["boundary_cut", "overlap_crowd"]


def test_what_chance_does_as_well_is_not_advised(run: RunFolder) -> None:
    rows = rows_for(run, FIXED, ["boundary_cut"] * 5 + ["lost_context"])
    folder = with_causes(run, FIXED, rows, {"clipped_oracle": (0.1, -0.05, 0.25)})
    (advice,) = advise(folder, folder.result(FIXED))
    assert advice.causes == ("lost_context",)
    assert beyond_chance(advice.predicted) == (
        "beyond what random windows of the same documents do, 60% [40, 80] of all misses tried "
        "are found"
    )


def test_what_stands_in_the_run_is_told_by_what_it_gained(tried: RunFolder) -> None:
    """Windows that overlap by half were swept as well; what they scored is chosen here."""
    before = tried.values("fixed-512/bm25").to_pydict()["recall@5"]
    asked = [value for value in before if value is not None]
    for change in (0, -1, 2):
        after, left = [], abs(change)
        for value in before:
            moved = left and value == (0 if change > 0 else 1)
            after.append(float(change > 0) if moved else value)
            left -= bool(moved)
        _rescore(tried, "overlap-512-256/bm25", after)
        found = advised(tried, "fixed-512/bm25", ["boundary_cut"] * 2)
        assert len(found) == (change > 0)
    (advice,) = found
    assert (advice.system_here, advice.predicted.measured) == ("overlap-512-256/bm25", True)
    assert advice.predicted.expected == pytest.approx(2 / len(asked))
    low, high = advice.predicted.interval or (1.0, 0.0)
    assert low < 2 / len(asked) < high
    assert f"+{200 / len(asked):.1f} points of recall@5 [" in promise(advice)
    assert "measured by `overlap-512-256/bm25` of this run" in promise(advice)


def _rescore(folder: RunFolder, system: str, recall: Sequence[float | None]) -> None:
    values = folder.values(system)
    place = values.column_names.index("recall@5")
    with RunWriter(folder.path, folder.run) as writer:
        table = values.set_column(place, "recall@5", pa.array(recall, pa.float64()))
        writer.write_table("values", folder.result(system).key, table)


def test_prediction_is_a_weighted_share_of_questions(run: RunFolder) -> None:
    rows = rows_for(run, FIXED, ["boundary_cut"] * 7)
    folder = with_causes(run, FIXED, rows)
    (advice,) = advise(folder, folder.result(FIXED))
    told = folder.result(FIXED).diagnosis
    assert told is not None
    assert advice.predicted.recoverable == recoverable(run, rows[:7])
    assert advice.predicted.recoverable == told.causes["boundary_cut"].recoverable_recall
    assert advice.predicted.expected == told.causes["boundary_cut"].expected
    assert advice.predicted.reach == told.interventions["clipped_oracle"].recoverable_recall.mean
    at_most = 100 * (advice.predicted.recoverable.mean or 0)
    assert promise(advice).startswith(
        f"7 of 34 misses: at most +{at_most:.1f} points of recall@5 ["
    )
    assert "an upper bound; about +" in promise(advice)


def test_more_context_is_priced_and_exact(run: RunFolder) -> None:
    """Recall within eight chunks, counted from completion ranks, is what the advice says."""
    rows = rows_for(run, FIXED, [])
    ranks = {(r["question"], r["item"]): r["rank"] for r in run.items(FIXED).to_pylist()}
    for row in rows:
        row["rank"] = ranks[row["question"], row["item"]]
        row["rank_tokens"] = row["rank"] and 128 * row["rank"]
        if row["rank"] and row["rank"] <= 25:
            row |= {"cause": "outranked", "fixes": ["deeper"]}
    folder = with_causes(run, FIXED, rows)
    (advice,) = advise(folder, folder.result(FIXED))
    assert advice.at.unit == "k"
    assert advice.predicted.measured
    within = {}
    for cut in (5, advice.at.value):
        found = []
        for question in run.questions():
            if question.items:
                whole = [
                    item.weight * bool(rank and rank <= cut)
                    for number, item in enumerate(question.items)
                    for rank in [ranks[question.id, number]]
                ]
                found.append(sum(whole) / sum(item.weight for item in question.items))
        within[cut] = float(np.mean(found))
    assert run.result(FIXED).measures["recall@5"].mean == pytest.approx(within[5])
    gain = within[advice.at.value] - within[5]
    assert advice.predicted.expected == pytest.approx(gain)
    outranked = sorted(row["rank"] for row in rows if row["cause"] == "outranked")
    assert advice.at.value == outranked[(len(outranked) - 1) // 2]
    assert f"are found: +{100 * gain:.1f} points of recall@{advice.at} [" in promise(advice)
    assert promise(advice).endswith("measured in this run on its own questions")
    tokens = float(folder.result(FIXED).costs["context_tokens"] or 0)
    assert f"instead of {tokens:,.0f}" in advice.reason


def test_another_retriever_of_the_run_is_told_by_what_it_gained(
    labelled: dict[str, Any], tmp_path: Path
) -> None:
    more = {"chunkers": "fixed", "chunk_sizes": "128", "retrievers": "bm25,bm25,variant=plus"}
    folder = swept(tmp_path / "two", labelled, **more)
    rows = rows_for(folder, FIXED, ["outranked"] * 8, rank=20, rank_tokens=2500)
    for row in rows[:8]:
        row["fixes"] = ["deeper", "other_retriever", "fusion"]
    first = rows[0]["question"], rows[0]["item"]
    _complete(folder, "fixed-128/bm25,variant=plus", first)
    recall = [1.0] * len(folder.questions())
    _rescore(folder, "fixed-128/bm25,variant=plus", recall)
    folder = with_causes(folder, FIXED, rows)
    (advice,) = advise(folder, folder.result(FIXED))
    assert advice.intervention == "other_retriever"
    assert advice.system_here == "fixed-128/bm25,variant=plus"
    assert first in advice.items
    assert "--retrievers bm25,variant=plus" in shlex.join(advice.command)
    _rescore(folder, "fixed-128/bm25,variant=plus", [0.0] * len(recall))
    (advice,) = advise(folder, folder.result(FIXED))
    assert advice.intervention == "fusion"
    assert advice.predicted.expected is None  # what it loses elsewhere is not known
    assert not advice.predicted.measured
    assert (advice.command, advice.settings["retrievers"]) == (
        (),
        [
            {
                "name": "hybrid",
                "first": {"name": "bm25"},
                "second": {"name": "bm25", "variant": "plus"},
            }
        ],
    )
    assert "set them in ragcheck.toml" in advice.reason


def _complete(folder: RunFolder, system: str, wanted: tuple[str, int]) -> None:
    """Let a system have an item whole at the working cut."""
    rows = folder.items(system).to_pylist()
    coverage = [
        1.0 if (row["question"], row["item"]) == wanted else row["coverage"] for row in rows
    ]
    table = folder.items(system)
    place = table.column_names.index("coverage")
    with RunWriter(folder.path, folder.run) as writer:
        changed = table.set_column(place, "coverage", pa.array(coverage))
        writer.write_table("items", folder.result(system).key, changed)


def test_bm25_and_dense_are_fused_by_the_plain_hybrid(tmp_path: Path) -> None:
    cells = ("fixed-256/bm25", "fixed-256/dense")
    folder = make_run.build(tmp_path / "run", cells=cells, missing=())
    rows = rows_for(folder, "fixed-256/dense", ["outranked"] * 3, rank=25, rank_tokens=2500)
    for row in rows[:3]:
        row["fixes"] = ["fusion"]
    _rescore(folder, "fixed-256/bm25", [0.0] * len(folder.questions()))
    folder = with_causes(folder, "fixed-256/dense", rows)
    (advice,) = advise(folder, folder.result("fixed-256/dense"))
    assert (advice.intervention, advice.settings["retrievers"]) == ("fusion", [{"name": "hybrid"}])


def test_every_command_is_the_sweep_of_its_settings(run: RunFolder) -> None:
    for cause in CAUSES:
        for advice in advised(run, OVERLAP, [cause] * 3, rank=9, rank_tokens=1200):
            if advice.settings:
                again = read_back(tuple(shlex.split(shlex.join(advice.command))))
                assert [c.id for c in grid.chunkers(again)] == chunkers(advice)
                assert again.at == Settings(**parsed(advice.settings)).at == advice.at


def test_rivals_are_counted_by_misses(run: RunFolder) -> None:
    rows = rows_for(run, FIXED, ["outranked"] * 6, rival=7)
    for row, rival in zip(rows[:3], (9, 9, 9), strict=True):
        row["rival"] = rival
    rows[3]["rival"] = 2
    folder = with_causes(run, FIXED, rows)
    found = rivals(folder, folder.result(FIXED))
    assert [(one.chunk, one.misses) for one in found] == [(9, 3), (7, 2), (2, 1)]
    chunk = folder.chunks(FIXED).slice(9, 1).to_pylist()[0]
    assert (found[0].document, found[0].start, found[0].end) == (
        chunk["document"], chunk["start"], chunk["end"],
    )  # fmt: skip
    assert rivals(run, run.result(SECTION)) == ()


def test_runs_without_texts_are_advised_too(bare: RunFolder) -> None:
    """Lengths come from offsets, prices from tables; only quotes are missing."""
    system = bare.run.systems[0].system.id
    found = advised(bare, system, ["boundary_cut"] * 2 + ["label_twin"] * 2, twin=0)
    assert len(found) == 2
    (twin,) = (one for one in found if one.causes == ("label_twin",))
    assert '"text"' not in twin.details[0]
    assert '"start"' in twin.details[0]


def test_missing_is_what_the_items_say(run: RunFolder, tmp_path: Path) -> None:
    assert len(missed(run, FIXED)) == 34
