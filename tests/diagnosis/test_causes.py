"""A collection for every row of the table of causes (METRICS, section 6).

The question is always about a copper kettle. A chunk is a line, and three are shown.
"""

from __future__ import annotations

import dataclasses

import pytest

from ragcheck.causes import CAUSES
from ragcheck.chunking import Overlap, Section
from ragcheck.diagnosis import Found
from tests.diagnosis.build import World, filler

ASKED = "copper kettle boils water"
ALL = ("bm25", "dense", "hybrid")
every_retriever = pytest.mark.parametrize("retriever", ALL)


def rivals(count: int = 3, said: str = "copper kettle boils") -> dict[str, str]:
    """Documents of a line each that say nearly what is asked, in company of words of their own."""
    return {
        f"rival{n}.txt": f"{filler(100 + n, 3)} {said} {filler(200 + n, 3)}" for n in range(count)
    }


def crowd(seed: int = 0, count: int = 12) -> dict[str, str]:
    """Documents that have nothing to do with it."""
    return {f"far{seed}-{n}.txt": filler(1000 * seed + 300 + n, 10) for n in range(count)}


def only(found: Found) -> tuple[str, tuple[str, ...]]:
    """The cause and the fixes of the only missed item."""
    assert found.diagnosis.misses == 1
    return found.misses.cause[0], found.misses.fixes[0]


def world(
    texts: dict[str, str], quote: str, document: str = "gold.txt", **options: object
) -> World:
    made = World({**texts, **crowd()}, [(ASKED, [(document, quote)])])
    return dataclasses.replace(made, **options)


@every_retriever
def test_text_in_no_chunk_is_an_index_gap(retriever: str) -> None:
    gold = "-the copper kettle boils water"
    found = world({"gold.txt": f"{filler(1, 2)}\n{gold}", **rivals()}, gold).diagnose(retriever)
    cause, fixes = only(found)
    assert cause == "index_gap"
    assert "clipped_oracle" in fixes
    assert found.diagnosis.causes["index_gap"].recoverable_recall.mean == 1


@every_retriever
def test_an_index_gap_that_no_chunk_would_recover_adds_no_recall(retriever: str) -> None:
    gold = "-nothing that anyone would look for"
    made = world({"gold.txt": f"{filler(1, 9)}\n{gold}", **rivals()}, gold)
    found = made.diagnose(retriever)
    assert only(found)[0] == "index_gap"
    assert found.diagnosis.causes["index_gap"].recoverable_recall.mean == 0


SAID = "the copper kettle boils 12 litres of water within nine minutes on a small gas stove"


@every_retriever
@pytest.mark.parametrize(
    ("elsewhere", "expected"),
    [
        (SAID, True),
        (SAID.replace("small", "tiny").replace("within", "in"), True),
        (f"as was said {SAID} and so on", True),
        (SAID.replace("12", "13"), False),
        ("the copper kettle boils water, 12 litres", False),
        (" ".join(SAID.split()[8:]), False),
    ],
)
def test_shown_text_that_says_the_same_is_a_label_twin(
    retriever: str, elsewhere: str, expected: bool
) -> None:
    buried = f"{filler(1, 40)} {SAID} {filler(2, 40)}"
    weaker = {"weaker.txt": f"copper kettle {filler(5, 6)}"}
    texts = {"gold.txt": buried, "faq.txt": elsewhere, **weaker, **rivals(2)}
    found = world(texts, SAID).diagnose(retriever)
    cause, fixes = only(found)
    assert (cause == "label_twin") is expected
    assert ("accept_twin" in fixes) is expected
    assert bool(found.misses.twin[0] >= 0) is expected


@every_retriever
def test_the_same_words_about_another_product_are_no_twin(retriever: str) -> None:
    said = "it holds water for the whole household and water boils within nine minutes on gas"
    texts = {
        "copper.md": f"# Copper kettle\n\n{filler(1, 30)} {said} {filler(2, 30)}",
        "tin.md": f"# Tin pan\n\n{said}",
        **rivals(1),
    }
    found = world(texts, said, "copper.md").diagnose(retriever)
    assert found.misses.twin[0] == -1
    same = {**texts, "tin.md": f"# The kettle of copper\n\n{said}"}
    cause, _ = only(world(same, said, "copper.md", at="4").diagnose(retriever))
    assert cause == "label_twin"


@every_retriever
def test_a_product_named_by_a_letter_is_not_in_every_word(retriever: str) -> None:
    said = "it holds water for the whole household and water boils within nine minutes on gas"
    texts = {
        "e.md": f"# Kettle E\n\n{filler(1, 30)} {said} {filler(2, 30)}",
        "a.md": f"# Kettle A\n\n{said}",
        **rivals(1),
    }
    made = World(texts, [("which water boils in kettle E", [("e.md", said)])])
    assert made.diagnose(retriever).misses.twin.tolist() == [-1]
    same = dataclasses.replace(made, texts={**texts, "a.md": f"# E, the kettle\n\n{said}"}, at="4")
    assert (same.diagnose(retriever).misses.twin >= 0).all()


@pytest.mark.parametrize("retriever", ["dense", "hybrid"])
def test_text_past_what_the_embedder_reads_is_truncated(retriever: str) -> None:
    gold = "the copper kettle boils water"
    texts = {"gold.txt": f"{filler(1, 30)} {gold}", **rivals(4, "copper kettle")}
    found = world(texts, gold, limit=20).diagnose(retriever)
    cause, fixes = only(found)
    assert cause == "truncation"
    assert "clipped_oracle" in fixes


@pytest.mark.parametrize("retriever", ["dense", "hybrid"])
def test_text_that_is_read_is_not_truncated(retriever: str) -> None:
    gold = "the copper kettle boils water"
    texts = {"gold.txt": f"{filler(1, 30)} {gold} {filler(2, 60)}", **rivals()}
    cause, _ = only(world(texts, gold, limit=60).diagnose(retriever))
    assert cause != "truncation"


@every_retriever
def test_a_passage_across_a_boundary_is_cut(retriever: str) -> None:
    gold = "the copper kettle\nboils water slowly"
    texts = {"gold.txt": f"{filler(1, 9)} {gold} {filler(2, 9)}", **rivals()}
    cause, fixes = only(world(texts, gold).diagnose(retriever))
    assert cause == "boundary_cut"
    assert "clipped_oracle" in fixes


COPY = "copper kettle boils water quickly on the open gas stove of our old kitchen today"


@every_retriever
@pytest.mark.parametrize("changed", [(), ("quickly",), ("quickly", "open")])
def test_near_copies_that_take_the_places_are_a_duplicate_crowd(
    retriever: str, changed: tuple[str, ...]
) -> None:
    copies = {}
    for number in range(6):
        text = COPY
        for place, word in enumerate(changed):
            text = text.replace(word, filler(50 * number + place, 1))
        copies[f"copy{number}.txt"] = text
    gold = f"a copper kettle boils slowly {filler(3, 9)}"
    cause, fixes = only(world({"gold.txt": gold, **copies}, gold).diagnose(retriever))
    assert cause == "duplicate_crowd"
    assert "skip_duplicates" in fixes
    assert "skip_overlaps" not in fixes


@every_retriever
def test_overlapping_chunks_that_take_the_places_are_an_overlap_crowd(retriever: str) -> None:
    gold = f"a copper kettle boils slowly {filler(3, 10)}"
    texts = {"gold.txt": gold, "long.txt": f"{filler(1, 14)} {ASKED} {filler(2, 14)}"}
    made = world(texts, gold, chunker=Overlap(size=40, overlap=32))
    cause, fixes = only(made.diagnose(retriever))
    assert cause == "overlap_crowd"
    assert "skip_duplicates" not in fixes, "one place shown again is no duplicate"


def manuals(*names: str) -> dict[str, str]:
    """A manual for each product, which only its title names, with a line that boils water."""
    said = "It boils water, then water boils over"
    return {
        f"{name.replace(' ', '-')}.md": f"# {name}\n\n{said} {filler(7 * number, 4)}"
        for number, name in enumerate(names)
    }


@every_retriever
def test_a_subject_that_only_the_title_names_is_lost_context(retriever: str) -> None:
    said = "It boils water with the lid on the pot."
    texts = {
        "kettle.md": f"# Copper kettle\n\n{filler(1, 8)}\n\n{said}",
        **manuals("Tin pan", "Brass urn", "Steel pot", "Iron tank"),
    }
    cause, fixes = only(world(texts, said, "kettle.md").diagnose(retriever))
    assert cause == "lost_context"
    assert "add_context" in fixes


@every_retriever
def test_competitors_get_their_titles_too(retriever: str) -> None:
    """What every title says does not tell one chunk from the others."""
    said = "It boils water with the lid on the pot."
    names = [f"Copper kettle {filler(n, 1)}" for n in range(6)]
    texts = {
        "kettle.md": f"# Copper kettle\n\n{filler(1, 8)}\n\n{said} {filler(2, 8)}",
        **manuals(*names),
    }
    found = world(texts, said, "kettle.md").diagnose(retriever)
    assert "add_context" not in only(found)[1]


def test_the_ten_best_competitors_get_their_titles() -> None:
    """The best is a heading, which has nothing above it; so nine of ten texts are new."""
    said = "It boils water under lids."
    names = [f"{filler(n, 1)} pan" for n in range(14)]
    texts = {"kettle.md": f"# Copper kettle\n\n{filler(1, 8)}\n\n{said}", **manuals(*names)}
    found = world(texts, said, "kettle.md").diagnose("dense")
    assert only(found)[0] == "lost_context"
    assert found.diagnosis.encodings["context"] == 1
    assert found.diagnosis.encodings["competitors"] == 9


@every_retriever
def test_a_chunk_that_has_its_prefix_gets_no_other(retriever: str) -> None:
    said = "It boils water with the lid on the pot."
    texts = {
        "kettle.md": f"# Copper kettle\n\n{filler(1, 40)}\n\n{said} {filler(2, 8)}",
        **rivals(4, f"{ASKED} {ASKED}"),
    }
    made = world(texts, said, "kettle.md", chunker=Section(size=60, heading_path=True))
    found = made.diagnose(retriever)
    assert "add_context" not in found.diagnosis.interventions
    assert found.misses.context_rank.tolist() == [0]


@every_retriever
def test_a_passage_with_the_wrong_neighbours_is_boundary_context(retriever: str) -> None:
    gold = "so it boils slowly"
    texts = {
        "gold.txt": f"the copper kettle and its water\n{gold} {filler(2, 8)}",
        **rivals(4, "copper water"),
    }
    cause, fixes = only(world(texts, gold).diagnose(retriever))
    assert cause == "boundary_context"
    assert "clipped_oracle" in fixes


@every_retriever
def test_a_passage_buried_in_a_long_chunk_is_diluted(retriever: str) -> None:
    gold = "the copper kettle boils water"
    texts = {"gold.txt": f"{filler(1, 60)} {gold} {filler(2, 60)}", **rivals(4)}
    cause, fixes = only(world(texts, gold).diagnose(retriever))
    assert cause == "dilution"
    assert "tight_oracle" in fixes
    assert "clipped_oracle" not in fixes


@every_retriever
def test_a_passage_below_the_cut_is_outranked(retriever: str) -> None:
    gold = f"a copper kettle {filler(3, 5)}"
    found = world({"gold.txt": gold, **rivals(6)}, gold).diagnose(retriever)
    cause, fixes = only(found)
    assert cause == "outranked"
    assert fixes == ("deeper",)
    assert found.misses.rank.tolist() == [7]


def test_another_retriever_may_find_it() -> None:
    """BM25 cares most for rare words, the bag of words for how many are shared."""
    asked = "gadget copper kettle boils"
    rare = {"gold.txt": f"gadget {filler(3, 3)}", **rivals(30), **crowd()}
    made = World(rare, [(asked, [("gold.txt", rare["gold.txt"])])])
    assert made.diagnose("bm25").diagnosis.misses == 0
    _found_elsewhere(made.diagnose("dense", ["bm25"]), "bm25")

    common = {f"long{n}.txt": f"copper kettle boils {filler(n, 27)}" for n in range(40)}
    common |= {f"gadget{n}.txt": f"gadget {filler(500 + n, 2)}" for n in range(4)}
    texts = {"gold.txt": f"copper kettle boils {filler(3, 2)}", **common, **crowd()}
    made = World(texts, [(asked, [("gold.txt", texts["gold.txt"])])])
    assert made.diagnose("dense").diagnosis.misses == 0
    _found_elsewhere(made.diagnose("bm25", ["dense"]), "dense")


def _found_elsewhere(found: Found, other: str) -> None:
    cause, fixes = only(found)
    assert cause == "outranked"
    assert "other_retriever" in fixes
    assert found.misses.other == (other,)
    assert found.misses.other_rank[0] == 1


@pytest.mark.parametrize(
    ("retriever", "siblings", "tried"),
    [
        ("dense", ["hybrid"], {"fusion"}),
        ("dense", ["bm25"], {"other_retriever", "fusion"}),
        ("hybrid", ["bm25", "dense"], {"other_retriever"}),
        ("hybrid", [], set()),
        ("bm25", [], set()),
    ],
)
def test_other_retrievers_and_fusions_are_told_apart(
    retriever: str, siblings: list[str], tried: set[str]
) -> None:
    gold = f"a copper kettle {filler(3, 5)}"
    found = world({"gold.txt": gold, **rivals(6)}, gold).diagnose(retriever, siblings)
    assert set(found.diagnosis.interventions) & {"other_retriever", "fusion"} == tried
    assert bool(found.misses.other[0]) == ("other_retriever" in tried)
    assert bool(found.misses.fusion_rank[0]) == ("fusion" in tried)


@every_retriever
def test_what_nothing_recovers_is_hard_and_its_label_suspect(retriever: str) -> None:
    gold = "wholly beside the point"
    found = world(
        {"gold.txt": among("copper kettle copper kettle", gold), **rivals(30, ASKED)}, gold
    )
    found = found.diagnose(retriever)
    assert only(found) == ("hard", ())
    assert found.misses.suspect.tolist() == [True]
    assert found.diagnosis.causes["hard"].expected is None
    assert found.diagnosis.causes["hard"].recoverable_recall.mean == 0


@every_retriever
def test_a_hard_passage_that_is_like_its_question_is_no_suspect(retriever: str) -> None:
    gold = "one copper thing"
    found = world({"gold.txt": among("nothing", gold), **rivals(30, ASKED)}, gold).diagnose(
        retriever
    )
    assert only(found)[0] == "hard"
    assert found.misses.suspect.tolist() == [False]


def among(said: str, gold: str) -> str:
    """A passage on a line of its own in the middle of lines that say something else."""
    lines = [f"{said} {filler(n, 1)}" for n in range(16)]
    return "\n".join([*lines[:8], gold, *lines[8:]])


def test_every_cause_is_tested_here() -> None:
    source = __import__("inspect").getsource(__import__("sys").modules[__name__])
    assert all(f'"{cause}"' in source for cause in CAUSES)
