"""The planted faults are what they claim to be, and the diagnosis names them (METRICS, section 6).

`python -m benchmarks.planted` does the same among 20,000 chunks, with every kind of system.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.planted.cases import Case, Side, Text
from benchmarks.planted.drafting import Kit, is_cut, is_placed, is_whole
from benchmarks.planted.dropping import DropNotes
from benchmarks.planted.haystack import LONGEST, haystack
from benchmarks.planted.proving import Planted, plant
from benchmarks.planted.setups import SETUPS, Setup, draw
from benchmarks.planted.sweeping import Costs, Outcome, outcomes, sweep
from benchmarks.planted.words import HALVES, bank, bare, edited, np, revised
from ragcheck.chunking import Fixed
from ragcheck.embedding.cache import CachedEmbedder
from ragcheck.embedding.folder import default_folder
from ragcheck.embedding.sentence_transformer import SentenceTransformerEmbedder
from ragcheck.records import Document
from ragcheck.spans import Span
from ragcheck.tokens import count_tokens

BY_NAME = {setup.name: setup for setup in SETUPS}


@pytest.fixture(scope="module")
def hay() -> list[Text]:
    return haystack(400)


def setup_of(name: str, systems: str, faults: Sequence[str], draws: int) -> Setup:
    limited = BY_NAME[name].limited(systems)
    assert limited is not None
    return replace(
        limited, faults={one: limited.faults[one] for one in faults}, draws=draws, seldom={}
    )


def judged(planted: Planted, folder: Path) -> list[Outcome]:
    return outcomes(sweep(planted, folder), planted, Costs())


@pytest.mark.parametrize(
    ("name", "faults"),
    [
        ("short", ["boundary", "neighbours", "context", "outranked", "wrong", "cut-twin"]),
        ("crowded", ["copies-2", "copies-12", "cut-crowd", "context-crowd"]),
        ("long", ["dilution", "twin", "twin-edited"]),
        ("overlapping", ["overlap"]),
        ("dropped", ["gap"]),
        ("alone", ["synonyms-alone"]),
    ],
)
def test_without_a_model_every_planted_cause_is_named(
    name: str, faults: list[str], hay: list[Text], tmp_path: Path
) -> None:
    setup = setup_of(name, "bm25", faults, 6)
    planted = plant(setup, draw(setup, "development"), hay, None)
    found = judged(planted, tmp_path)
    assert {one.case.fault for one in found} == {case.fault for case in planted.cases}
    assert [one.case.id for one in found if not (one.right and one.sufficient)] == []


@pytest.mark.model
@pytest.mark.parametrize(
    ("name", "fault", "families"),
    [
        ("unread", "truncation", {"dense", "hybrid"}),
        ("short", "code", {"dense", "hybrid"}),
        ("short", "synonyms", {"bm25", "hybrid"}),
    ],
)
def test_with_the_model_every_planted_cause_is_named(
    name: str, fault: str, families: set[str], hay: list[Text], tmp_path: Path
) -> None:
    setup = setup_of(name, "bm25,dense,hybrid", [fault], 3)
    embedder = CachedEmbedder(SentenceTransformerEmbedder(), default_folder())
    planted = plant(setup, draw(setup, "development"), hay[:120], embedder)
    found = judged(planted, tmp_path)
    assert {one.family for one in found} == families
    assert all(one.right and one.sufficient for one in found)


def case_of(planted: Side, heal: Side) -> Case:
    return Case("made", "made", planted, (heal,), {"bm25": "hard"}, {})


def side_of(text: str, start: int, end: int, **options: str) -> Side:
    document = Text("planted/made/gold.txt", text)
    where = Span(document.id, start, end)
    return Side("Where is the zorvath kept?", (document,), (where,), **options)  # type: ignore[arg-type]


ANSWER = "The zorvath is kept in the cellar."
LONG = f"{ANSWER} " + "Somebody painted a wall again, and nobody saw it. " * 30


@pytest.mark.parametrize(
    ("planted", "heal", "reason"),
    [
        (side_of(ANSWER, 0, 34), side_of(ANSWER, 0, 34), "planted is found"),
        (side_of(LONG, 900, 940), side_of(LONG, 1400, 1440), "heal-1 is missed"),
        (side_of(LONG, 900, 940, shape="cut"), side_of(ANSWER, 0, 34), "planted: shape"),
        (side_of(LONG, 900, 940, shape="gap"), side_of(ANSWER, 0, 34), "planted: shape"),
        (side_of(LONG, 900, 940), side_of(ANSWER, 0, 34), None),
    ],
)
def test_only_a_case_that_is_missed_as_planted_and_found_when_healed_holds(
    planted: Side, heal: Side, reason: str | None, hay: list[Text]
) -> None:
    setup = setup_of("short", "bm25", [], 0)
    found = plant(replace(setup, chunker=Fixed(60)), [case_of(planted, heal)], hay, None)
    assert [key[2] for key in found.given_up] == ([reason] if reason else [])
    assert len(found.held["bm25"]) == (reason is None)


def test_a_control_that_is_found_gives_the_case_up(hay: list[Text]) -> None:
    found = side_of(ANSWER, 0, 34)
    case = replace(case_of(side_of(LONG, 900, 940), found), controls=(found,))
    planted = plant(setup_of("short", "bm25", [], 0), [case], hay, None)
    assert [key[2] for key in planted.given_up] == ["control-1 is found"]


def test_the_haystack_is_the_same_every_time_and_fits_one_chunk_each(hay: list[Text]) -> None:
    assert [text.text for text in haystack(100)] == [text.text for text in hay[:100]]
    assert len({text.text for text in hay}) == len(hay)
    assert max(count_tokens(text.text) for text in hay) <= LONGEST


def test_the_halves_share_neither_sentences_nor_subjects() -> None:
    first, second = (bank(half) for half in HALVES)
    assert not first.domains.keys() & second.domains.keys()
    for key in ("remarks", "notices", "manuals"):
        one, other = (set(half.rest[key]["sentences"]) for half in (first, second))
        assert one
        assert not one & other
    questions = [{fact["question"] for fact in half.rest["facts"]} for half in (first, second)]
    assert not questions[0] & questions[1]


@pytest.mark.parametrize("half", HALVES)
def test_every_fault_can_be_drawn_and_its_passages_lie_in_their_documents(half: str) -> None:
    for setup in SETUPS:
        cases = draw(replace(setup, draws=3, seldom={}), half)
        for case in cases:
            for side in (case.planted, *case.heals, *case.controls):
                texts = {text.id: text.text for text in side.documents}
                assert len(texts) == len(side.documents)
                assert all(0 <= p.start < p.end <= len(texts[p.document]) for p in side.gold)
                assert "{" not in side.question + "".join(texts.values())
        drawn = {case.id.rpartition("-")[0] for case in cases}
        assert drawn == set(setup.faults)


def test_a_passage_is_cut_where_a_boundary_is_inside_it_and_whole_where_none_is_near() -> None:
    text = " ".join(f"word{number}" for number in range(200))
    pieces = Fixed(size=400, unit="characters").chunk(Document("a.txt", text))
    assert is_cut(text, pieces, 350, 450)
    assert not is_cut(text, pieces, 395, 495)
    assert not is_whole(text, pieces, 350, 450)
    assert is_whole(text, pieces, 450, 550)
    assert not is_whole(text, pieces, 405, 505)
    assert is_placed(0.5)(text, pieces, 550, 650)
    assert not is_placed(0.2)(text, pieces, 550, 650)


def test_notes_are_dropped_and_nothing_else() -> None:
    text = "One paragraph here.\n\nNote: this is lost.\n\nAnother one."
    pieces = DropNotes().chunk(Document("a.txt", text))
    kept = [text[piece.start : piece.end] for piece in pieces]
    assert kept == ["One paragraph here.", "Another one."]


def test_edited_text_has_so_many_other_words_and_keeps_what_it_must() -> None:
    random = np.random.default_rng(1)
    text = " ".join(f"{chr(97 + n % 26)}word" for n in range(50)) + " in 42 days."
    changed = edited(text, 0.1, random).split()
    assert sum(one != other for one, other in zip(text.split(), changed, strict=True)) == 5
    said = revised(text, 0.1, random, kept="aword").split()
    assert [bare(word) for word in said].count("aword") == 2
    assert "42" in said
    assert 0 < len(set(text.split()) ^ set(said)) <= 10


def test_a_kit_lays_out_what_is_asked_for_or_nothing() -> None:
    kit = Kit("made", bank("development"), np.random.default_rng(3), Fixed(20))
    scene = kit.scene()
    placed = kit.place("a.txt", (kit.filler(scene, 60), kit.filler(scene, 30)), ANSWER, is_cut)
    assert placed is not None
    document, where = placed
    assert document.text[where.start : where.end] == ANSWER
    assert kit.place("a.txt", ("One two three.", ""), ANSWER, is_cut) is None
