import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from ragcheck.errors import InputError, LabelsError
from ragcheck.labels import read_labels
from ragcheck.labels.adding import Draft, Found, add_question
from ragcheck.records import Document
from ragcheck.spans import Span

BOOK = Document("handbook.md", "Late fees are\ncapped at $8. Fees: capped\nat $8 per day.\nOne.\n")
DOCUMENTS = [Document("a.md", "Nothing."), BOOK]


@pytest.fixture
def labels(tmp_path):
    return tmp_path / "labels" / "questions.jsonl"


def add(path, **keys):
    return add_question(
        path, DOCUMENTS, Draft(**{"question": "What cap?", "doc_ids": ("handbook.md",), **keys})
    )


def test_the_first_question_makes_the_file(labels):
    added = add(labels, texts=("Late fees",), tags=("billing",), must_pass=True)
    assert added.created
    assert added.found == (Found(Span("handbook.md", 0, 9), "Late fees", True),)
    (found,), notices = read_labels([labels], DOCUMENTS)
    assert found == added.question
    assert (found.id, found.tags, found.must_pass) == ("q-0001", ("billing",), True)
    assert notices == ()
    assert [path.name for path in labels.parent.iterdir()] == ["questions.jsonl"]


def test_further_questions_are_appended_and_lines_before_stay_as_they_are(labels):
    labels.parent.mkdir()
    first = '{"question":"Q?",   "id":"q-0041", "unanswerable":true,"note":{"a":1.50}}'
    labels.write_text(first)
    labels.chmod(0o604)
    added = add(labels, texts=("Late fees", "One."))
    assert (added.created, added.question.id) == (False, "q-0042")
    before, after = labels.read_text().splitlines()
    assert before == first
    assert [p["text"] for p in json.loads(after)["passages"]] == ["Late fees", "One."]
    assert labels.stat().st_mode & 0o777 == 0o604


def test_texts_of_several_documents_in_pairs(labels):
    keys = {"doc_ids": ("a.md", "handbook.md"), "texts": ("Nothing.", "Late fees")}
    added = add(labels, **keys)
    assert [place.span.document for place in added.found] == ["a.md", "handbook.md"]
    assert [len(item.members) for item in added.question.items] == [1, 1]
    either = add(labels, **keys, any_of=True, question="Either?")
    assert [len(item.members) for item in either.question.items] == [2]
    (_, read), _ = read_labels([labels], DOCUMENTS)
    assert read == either.question
    assert '"passages": [{"any_of": [' in labels.read_text().splitlines()[1]


@pytest.mark.parametrize("text", ["\n  Late fees are\ncapped ", "Late fees are\r\ncapped"])
def test_white_space_around_and_line_ends_of_a_shell_do_not_matter(labels, text):
    assert add(labels, texts=(text,)).found[0] == Found(
        Span("handbook.md", 0, 20), "Late fees are\ncapped", True
    )


def test_a_text_with_other_white_space_and_capitals_is_told_as_matched(labels):
    (found,) = add(labels, texts=("late FEES  are capped",)).found
    assert found == Found(Span("handbook.md", 0, 20), "Late fees are\ncapped", False)


def test_an_unanswerable_question(labels):
    assert add(labels, unanswerable=True, doc_ids=()).question.unanswerable


@pytest.mark.parametrize(
    "choice", [{"start": 34}, {"prefix": "Fees: "}, {"prefix": ": ", "start": 34}]
)
def test_one_of_several_places_can_be_chosen(labels, choice):
    assert add(labels, texts=("capped",), **choice).found[0].span == Span("handbook.md", 34, 40)


@pytest.mark.parametrize(
    ("keys", "message", "hint"),
    [
        (
            {"texts": ("capped",)},
            r"stands 2 times in handbook\.md: at 14 \(line 2\), 34 \(line 2\)",
            "--start 14",
        ),
        ({"texts": ("CAPPED at $8",)}, r"stands 2 times in handbook\.md: at 14", "--prefix"),
        (
            {"texts": ("capped",), "start": 15},
            "does not stand there in handbook.md, but at 14",
            "--start",
        ),
        ({"texts": ("e",), "start": 0}, r"but at 3 .*, \.\.", "--start"),
        ({"texts": ("absent",)}, r"the text is not in handbook\.md: `absent`", "copy it"),
        ({"texts": (" ",)}, "the text is empty", "copy it"),
        (
            {"texts": ("One.",), "doc_ids": ("handbok.md",)},
            "there is no document `handbok.md`",
            "did you mean",
        ),
        ({"texts": ("One.",), "doc_ids": ()}, "no document is named", "`a.md`"),
        ({"texts": ("One.",), "question": " "}, "the question is empty", "--question"),
        ({"texts": ("One.",), "id": ""}, "the id is empty", "--id"),
        ({"texts": ()}, "no text answers", "--unanswerable"),
        ({"texts": ("One.",), "unanswerable": True}, "has no text", "--unanswerable"),
        ({"texts": ("One.", "Late"), "start": 0}, "place of one text", "long enough"),
        (
            {"texts": ("One.", "Late"), "doc_ids": ("a.md", "a.md", "a.md")},
            "texts: 2, documents to find them in: 3",
            "in the same order",
        ),
        ({"texts": ("One.",), "doc_ids": ("a.md", "b.md")}, "texts: 1, documents", "once for all"),
        ({"texts": ("One.",), "any_of": True}, "needs several texts", "leave `--any-of` out"),
        ({"texts": ("One.", " One. ")}, "the same place of handbook.md: `One.`", "once"),
    ],
)
def test_drafts_that_are_refused_leave_no_file(labels, keys, message, hint):
    with pytest.raises(InputError, match=message) as caught:
        add(labels, **keys)
    assert hint in caught.value.hint
    assert not labels.exists()


def test_an_id_or_a_question_that_is_there_already_is_refused(labels):
    add(labels, texts=("One.",), id="cap")
    before = labels.read_bytes()
    with pytest.raises(InputError, match="a question with the id `cap` already: line 1"):
        add(labels, texts=("One.",), id="cap", question="Another?")
    with pytest.raises(InputError, match="has this question already: line 1, id `cap`"):
        add(labels, texts=("Late",), question="what  CAP?")
    assert labels.read_bytes() == before


def test_a_file_that_is_no_label_file_is_left_alone(labels):
    labels.parent.mkdir()
    labels.write_text("id,question\n1,What?\n")
    with pytest.raises(LabelsError):
        add(labels, texts=("One.",))
    assert labels.read_text() == "id,question\n1,What?\n"
    assert [path.name for path in labels.parent.iterdir()] == ["questions.jsonl"]


def test_a_place_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match="cannot be written"):
        add(tmp_path / "file" / "q.jsonl", texts=("One.",))
    with pytest.raises(InputError, match="cannot be written"):
        add(tmp_path, texts=("One.",))


PROCESS = """
import sys
from pathlib import Path
from ragcheck.labels.adding import Draft, add_question
from ragcheck.records import Document
for n in range(5):
    draft = Draft(f"Question {sys.argv[2]} {n}?", ("a.md",), ("Nothing.",))
    add_question(Path(sys.argv[1]), [Document("a.md", "Nothing.")], draft)
"""


def test_processes_that_add_at_once_lose_nothing_and_share_no_id(labels):
    def run(name):
        subprocess.run([sys.executable, "-c", PROCESS, labels, str(name)], check=True)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(run, range(4)))
    found, _ = read_labels([labels], DOCUMENTS)
    assert sorted(question.id for question in found) == [f"q-{n:04d}" for n in range(1, 21)]
    assert len({question.text for question in found}) == 20
    assert [path.name for path in labels.parent.iterdir()] == ["questions.jsonl"]
