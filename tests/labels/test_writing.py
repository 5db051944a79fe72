import json

import pytest

from ragcheck.labels import label_line, read_labels, write_labels
from ragcheck.records import Document, Item, Passage, Question
from ragcheck.spans import Span

BOOK = Document(
    "handbook.md", "The late fee is capped at $8 per month, whatever the balance may be.\n"
)
BY_ID = {BOOK.id: BOOK}


def test_a_line_in_the_order_of_the_format():
    question = Question(
        "q-1",
        "What is the cap? “8”",
        (Item((Passage(Span("handbook.md", 16, 28)), Passage(Span("handbook.md", 0, 3), 0.5))),),
        ("billing",),
        True,
        {"source": {"b": 1, "a": None}},
    )
    assert label_line(question, BY_ID) == (
        '{"id": "q-1", "question": "What is the cap? “8”", "passages": [{"any_of": ['
        '{"doc": "handbook.md", "start": 16, "end": 28, "text": "capped at $8",'
        ' "prefix": "The late fee is ", "suffix": " per month, whatever the balance"}, '
        '{"doc": "handbook.md", "start": 0, "end": 3, "text": "The",'
        ' "prefix": "", "suffix": " late fee is capped at $8 per mo", "weight": 0.5}]}], '
        '"tags": ["billing"], "must_pass": true, "source": {"b": 1, "a": null}}'
    )


def test_an_unanswerable_question():
    line = label_line(Question("q-1", "Why?"), BY_ID)
    assert line == '{"id": "q-1", "question": "Why?", "unanswerable": true}'


def test_what_other_tools_take_for_line_ends_is_escaped():
    line = label_line(Question("q-1", "a\u2028b\u2029c\x85d\ne"), BY_ID)
    assert len(line.splitlines()) == 1
    assert json.loads(line)["question"] == "a\u2028b\u2029c\x85d\ne"


def test_a_span_into_an_unknown_document_is_a_key_error():
    with pytest.raises(KeyError):
        label_line(Question("q", "Q", (Item((Passage(Span("x.md", 0, 1)),)),)), BY_ID)


def test_writing_keeps_permissions_and_links(tmp_path):
    real, link = tmp_path / "real.jsonl", tmp_path / "link.jsonl"
    real.write_text("old")
    real.chmod(0o640)
    link.symlink_to(real)
    write_labels(link, [Question("q-1", "Why?")], BY_ID)
    assert link.is_symlink()
    assert real.stat().st_mode & 0o777 == 0o640
    assert read_labels([real], [BOOK])[0] == (Question("q-1", "Why?"),)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link.jsonl", "real.jsonl"]
