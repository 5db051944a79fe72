import pytest

from ragcheck.labels import with_twins
from ragcheck.labels.audit import Limits, audit_labels, copied, questions_for, visible_drop
from ragcheck.records import Collection, Document, Item, Passage, Question
from ragcheck.spans import Span

TEXT = (
    "The late fee is capped at eight dollars per month. Interest accrues daily at four percent. "
    "Yes. Interest accrues daily at four percent. No. Yes."
)


NO_DROP = Limits(tolerance=0)
FEE = "The late fee is capped at eight dollars per month."


def question(name: str, text: str, passage: str = "") -> Question:
    start = TEXT.index(passage)
    items = (Item((Passage(Span("a", start, start + len(passage))),)),) if passage else ()
    return Question(name, text, items)


def doubts(*questions: Question, limits: Limits = NO_DROP) -> dict[str, tuple[str, ...]]:
    documents = (Document("a", TEXT),)
    collection = Collection("c", documents, with_twins(questions, documents), "digest")
    found = audit_labels(collection, lambda text: len(text.split()), limits)
    return {doubt.code: doubt.questions for doubt in found}


def test_a_sound_question_raises_no_doubt():
    assert doubts(question("q", "How much can they charge me for paying late?", FEE)) == {}


def test_a_question_copied_from_its_passage():
    text = "The late fee is capped at what?"
    assert doubts(question("q", text, FEE)) == {"copied_question": ("q",)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Is the LATE fee capped, at eight dollars?", False),
        ("the late fee is capped", True),
        ("the late fee is", False),
        ("the late fee is capped and then many other words follow here", False),
        ("", False),
    ],
)
def test_copied_is_five_words_in_a_row_and_half_of_the_question(text, expected):
    assert copied(text, FEE) is expected


def test_questions_with_the_same_words():
    found = doubts(
        question("a", "What is the fee?"),
        question("b", "the FEE is what"),
        question("c", "What is the fee then?"),
        question("d", "¿?"),
    )
    assert found == {"duplicate_question": ("a", "b")}


def test_texts_that_stand_elsewhere_or_are_short():
    found = doubts(
        question("twin", "How fast?", "Interest accrues daily at four percent."),
        question("short", "Sure?", "No."),
        question("both", "Really?", "Yes."),
    )
    assert found == {"short_text": ("short", "both"), "ambiguous_text": ("twin", "both")}


def test_a_passage_longer_than_the_smallest_chunk():
    given = question("q", "How much can they charge?", FEE)
    assert doubts(given, limits=Limits(10, 0)) == {}
    assert doubts(given, limits=Limits(9, 0)) == {"long_passage": ("q",)}


def test_too_few_questions_for_the_drop_to_be_seen():
    given = [question(str(n), f"Why number {n}?", FEE) for n in range(20)]
    collection = Collection("c", (Document("a", TEXT),), tuple(given), "digest")
    (doubt,) = audit_labels(collection, len, Limits(tolerance=0.05))
    assert (doubt.code, doubt.questions) == ("few_questions", ())
    assert doubt.text.startswith("20 answerable questions can show a drop of 17.6% at best")
    assert audit_labels(collection, len, Limits(tolerance=0.2)) == ()


def test_visible_drops_and_questions_for_them_are_inverses():
    for drop in (0.01, 0.02, 0.05, 0.1):
        needed = questions_for(drop)
        assert visible_drop(needed) <= drop < visible_drop(needed - 1)
    assert visible_drop(0) == 1
    assert visible_drop(1) <= 1


def test_every_doubt_says_how_many_of_how_many():
    documents = (Document("a", TEXT),)
    given = (question("a", "Sure?", "No."), question("b", "How fast can it go?"))
    (doubt,) = audit_labels(Collection("c", documents, given, ""), len, Limits(tolerance=0))
    assert doubt.text.startswith("1 of 2 questions: ")
