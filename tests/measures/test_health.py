from __future__ import annotations

import pytest

from ragcheck.measures.health import AROUND, chunk_health
from ragcheck.records import Document
from ragcheck.spans import Span
from tests.measures.build import chunks, collection

TEXT = (
    "Parcels up to two kilograms are stored free of charge up to 30 days after arrival.\n"
    "Then it is one euro a day.\n"
    "----\n"
    "THEN IT  IS one euro a day.\n"
)
#: Makes the last chunk larger than any sentence, so that none is unavoidable.
REST = " A little more is said here." * 30
MADE = collection({"terms.txt": TEXT})


def health(*ends: int, size: int | None = 16, unit: str = "tokens", made=MADE):
    name = made.documents[0].id
    starts = [0, *ends[:-1]]
    places = [Span(name, start, end) for start, end in zip(starts, ends, strict=True)]
    return chunk_health(made.documents, chunks(made, places), size, unit)


def test_an_example_shows_the_text_around_the_cut_with_its_line():
    made = collection({"terms.txt": TEXT + REST})
    found = health(TEXT.index("30 days"), len(TEXT + REST), made=made)
    (example,) = found.examples["sentence"]
    assert (example.document, example.line) == ("terms.txt", 1)
    assert example.text == (
        "...are stored free of charge up to | 30 days after arrival. Then it is one ..."
    )
    assert found.breaks["sentence"]["broken"] == 1


def test_a_cut_on_a_later_line_and_near_the_ends():
    cut = TEXT.index("a day")
    (example,) = health(cut, len(TEXT), size=None).examples["sentence"]
    assert example.line == 2
    (example,) = health(8, len(TEXT), size=None).examples["sentence"]
    assert example.text.startswith("Parcels | up to two")


def test_at_most_three_examples_and_those_from_first_to_last():
    text = "".join(f"Sentence number {n} is here. " for n in range(20))
    made = collection({"a.txt": text})
    cuts = [text.index(f"{n} is") for n in range(0, 20, 2)]
    found = health(*cuts, len(text), made=made)
    assert found.breaks["sentence"]["broken"] == 10
    numbers = [
        int(example.text.split("| ")[1].split()[0]) for example in found.examples["sentence"]
    ]
    assert numbers == [0, 8, 18]


def test_control_characters_and_line_ends_never_reach_the_example():
    text = "One sentence\x1b[31m with\n\tcontrol \x07 characters in it." + REST
    made = collection({"a.txt": text})
    (example,) = health(text.index("control"), len(text), made=made).examples["sentence"]
    assert example.text == ("One sentence [31m with | control characters in it. A little more ...")


def test_a_word_longer_than_the_room_is_cut():
    text = "a" * 300 + " " + "b" * 300 + "." + REST
    made = collection({"a.txt": text})
    (example,) = health(300, len(text), made=made).examples["sentence"]
    assert example.text == f"...{'a' * AROUND} | {'b' * AROUND} ..."


def test_chunks_that_no_question_finds():
    second, rule, third = (TEXT.index(part) for part in ("Then", "----", "THEN"))
    found = health(second, rule, third, len(TEXT))
    assert found.count == 4
    assert (found.wordless, found.tiny, found.duplicate) == (1, 1, 1)
    assert found.outside == 0


def test_sizes_in_tokens_and_the_share_that_is_small():
    found = health(len(TEXT) - 8, len(TEXT), size=12)
    assert found.sizes.least == 3
    assert found.sizes.most == found.sizes.p95 == found.sizes.total - 3
    assert found.sizes.mean == found.sizes.median == found.sizes.total / 2
    assert found.sizes.small == 0
    assert health(len(TEXT) - 8, len(TEXT), size=13).sizes.small == 0.5
    assert health(len(TEXT) - 8, len(TEXT), size=None).sizes.small is None
    assert health(8, len(TEXT), size=33, unit="characters").sizes.small == 0.5
    assert health(8, len(TEXT), size=32, unit="characters").sizes.small == 0


def test_text_that_no_chunk_holds():
    document = Document("a.txt", "ab cd ef gh")
    made = collection({"a.txt": document.text})
    places = [Span("a.txt", 0, 2), Span("a.txt", 1, 2), Span("a.txt", 9, 11)]
    found = chunk_health(made.documents, chunks(made, places), 8)
    assert found.outside == 0.5
    assert found.breaks["sentence"]["unavoidable"] == 1


def test_a_unit_whose_beginning_is_in_no_chunk_is_cut_where_it_begins():
    text = "One is here. Two is."
    made = collection({"a.txt": text})
    found = chunk_health(made.documents, chunks(made, [Span("a.txt", 0, 12)]), 8)
    (example,) = found.examples["sentence"]
    assert example.text == "One is here. | Two is."


def test_nothing_at_all():
    made = collection({"a.txt": " \n"})
    found = chunk_health(made.documents, chunks(made, []), 8)
    assert (found.count, found.sizes.mean, found.outside) == (0, None, None)
    assert found.examples["sentence"] == ()
    assert found.sizes.total == 0


@pytest.mark.parametrize("documents", [["a.txt", "b.txt"], ["b.txt", "a.txt"]])
def test_examples_name_the_document_they_stand_in(documents: list[str]):
    made = collection(dict.fromkeys(documents, "First line.\nThe cap is eight dollars." + REST))
    cut, end = made.documents[0].text.index("eight"), len(made.documents[0].text)
    places = [Span(name, *ends) for name in documents for ends in ((0, cut), (cut, end))]
    found = chunk_health(made.documents, chunks(made, places), 8)
    examples = found.examples["sentence"]
    assert [(e.document, e.line) for e in examples] == [(name, 2) for name in documents]
    assert {e.text[:40] for e in examples} == {"First line. The cap is | eight dollars. "}
