import json

import pytest

from ragcheck.errors import InputError
from ragcheck.labels import read_labels
from ragcheck.labels.check import check_labels
from ragcheck.labels.repair import repair_labels
from ragcheck.records import Document

FEE = "The late fee is capped at $8 per month."
RATE = "Interest accrues daily at a rate of four percent."
GONE = "Accounts may be closed by letter, fax or telegram only."
OLD = f"{RATE} {FEE} {GONE} The end."
NEW = f"A new beginning. {RATE} {FEE.replace('8', '9')} The end."


def passage(text: str, **keys) -> dict:
    start = OLD.index(text)
    return {"doc": "a.md", "start": start, "end": start + len(text), "text": text, **keys}


@pytest.fixture
def labels(tmp_path):
    rows = [
        json.dumps(
            {"note": 1.50, "id": "q-1", "question": "Rate?", "passages": [passage(RATE, page=7)]}
        ),
        "",
        json.dumps(
            {"id": "q-2", "question": "Fee?", "passages": [passage(FEE, weight=2), passage(GONE)]}
        ),
        '{"id":"q-3",   "question":"Why?","unanswerable":true, "x":1.50}',
    ]
    path = tmp_path / "questions.jsonl"
    path.write_bytes("\r\n".join(rows).encode())
    return path


def test_what_moved_or_was_edited_is_rewritten_and_all_else_stays(labels):
    before = labels.read_bytes().split(b"\r\n")
    done = repair_labels([labels], [Document("a.md", NEW)])
    after = labels.read_bytes().split(b"\r\n")
    assert [p.anchor.outcome for p in done.rewritten] == ["moved", "edited"]
    assert [p.mark.text for p in done.left] == [GONE]
    assert (after[1], after[3]) == (before[1], before[3])
    first, second = json.loads(after[0]), json.loads(after[2])
    assert list(first) == ["note", "id", "question", "passages"]
    (rate,) = first["passages"]
    assert rate == {
        "doc": "a.md",
        "start": 17,
        "end": 66,
        "text": RATE,
        "page": 7,
        "prefix": "A new beginning. ",
        "suffix": " The late fee is capped at $9 pe",
    }
    fee, gone = second["passages"]
    assert (fee["text"], fee["weight"]) == (FEE.replace("8", "9"), 2)
    assert gone == passage(GONE)


def test_after_the_repair_the_labels_read_and_a_second_one_does_nothing(labels):
    new = NEW.replace("The end.", f"{GONE} The end.")
    documents = [Document("a.md", new)]
    assert len(repair_labels([labels], documents).rewritten) == 3
    questions, _ = read_labels([labels], documents)
    spans = [m.span for q in questions for item in q.items for m in item.members]
    assert [new[s.start : s.end] for s in spans] == [RATE, FEE.replace("8", "9"), GONE]
    data = labels.read_bytes()
    again = repair_labels([labels], documents)
    assert (again.rewritten, again.left) == ((), ())
    assert labels.read_bytes() == data
    assert check_labels([labels], documents).counts == {"same": 3}


def test_what_is_for_review_is_written_only_if_it_is_accepted(labels):
    elsewhere = [Document("a.md", NEW), Document("b.md", f"Archive: {GONE}")]
    assert [p.anchor.outcome for p in repair_labels([labels], elsewhere).left] == ["review"]
    done = repair_labels([labels], elsewhere, accept=lambda p: p.anchor.outcome == "review")
    assert [p.anchor.span.document for p in done.rewritten] == ["b.md"]
    assert check_labels([labels], elsewhere).counts == {"same": 3}


def test_what_is_lost_is_never_written_even_if_accepted(labels):
    repair_labels([labels], [Document("a.md", NEW)], accept=lambda p: True, complete=True)
    before = labels.read_bytes()
    done = repair_labels([labels], [], accept=lambda p: True, complete=True)
    assert (done.rewritten, len(done.left)) == ((), 3)
    assert labels.read_bytes() == before


def test_a_renamed_document(labels):
    done = repair_labels([labels], [Document("renamed.md", OLD)])
    assert len(done.rewritten) == 3
    assert {p.anchor.span.document for p in done.rewritten} == {"renamed.md"}
    read_labels([labels], [Document("renamed.md", OLD)])


def test_completing_gives_text_and_surroundings_to_labels_that_have_not_drifted(tmp_path):
    path = tmp_path / "q.jsonl"
    passages = [{"doc": "a.md", "start": 0, "end": 8}, {"doc": "a.md", "text": FEE}]
    row = json.dumps({"id": "q", "question": "Q", "passages": passages})
    path.write_bytes(b"\xef\xbb\xbf\n" + row.encode())
    documents = [Document("a.md", OLD)]
    assert repair_labels([path], documents).rewritten == ()
    assert len(repair_labels([path], documents, complete=True).rewritten) == 2
    data = path.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf\n{")
    first, second = json.loads(data.decode("utf-8-sig"))["passages"]
    assert (first["text"], first["suffix"][:5]) == (OLD[:8], OLD[8:13])
    assert (second["start"], second["prefix"]) == (OLD.index(FEE), OLD[: OLD.index(FEE)][-32:])


def test_two_files_of_one_name_are_both_repaired(tmp_path):
    paths = []
    for name in "ab":
        path = tmp_path / name / "q.jsonl"
        path.parent.mkdir()
        path.write_text(json.dumps({"id": name, "question": "Q", "passages": [passage(RATE)]}))
        paths.append(path)
    repair_labels(paths, [Document("a.md", NEW)])
    assert [json.loads(p.read_text())["passages"][0]["start"] for p in paths] == [17, 17]
    assert [p.name for p in tmp_path.rglob("*") if p.is_file()] == ["q.jsonl"] * 2


def test_a_missing_file_makes_no_folder(tmp_path):
    with pytest.raises(InputError):
        repair_labels([tmp_path / "none" / "q.jsonl"], [])
    assert list(tmp_path.iterdir()) == []
