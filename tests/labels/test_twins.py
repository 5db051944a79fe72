import sys
import time

import pytest

from ragcheck.labels import with_twins
from ragcheck.labels.twins import _boundary
from ragcheck.records import Document, Item, Passage, Question
from ragcheck.spans import Span

FEE = "The late fee is capped at $8"


def twins(texts: dict[str, str], *members: Span) -> list[str]:
    """The twins of one item, as `doc:text`."""
    documents = [Document(name, text) for name, text in texts.items()]
    item = Item(tuple(Passage(member) for member in members))
    (question,) = with_twins([Question("q", "Q", (item,))], documents)
    (found,) = question.items
    assert found.members == item.members
    return [f"{s.document}:{texts[s.document][s.start : s.end]}" for s in found.twins]


def test_the_same_text_elsewhere_in_any_document():
    texts = {"b": f"x {FEE}.", "a": f"{FEE}. {FEE}."}
    assert twins(texts, Span("a", 0, len(FEE))) == [f"b:{FEE}", f"a:{FEE}"]


def test_white_space_and_capitals_do_not_matter_and_offsets_are_the_originals():
    other = "THE  late\n\tfee is CAPPED\u00a0at $8"
    assert twins({"a": FEE, "b": f"  {other} "}, Span("a", 0, len(FEE))) == [f"b:{other}"]


def test_letters_that_casefold_to_more_letters():
    texts = {"a": "Die Straße ist 30 Meter breit.", "b": "ß ß DIE STRASSE ist 30  Meter breit. ß"}
    assert twins(texts, Span("a", 0, 30)) == ["b:DIE STRASSE ist 30  Meter breit."]


def test_dotted_capital_i():
    texts = {"a": "İİİ İstanbul ücret tarifesi 2024", "b": "İ   İİİ İstanbul ücret tarifesi 2024"}
    assert twins(texts, Span("a", 4, 32)) == ["b:İstanbul ücret tarifesi 2024"]


def test_a_match_may_not_cut_a_letter():
    texts = {"a": "s und so weiter und so fort.", "b": "-ß und so weiter und so fort."}
    assert twins(texts, Span("a", 0, 28)) == []


@pytest.mark.parametrize("around", ["x{}", "{}x", "1{}", "{}1", "é{}"])
def test_only_at_word_boundaries(around):
    name = "late fees are capped at 800"
    assert twins({"a": name, "b": around.format(name)}, Span("a", 0, len(name))) == []


@pytest.mark.parametrize("around", [" {}", "({})", "“{}”", "{}."])
def test_punctuation_is_a_boundary(around):
    name = "late fees are capped at 800"
    assert len(twins({"a": name, "b": around.format(name)}, Span("a", 0, len(name)))) == 1


@pytest.mark.parametrize(
    "other", ["Bu akşam bütün yollar kapalİ.", "Bu akşam bütün yollar kapalı\u0307."]
)
def test_a_match_may_not_leave_a_mark_behind(other):
    name = "Bu akşam bütün yollar kapali"
    texts = {"a": name, "b": other.replace("ı", "i")}
    assert twins(texts, Span("a", 0, len(name))) == []


@pytest.mark.parametrize(
    ("name", "around"),
    [
        ("滞纳金每月不得超过八美元并且必须提前十天书面通知", "根据合同{}的规定"),
        ("延滞料は月額八ドルを上限とし十日前までに通知する", "契約では{}ものと"),
        ("ค่าปรับล่าช้าต้องไม่เกินแปดดอลลาร์ต่อเดือน", "ว่า{}และ"),
    ],
)
def test_scripts_without_spaces_have_boundaries_everywhere(name, around):
    texts = {"a": name, "b": around.format(name)}
    assert twins(texts, Span("a", 0, len(name))) == [f"b:{name}"]


def test_what_one_letter_becomes_has_no_boundary_inside():
    for letter in map(chr, range(sys.maxunicode + 1)):
        made = letter.casefold()
        assert not any(_boundary(made, at) for at in range(1, len(made)))


@pytest.mark.parametrize(("length", "expected"), [(19, 0), (20, 1)])
def test_texts_of_fewer_than_20_units_have_none(length, expected):
    name = " ".join("abcdefghijklmnopqrstuvwxyz"[:length])
    assert len(twins({"a": name, "b": name}, Span("a", 0, len(name)))) == expected


def test_white_space_around_a_label_does_not_count():
    text = f"\n {FEE} \n"
    assert twins({"a": text, "b": FEE}, Span("a", 0, len(text))) == [f"b:{FEE}"]


def test_members_of_the_item_are_no_twins():
    texts = {"a": f"{FEE}. {FEE}.", "b": FEE}
    size = len(FEE)
    assert twins(texts, Span("a", 0, size), Span("a", size + 2, 2 * size + 2)) == [f"b:{FEE}"]


def test_places_that_overlap_count_once_from_the_left():
    line = "-" * 50
    assert twins({"a": "-" * 20, "b": line}, Span("a", 0, 20)) == ["b:" + "-" * 20] * 2
    documents = [Document("b", line)]
    question = Question("q", "Q", (Item((Passage(Span("b", 15, 35)),)),))
    (found,) = with_twins([question], documents)
    assert found.items[0].twins == ()


def test_items_of_one_question_may_be_each_others_twins():
    documents = [Document("a", f"{FEE}. {FEE}.")]
    first, second = Span("a", 0, len(FEE)), Span("a", len(FEE) + 2, 2 * len(FEE) + 2)
    items = (Item((Passage(first),)), Item((Passage(second),)))
    (found,) = with_twins([Question("q", "Q", items)], documents)
    assert [item.twins for item in found.items] == [(second,), (first,)]


def test_beyond_the_blocks_that_are_hashed_at_once():
    filler = "lorem ipsum " * 22_000
    cut = (1 << 18) - 10
    texts = {"a": FEE, "b": f"{filler[: cut - 1]} {FEE} {filler}{FEE}"}
    assert twins(texts, Span("a", 0, len(FEE))) == [f"b:{FEE}"] * 2


def test_a_question_without_items_stays():
    question = Question("q", "Q")
    assert with_twins([question], [Document("a", "")]) == (question,)


def test_a_page_of_one_character_ends():
    began = time.perf_counter()
    found = twins({"a": "-" * 30, "b": "-" * 200_000}, Span("a", 0, 30))
    assert len(found) == 200_000 // 30
    assert time.perf_counter() - began < 20


def test_the_public_set_has_the_twins_it_is_known_for(shared_data):
    from ragcheck.labels import load_collection

    folder = shared_data / "chroma_general"
    collection, _ = load_collection("c", folder / "docs", [folder / "questions.jsonl"])
    items = [item for question in collection.questions for item in question.items]
    with_some = [q for q in collection.questions if any(item.twins for item in q.items)]
    assert (len(items), len(with_some)) == (790, 68)
