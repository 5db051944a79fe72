"""Hard distractors, counted by a scorer of the other family."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from ragcheck.diagnosis import diagnose, distractors_measure
from ragcheck.records import Cut
from tests.diagnosis.build import World, filler, without_score
from tests.diagnosis.test_causes import ASKED, crowd, rivals

GOLD = "a copper kettle boils 12 litres of water"


def made(texts: dict[str, str], at: str = "5", **more: str) -> World:
    return World({**texts, **more, **crowd()}, [(ASKED, [("gold.txt", GOLD)]), ("none", [])], at=at)


def count(world: World, retriever: str, *siblings: str) -> float:
    return float(world.diagnose(retriever, siblings).distractors[0])


TEXTS = {
    "gold.txt": f"{GOLD} {filler(1, 4)}",
    "better.txt": ASKED,
    "worse.txt": f"copper kettle {filler(2, 9)}",
}


@pytest.mark.parametrize(
    ("retriever", "siblings"),
    [
        ("dense", ["bm25"]),
        ("dense", ["hybrid"]),
        ("bm25", ["dense"]),
        ("bm25", ["hybrid"]),
        ("hybrid", []),
        ("hybrid", ["dense", "bm25"]),
    ],
)
def test_what_the_other_family_likes_as_well_is_a_distractor(
    retriever: str, siblings: list[str]
) -> None:
    assert count(made(TEXTS), retriever, *siblings) == 1
    assert count(made(TEXTS, better="copper"), retriever, *siblings) == 1
    texts = {**TEXTS, "better.txt": "copper"}
    assert count(made(texts), retriever, *siblings) in (0, 1)


def test_an_equal_score_is_at_or_above() -> None:
    texts = {"gold.txt": "water boils kettle copper", "same.txt": "kettle water copper boils"}
    world = World({**texts, **crowd()}, [(ASKED, [("gold.txt", "copper")])], at="5")
    assert count(world, "dense", "bm25") == 1


@pytest.mark.parametrize(
    "beside",
    [
        f"{GOLD} {filler(1, 4)}\n{ASKED}",
        f"{ASKED}\n{GOLD} {filler(1, 4)}",
    ],
)
def test_what_stands_beside_gold_is_none(beside: str) -> None:
    assert count(made({"gold.txt": beside}), "dense", "bm25") == 0
    apart = beside.replace("\n", f"\n{filler(5, 6)}\n")
    assert count(made({"gold.txt": apart}), "dense", "bm25") == 1


def test_the_last_chunk_of_the_document_before_is_not_beside() -> None:
    assert count(made({"before.txt": ASKED, **TEXTS, "better.txt": "x"}), "dense", "bm25") == 1


def test_what_says_the_same_is_none() -> None:
    texts = {**TEXTS, "better.txt": f"so {GOLD}"}
    assert count(made(texts), "dense", "bm25") == 0
    other = {**TEXTS, "better.txt": f"so {GOLD.replace('12', '13')} {ASKED}"}
    assert count(made(other), "dense", "bm25") == 1


def test_only_what_is_shown_counts() -> None:
    texts = {"gold.txt": f"{GOLD} {filler(1, 40)}", **rivals(6, ASKED)}
    assert count(made(texts, at="3"), "dense", "bm25") == 3
    assert count(made(texts, at="1"), "dense", "bm25") == 1


def test_no_other_family_no_value() -> None:
    for retriever in ("bm25", "dense"):
        found = made(TEXTS).diagnose(retriever)
        assert np.isnan(found.distractors).all()


def test_no_intact_passage_no_value() -> None:
    cut = "the copper kettle\nboils water"
    world = World({"gold.txt": cut, **rivals(3)}, [(ASKED, [("gold.txt", cut)])])
    assert np.isnan(world.diagnose("dense", ["bm25"]).distractors).all()


def test_unanswerable_questions_have_no_value() -> None:
    assert np.isnan(made(TEXTS).diagnose("dense", ["bm25"]).distractors[1])


def test_a_retriever_of_unknown_family_has_no_value() -> None:
    case = made(TEXTS).case("dense", ["bm25"])

    class Plugin:
        index = staticmethod(lambda texts: case.system.index)

    system = dataclasses.replace(case.system, retriever=Plugin())
    assert np.isnan(diagnose(dataclasses.replace(case, system=system)).distractors).all()


def test_a_scorer_that_cannot_score_is_none() -> None:
    case = made(TEXTS).case("dense", ["bm25"])
    (sibling,) = case.siblings
    silent = without_score(dataclasses.replace(case, system=sibling)).system
    assert np.isnan(diagnose(dataclasses.replace(case, siblings=[silent])).distractors).all()


def test_the_measure_reads_back() -> None:
    assert str(distractors_measure(Cut(5))) == "distractors@5"
    assert str(distractors_measure(Cut(2000, "t"))) == "distractors@2000t"
