import random
import re

import pytest

from benchmarks.anchoring import delete_paragraphs, insert_lines, measure, normalise
from ragcheck.labels.anchoring import Anchor, anchor, renamed
from ragcheck.labels.marks import Mark
from ragcheck.records import Document
from ragcheck.spans import Span

FEE = "The late fee is capped at $8 per month."
RATE = "Interest accrues daily at a rate of four percent."


def mark(text: str, within: str, *, doc: str = "a", nth: int = 0, context: int = 32) -> Mark:
    """The mark of the nth place of a text in the document as it was."""
    start = [match.start() for match in re.finditer(re.escape(text), within)][nth]
    end = start + len(text)
    before, after = within[max(0, start - context) : start], within[end : end + context]
    return Mark(doc, text, (start, end), before, after)


def one(given: Mark, **documents: str) -> Anchor:
    (found,) = anchor([given], [Document(name, text) for name, text in documents.items()])
    return found


def text_at(found: Anchor, **documents: str) -> str:
    return documents[found.span.document][found.span.start : found.span.end]


def test_the_same_slice():
    text = f"{RATE} {FEE}"
    assert one(mark(FEE, text), a=text) == Anchor("same", Span("a", 50, 89), 1.0)


def test_moved_by_an_insertion():
    found = one(mark(FEE, f"{RATE} {FEE}"), a=f"New. {RATE} {FEE}")
    assert found == Anchor("moved", Span("a", 55, 94), 1.0)


def test_surroundings_choose_among_equal_texts_that_changed_places():
    cards = f"What holds for cards: {FEE} {'Cards are made of plastic. ' * 40}"
    loans = f"And now for loans: {FEE} {'Nobody lends without a reason. ' * 40}"
    old, new = f"{cards}{loans}", f"{loans}{cards}"
    found = [one(mark(FEE, old, nth=nth), a=new).span.start for nth in (0, 1)]
    assert found == [new.rindex(FEE), new.index(FEE)]


def test_without_surroundings_position_chooses_and_other_labels_tell_how_far_all_moved():
    filler = "Filler sentence here. " * 50
    old = f"{FEE} {filler}{RATE} {FEE} {filler}"
    inserted = "Something new. " * 100
    new = inserted + old
    marks = [mark(RATE, old, context=0), mark(FEE, old, nth=0, context=0)]
    marks.append(mark(FEE, old, nth=1, context=0))
    found = anchor(marks, [Document("a", new)])
    assert [f.span.start - m.offsets[0] for f, m in zip(found, marks, strict=True)] == [
        len(inserted)
    ] * 3


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("the “late” fee – it's $8", 'the "late" fee - it’s $8'),
        ("the late fee is $8", "the  late\n\tfee is\u00a0$8"),
        ("un café e\u0301lysée coûte 8", "un cafe\u0301 élysée coûte 8"),
    ],
)
def test_white_space_quotes_dashes_and_composition(old, new):
    text = f"Before. {new} After."
    found = one(mark(old, f"{old} After."), a=text)
    assert found.outcome == "normalised"
    assert text_at(found, a=text) == new


def test_an_edited_passage():
    new = f"{RATE} The late fee is capped at $9 per month. More."
    found = one(mark(FEE, f"{RATE} {FEE} More."), a=new)
    assert found.outcome == "edited"
    assert text_at(found, a=new) == "The late fee is capped at $9 per month."
    assert 0.9 <= found.similarity < 1


def test_a_passage_changed_further_is_for_review():
    new = f"{RATE} A late fee is capped at $12 each month. More."
    found = one(mark(FEE, f"{RATE} {FEE} More."), a=new)
    assert found.outcome == "review"
    assert 0.75 <= found.similarity < 0.9


def test_a_passage_with_a_line_inserted_in_its_middle_is_found_whole():
    passage = f"{FEE} {RATE} The office opens at nine and closes at five on weekdays."
    changed = passage.replace(f" {RATE}", f" A sentence nobody expected. {RATE}")
    text = f"Start of it all. {changed} The end."
    found = one(mark(passage, f"Start of it all. {passage} The end."), a=text)
    assert found.outcome in ("edited", "review")
    assert text_at(found, a=text) == changed


def test_a_long_passage_is_found_by_its_ends():
    rnd = random.Random(0)
    words = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta"]
    passage = " ".join(f"{rnd.choice(words)}{rnd.randrange(99)}" for _ in range(2000))
    changed = passage.replace("alpha1 ", "changed ")
    assert changed != passage
    filler = "Filler sentence here. " * 500
    found = one(mark(passage, f"{filler}{passage} end"), a=f"{filler} More. {changed} end")
    assert found.outcome == "edited"
    assert text_at(found, a=f"{filler} More. {changed} end") == changed


def test_a_deleted_passage_is_lost():
    assert one(mark(FEE, f"{RATE} {FEE}"), a=RATE) == Anchor("lost")
    assert one(mark(FEE, FEE), a="") == Anchor("lost")
    assert one(mark(FEE, FEE), b="Nothing alike.") == Anchor("lost")


def test_a_short_text_is_not_silently_moved_to_a_chance_place():
    old = "Fee: $8. " + "Filler sentence here. " * 100
    new = "Filler sentence here. " * 100 + "Of 17 banks asked, $8. was the median. "
    assert one(mark("$8.", old), a=new).outcome == "review"


def test_a_text_that_went_to_another_document_is_a_proposal():
    found = one(mark(FEE, f"{RATE} {FEE}"), a=RATE, b=f"Moved here. {FEE}")
    assert found == Anchor("review", Span("b", 12, 51), 1.0)


def test_a_mark_without_text_is_taken_at_its_word():
    assert one(Mark("a", offsets=(0, 4)), a="Text.") == Anchor("same", Span("a", 0, 4), 1.0)
    assert one(Mark("a", offsets=(0, 9)), a="Text.").outcome == "lost"
    assert one(Mark("a", offsets=(1, 3)), a="a  b").outcome == "lost"


def test_a_mark_without_offsets_is_where_its_text_is():
    assert one(Mark("a", text=FEE), a=f"x {FEE}") == Anchor("same", Span("a", 2, 41), 1.0)


def test_line_ends_of_the_label_do_not_matter():
    given = Mark("a", text="one line\r\nand another", offsets=(0, 20))
    assert one(given, a="one line\nand another").outcome == "same"


def test_a_renamed_document_is_found_by_its_content():
    old = f"{RATE} {FEE}"
    marks = [mark(RATE, old, doc="old.md"), mark(FEE, old, doc="old.md")]
    documents = [Document("new.md", f"Now. {old}"), Document("other.md", "Something else.")]
    assert renamed(marks, documents) == {"old.md": "new.md"}
    found = anchor(marks, documents)
    assert [(f.outcome, f.span.document) for f in found] == [("moved", "new.md")] * 2
    same = anchor(marks, [Document("new.md", old)])
    assert [f.outcome for f in same] == ["moved"] * 2


def test_a_name_that_two_documents_could_have_is_not_guessed():
    marks = [mark(FEE, FEE, doc="old.md")]
    assert renamed(marks, [Document("a.md", FEE), Document("b.md", FEE)]) == {}
    assert renamed(marks, [Document("old.md", ""), Document("b.md", FEE)]) == {}
    assert renamed(marks, []) == {}


def test_a_document_that_holds_less_than_half_of_the_texts_is_not_the_renamed_one():
    marks = [
        mark(text, text, doc="old.md") for text in (FEE, RATE, "A third sentence, quite long.")
    ]
    assert renamed(marks, [Document("b.md", FEE)]) == {}


# The public set after scripted edits (`python -m benchmarks.anchoring` prints these figures).


def outcomes(shared_data, edit, *, context):
    result = measure(shared_data / "chroma_general", edit, context=context)
    assert len(result.placed) == 790
    assert result.seconds < 2
    return result


@pytest.mark.shared
@pytest.mark.parametrize("context", [False, True])
def test_after_inserted_lines_every_label_is_found(shared_data, context):
    result = outcomes(shared_data, insert_lines, context=context)
    counts = result.counts
    assert result.held < 200  # the edit is no small one
    right = counts["same", "right"] + counts["moved", "right"]
    assert right + counts["moved", "elsewhere"] == 790
    assert counts["moved", "elsewhere"] <= 7
    assert counts["moved", "right"] > 500


@pytest.mark.shared
@pytest.mark.parametrize("context", [False, True])
def test_after_normalisation_every_label_is_found_and_none_misplaced(shared_data, context):
    counts = outcomes(shared_data, normalise, context=context).counts
    assert sum(n for (_, where), n in counts.items() if where == "right") == 790
    assert counts["normalised", "right"] > 50


@pytest.mark.shared
@pytest.mark.parametrize("context", [False, True])
def test_after_deletions_a_text_that_is_gone_is_never_silently_moved(shared_data, context):
    result = outcomes(shared_data, delete_paragraphs, context=context)
    counts = result.counts
    gone = sum(n for (_, where), n in counts.items() if where == "gone")
    assert gone > 20
    assert counts["normalised", "gone"] == counts["same", "gone"] == 0
    assert sum(n for (_, where), n in counts.items() if where == "elsewhere") <= 7
    assert counts["same", "right"] + counts["moved", "right"] >= 790 - gone - 7
    # What moved although its place was deleted is a twin: the same text still stands elsewhere.
    for one in result.placed:
        if one.anchor.outcome == "moved":
            span = one.anchor.span
            assert result.texts[span.document][span.start : span.end] == one.mark.text
