import json
from pathlib import Path

import pytest

from ragcheck.errors import InputError, LabelsError, Problem
from ragcheck.labels import read_labels
from ragcheck.records import Document, Item, Passage, Question
from ragcheck.spans import Span

BOOK = Document("handbook.md", "The late fee is capped at $8. 😀 Fees: capped at $8 per day.\n")
OTHER = Document("guide/été.txt", "One line.\nAnother  line.\n   \t\n")
DOCUMENTS = (OTHER, BOOK)
CAP = {"doc": "handbook.md", "start": 16, "end": 28, "text": "capped at $8"}


def question(**keys):
    return {"id": "q-1", "question": "What is the cap?", "passages": [CAP], **keys}


@pytest.fixture
def read(tmp_path):
    """Reads values or raw lines as a label file."""

    def run(*lines, name="questions.jsonl"):
        path = tmp_path / name
        rows = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines]
        path.write_bytes(b"\n".join(rows) + b"\n")
        return read_labels([path], DOCUMENTS)

    return run


@pytest.fixture
def problems(read):
    def run(*lines) -> list[Problem]:
        with pytest.raises(LabelsError) as caught:
            read(*lines)
        return list(caught.value.problems)

    return run


def one(problems, **keys) -> Problem:
    (problem,) = problems(question(**keys))
    return problem


def span(start, end, doc="handbook.md"):
    return Span(doc, start, end)


# What is read


def test_a_whole_label(read):
    (found,), notices = read(
        question(
            passages=[
                CAP,
                {"any_of": [{"doc": "guide/été.txt", "text": "One line."}, {**CAP, "weight": 2}]},
            ],
            tags=["billing", "numbers"],
            must_pass=True,
            source={"page": [1, None, 2.5]},
            Author="K",
        )
    )
    assert found == Question(
        "q-1",
        "What is the cap?",
        (
            Item((Passage(span(16, 28)),)),
            Item((Passage(span(0, 9, "guide/été.txt")), Passage(span(16, 28), 2.0))),
        ),
        ("billing", "numbers"),
        True,
        {"source": {"page": [1, None, 2.5]}, "Author": "K"},
    )
    assert list(found.extra) == ["source", "Author"]
    assert [notice.code for notice in notices] == ["repeated_passage"]


def test_offsets_alone_count_code_points(read):
    (found,), _ = read(question(passages=[{"doc": "handbook.md", "start": 30, "end": 31}]))
    assert BOOK.text[30:31] == "😀"
    assert found.items[0].members[0].span == span(30, 31)


def test_text_alone_takes_the_first_place_and_says_so(read):
    (found,), (notice,) = read(question(passages=[{"doc": "handbook.md", "text": "capped at $8"}]))
    assert found.items[0].members[0].span == span(16, 28)
    assert notice.code == "ambiguous_text"
    assert notice.text.startswith(
        "questions.jsonl:1 passages[0].text: stands 2 times in handbook.md"
    )


@pytest.mark.parametrize(
    "context",
    [
        {"prefix": "Fees: "},
        {"suffix": " per day"},
        {"prefix": "Old fees: ", "suffix": " per night"},
    ],
)
def test_surroundings_choose_among_several_places(read, context):
    passage = {"doc": "handbook.md", "text": "capped at $8", **context}
    (found,), notices = read(question(passages=[passage]))
    assert found.items[0].members[0].span == span(38, 50)
    assert notices == ()


def test_a_text_that_stands_once_needs_no_matching_surroundings(read):
    passage = {"doc": "handbook.md", "text": "late fee", "prefix": "changed ", "suffix": "since"}
    (found,), notices = read(question(passages=[passage]))
    assert found.items[0].members[0].span == span(4, 12)
    assert notices == ()


@pytest.mark.parametrize("text", ["line.\r\nAnother", "line.\rAnother", "line.\nAnother"])
@pytest.mark.parametrize("offsets", [{}, {"start": 4, "end": 17}])
def test_text_may_have_any_line_ends(read, text, offsets):
    (found,), _ = read(question(passages=[{"doc": OTHER.id, "text": text, **offsets}]))
    assert found.items[0].members[0].span == span(4, 17, OTHER.id)


def test_text_may_carry_the_mark_of_the_file_it_was_cut_from(read):
    (found,), _ = read(question(passages=[{"doc": OTHER.id, "text": "\ufeffOne line"}]))
    assert found.items[0].members[0].span == span(0, 8, OTHER.id)


def test_unanswerable(read):
    plain = {"id": "q-1", "question": "Why?", "unanswerable": True}
    (a, b), notices = read(plain, {**plain, "id": "q-2", "passages": [], "must_pass": True})
    assert a.unanswerable and b.unanswerable
    assert a.items == b.items == ()
    assert [notice.code for notice in notices] == ["must_pass_unanswerable"]


def test_blank_lines_marks_and_crlf_are_passed_over_and_lines_still_count(read, problems):
    row = json.dumps(question()).encode()
    found, _ = read(b"\xef\xbb\xbf" + row + b"\r", b"", b"  \t", b"")
    assert len(found) == 1
    (problem,) = problems(b"\xef\xbb\xbf" + row + b"\r", b"", b" ", b"{}x")
    assert problem.line == 4


def test_a_line_of_megabytes(read):
    (found,), _ = read(question(note="x" * 3_000_000))
    assert len(found.extra["note"]) == 3_000_000


@pytest.mark.parametrize("key", ["tag", "Question", "mustpass", "idd", "unanswrable", "pasages"])
def test_a_key_within_two_edits_is_a_notice_with_its_line(read, key):
    (found,), (notice,) = read(question(**{key: 1}))
    assert notice.code == "unknown_key"
    assert notice.text.startswith(f"questions.jsonl:1 {key}: ")
    assert found.extra == {key: 1}


def test_a_misspelt_key_of_a_passage_is_a_notice(read):
    _, (notice,) = read(question(passages=[{**CAP, "wieght": 2}]))
    assert notice.text.startswith("questions.jsonl:1 passages[0].wieght: ")
    assert "`weight`" in notice.text


@pytest.mark.parametrize("key", ["corpus", "source", "url", "answer", "x", ""])
def test_other_keys_are_no_notice(read, key):
    (found,), notices = read(question(**{key: "v"}))
    assert notices == ()
    assert found.extra == {key: "v"}


# What is wrong, all of it


def test_every_problem_of_all_files_is_in_one_error(tmp_path):
    a, b = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    a.write_bytes(b'{"id": "q", "question": "", "passages": []}\nnot json\n[1]\n\xff\xfe\n')
    b.write_text(
        json.dumps(question(id="q", passages=[{**CAP, "end": 5210}, {"doc": "handbok.md"}, 7]))
    )
    with pytest.raises(LabelsError) as caught:
        read_labels([a, b], DOCUMENTS)
    places = [(p.where, p.line, p.key) for p in caught.value.problems]
    assert places == [
        ("a.jsonl", 1, "question"),
        ("a.jsonl", 1, "passages"),
        ("a.jsonl", 2, ""),
        ("a.jsonl", 3, ""),
        ("a.jsonl", 4, ""),
        ("b.jsonl", 1, "passages[0].end"),
        ("b.jsonl", 1, "passages[1]"),
        ("b.jsonl", 1, "passages[1].doc"),
        ("b.jsonl", 1, "passages[2]"),
        ("b.jsonl", 1, "id"),
    ]
    assert caught.value.exit_code == 4


def test_files_of_one_name_are_told_apart(tmp_path):
    paths = [tmp_path / folder / "q.jsonl" for folder in "ab"]
    for path in paths:
        path.parent.mkdir()
        path.write_text(json.dumps(question()))
    with pytest.raises(LabelsError) as caught:
        read_labels(paths, DOCUMENTS)
    (problem,) = caught.value.problems
    assert problem.where == str(paths[1])
    assert problem.message == f"`q-1` is the id of {paths[0]}:1 too"


def test_past_the_end_reads_as_documented(problems):
    passage = {"doc": "handbook.md", "start": 16, "end": 5210}
    (problem,) = problems(question(passages=[passage]))
    said = f"5210 is past the end of handbook.md ({len(BOOK.text)} characters)"
    assert str(problem) == f"questions.jsonl:1 passages[0].end: {said}"
    assert problem.hint == "offsets count Unicode characters, not bytes"


def test_text_that_disagrees_says_what_stands_there_and_where_it_is(problems):
    problem = one(problems, passages=[{**CAP, "start": 4, "end": 12}])
    assert problem.key == "passages[0].text"
    assert "`late fee`" in problem.message
    assert problem.hint == "the text stands at 16 to 28"


@pytest.mark.parametrize(
    ("codec", "size", "unit"), [("utf-8", 1, "bytes"), ("utf-16-le", 2, "UTF-16")]
)
def test_offsets_in_another_unit_are_recognised(problems, codec, size, unit):
    text = "Fees: capped"
    start = len(BOOK.text[: BOOK.text.index(text)].encode(codec)) // size
    passage = {"doc": "handbook.md", "start": start, "end": start + len(text), "text": text}
    problem = one(problems, passages=[passage])
    assert f"not {unit}" in problem.hint
    assert "stands at 32 to 44" in problem.hint


def test_text_that_is_nowhere_but_for_white_space_and_capitals(problems):
    problem = one(problems, passages=[{"doc": OTHER.id, "text": "ANOTHER line"}])
    assert problem.message == "is not in guide/été.txt: `ANOTHER line`"
    assert "it stands at 10 to 23" in problem.hint


def test_text_that_is_nowhere(problems):
    problem = one(problems, passages=[{"doc": OTHER.id, "text": "x" * 100}])
    assert problem.message == f"is not in guide/été.txt: `{'x' * 59}…`"
    assert "has the document changed?" in problem.hint


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("handbok.md", "did you mean `handbook.md`?"),
        ("./handbook.md", "did you mean `handbook.md`?"),
        ("guide/e\u0301te\u0301.txt", "did you mean `guide/\\xe9t\\xe9.txt`?"),
        ("zzzzzz", "`doc` is a path below the documents' folder, such as `guide/\\xe9t\\xe9.txt`"),
    ],
)
def test_unknown_documents(problems, name, hint):
    problem = one(problems, passages=[{"doc": name, "text": "x"}])
    assert problem.key == "passages[0].doc"
    assert problem.hint == hint


def test_names_that_look_alike_are_spelt_out(problems):
    problem = one(problems, passages=[{"doc": "guide/e\u0301te\u0301.txt", "text": "x"}])
    assert problem.message == "there is no document `guide/e\\u0301te\\u0301.txt`"


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ("true", "is true, not a whole number"),
        ("3.0", "is the number 3.0, not a whole number"),
        ('"3"', "is a string, not a whole number"),
        ("null", "is null, not a whole number"),
        ("[3]", "is a list, not a whole number"),
        ("-1", "-1 is before the start"),
    ],
)
@pytest.mark.parametrize("key", ["start", "end"])
def test_offsets_are_whole_numbers(problems, raw, said, key):
    other = '"end": 20' if key == "start" else '"start": 0'
    passage = f'{{"doc": "handbook.md", "{key}": {raw}, {other}}}'
    row = f'{{"id": "q-1", "question": "Q", "passages": [{passage}]}}'
    (problem,) = problems(row.encode())
    assert (problem.key, problem.message) == (f"passages[0].{key}", said)


@pytest.mark.parametrize("raw", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999", "1" * 5000])
@pytest.mark.parametrize("key", ["start", "note"])
def test_numbers_that_json_does_not_have(problems, raw, key):
    row = f'{{"id": "q-1", "question": "Q", "{key}": {raw}, "unanswerable": true}}'
    (problem,) = problems(row.encode())
    assert problem.message.startswith("is not JSON: ")


@pytest.mark.parametrize("raw", ["0", "-1", "true", '"2"', "null", "1" + "0" * 400, "[]"])
def test_weights_are_finite_numbers_above_0(problems, raw):
    passage = f'{{"doc": "handbook.md", "start": 0, "end": 3, "weight": {raw}}}'
    row = f'{{"id": "q-1", "question": "Q", "passages": [{passage}]}}'
    (problem,) = problems(row.encode())
    assert problem.key == "passages[0].weight"
    assert problem.message.endswith("not a number above 0")


@pytest.mark.parametrize(
    ("passage", "key"),
    [
        ({"doc": "handbook.md"}, ""),
        ({"doc": "handbook.md", "start": 3}, ".end"),
        ({"doc": "handbook.md", "end": 3}, ".start"),
        ({"doc": "handbook.md", "start": 3, "end": 3}, ".start"),
        ({"doc": "handbook.md", "start": 4, "end": 3}, ".start"),
        ({"doc": "handbook.md", "text": ""}, ".text"),
        ({"doc": "handbook.md", "text": " \n"}, ".text"),
        ({"doc": "handbook.md", "text": 5}, ".text"),
        ({"doc": OTHER.id, "start": 24, "end": 29}, ""),
        ({**CAP, "prefix": 5}, ".prefix"),
        ({**CAP, "suffix": None}, ".suffix"),
        ({"text": "x"}, ".doc"),
        ({"doc": 5, "text": "x"}, ".doc"),
        ({"any_of": []}, ".any_of"),
        ({"any_of": {}}, ".any_of"),
        ({"any_of": [5]}, ".any_of[0]"),
        ({"any_of": [{"any_of": [CAP]}]}, ".any_of[0]"),
        ({"any_of": [CAP], "weight": 2}, ".weight"),
        ({"any_of": [CAP, {**CAP, "end": 999}]}, ".any_of[1].end"),
        (5, ""),
        (None, ""),
        ([CAP], ""),
    ],
)
def test_passages_that_cannot_be_used(problems, passage, key):
    problem = one(problems, passages=[CAP, passage])
    assert problem.key == f"passages[1]{key}"


@pytest.mark.parametrize(
    ("keys", "key"),
    [
        ({"id": ""}, "id"),
        ({"id": " "}, "id"),
        ({"id": 17}, "id"),
        ({"question": None}, "question"),
        ({"question": "\n"}, "question"),
        ({"passages": []}, "passages"),
        ({"passages": {}}, "passages"),
        ({"passages": None}, "passages"),
        ({"unanswerable": True}, "passages"),
        ({"unanswerable": "true"}, "unanswerable"),
        ({"must_pass": 1}, "must_pass"),
        ({"tags": "billing"}, "tags"),
        ({"tags": ["billing", 3]}, "tags[1]"),
        ({"tags": [""]}, "tags[0]"),
    ],
)
def test_questions_that_cannot_be_used(problems, keys, key):
    assert one(problems, **keys).key == key


@pytest.mark.parametrize("key", ["id", "question", "passages"])
def test_missing_keys(problems, key):
    value = question()
    del value[key]
    (problem,) = problems(value)
    assert (problem.key, problem.message) == (key, "is missing")


def test_an_empty_object_misses_everything_at_once(problems):
    assert [p.key for p in problems({})] == ["id", "question", "passages"]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (b'{"id": "q" "x"}', "is not JSON at column 12"),
        (b"{'id': 1}", "is not JSON at column 2"),
        (b'{"id": "a\0b"}', "is not JSON at column 10"),
        (b"\0", "is not JSON at column 1"),
        (b'{"id": 1} {"id": 2}', "is not JSON at column 11"),
        (b"[]", "is a list, not an object"),
        (b'"text"', "is a string, not an object"),
        (b"null", "is null, not an object"),
        (b'{"id": "\xff"}', "is not UTF-8: byte 0xff at offset 8"),
        (b'{"id": "q", "id": "r"}', "the key `id` stands twice in one object"),
        (b'{"passages": [{"end": 1, "end": 2}]}', "the key `end` stands twice in one object"),
        (b'{"question": "\\ud83d"}', "holds half of a surrogate pair"),
        (b'{"x": {"\\ude00": 1}}', "holds half of a surrogate pair"),
        (b'{"x": ' * 100 + b"1" + b"}" * 100, "is nested deeper than 64 levels"),
        (b"[" * 100_000, "is nested too deeply"),
        (b'{"x": ' * 100_000, "is nested too deeply"),
    ],
)
def test_lines_that_are_not_one_json_object(problems, row, message):
    first = problems(row)[0]
    assert first.message.startswith(message)
    assert (first.where, first.line) == ("questions.jsonl", 1)


def test_pairs_of_surrogates_are_letters(read):
    row = json.dumps(question(question="What 😀?")).encode()
    assert b"\\ud83d\\ude00" in row
    assert read(row)[0][0].text == "What 😀?"


def test_a_file_in_utf16_is_named_as_such(tmp_path):
    path = tmp_path / "q.jsonl"
    path.write_text(json.dumps(question()), encoding="utf-16")
    with pytest.raises(LabelsError, match="is UTF-16, not UTF-8"):
        read_labels([path], DOCUMENTS)


@pytest.mark.parametrize("data", [None, b"", b"\n \n", b"\xef\xbb\xbf"])
def test_missing_and_empty_files_lead_to_labels_add(tmp_path, data):
    path = tmp_path / "q.jsonl"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(InputError) as caught:
        read_labels([path], DOCUMENTS)
    assert "ragcheck labels add" in caught.value.hint
    assert caught.value.exit_code == 2


def test_a_folder_is_no_label_file(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        read_labels([tmp_path], DOCUMENTS)
    with pytest.raises(InputError, match="no file is named"):
        read_labels([], DOCUMENTS)


def test_many_problems_stay_quick_and_complete(problems):
    passage = {"doc": "handbook.md", "start": 0, "end": 3, "text": "nowhere"}
    rows = [question(id=f"q-{n}", passages=[passage] * 3) for n in range(1000)]
    assert len(problems(*rows)) == 3000


def test_the_shared_sets_read_without_a_notice(shared_data: Path):
    from ragcheck.labels import load_collection

    counts = {}
    for folder in sorted(path for path in shared_data.iterdir() if path.is_dir()):
        collection, notices = load_collection(
            folder.name, folder / "docs", [folder / "questions.jsonl"], twins=False
        )
        assert notices == ()
        items = sum(len(question.items) for question in collection.questions)
        counts[folder.name] = (len(collection.documents), len(collection.questions), items)
    assert counts == {
        "anthropic_docs": (45, 100, 192),
        "chroma_general": (5, 472, 790),
        "prometheus_docs": (101, 26, 29),
        "xquad_en32_sentence": (32, 838, 838),
    }
