import json

import pytest

from ragcheck.errors import InputError, LabelsError
from ragcheck.labels.check import check_labels
from ragcheck.records import Document

FEE = "The late fee is capped at $8 per month."
RATE = "Interest accrues daily at a rate of four percent."
OLD = f"{RATE} {FEE} The end."


@pytest.fixture
def labels(tmp_path):
    """A label file with three passages, as they were in the old document."""
    start = OLD.index(FEE)
    group = {"any_of": [{"doc": "a.md", "start": 0, "end": len(RATE), "text": RATE}]}
    rows = [
        {
            "id": "q-1",
            "question": "Fee?",
            "passages": [
                {"doc": "a.md", "start": start, "end": start + len(FEE), "text": FEE},
                group,
            ],
        },
        {"id": "q-2", "question": "End?", "passages": [{"doc": "a.md", "start": 90, "end": 98}]},
        {"id": "q-3", "question": "Why?", "unanswerable": True},
    ]
    path = tmp_path / "questions.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)))
    return path


def test_labels_that_fit(labels):
    drift = check_labels([labels], [Document("a.md", OLD)])
    assert drift.counts == {"same": 3}
    assert (drift.drifted, drift.open, drift.unverified) == ((), (), 1)
    assert [(p.where, p.line, p.key) for p in drift.passages] == [
        ("questions.jsonl", 1, "passages[0]"),
        ("questions.jsonl", 1, "passages[1].any_of[0]"),
        ("questions.jsonl", 2, "passages[0]"),
    ]


def test_drift_is_counted_not_raised(labels):
    new = OLD.replace(RATE, "New.").replace("$8", "$9")
    drift = check_labels([labels], [Document("a.md", new)])
    assert drift.counts == {"edited": 1, "lost": 2}
    assert (len(drift.drifted), len(drift.open)) == (3, 2)
    fee, rate, _ = map(str, drift.passages)
    assert fee == f"questions.jsonl:1 passages[0]: edited `{FEE}` -> a.md 5 to 44, 97% alike"
    assert rate == f"questions.jsonl:1 passages[1].any_of[0]: lost `{RATE}` in a.md"


def test_a_missing_document_is_drift(labels):
    assert check_labels([labels], [Document("b.md", "x")]).counts == {"lost": 3}
    assert check_labels([labels], []).counts == {"lost": 3}


def test_other_problems_are_errors_all_at_once(labels):
    wrong = {"doc": "a.md", "start": 5, "end": 2}
    with labels.open("a") as file:
        file.write(f"\n{json.dumps({'id': 'q-1', 'question': '', 'passages': [wrong]})}\n[")
    with pytest.raises(LabelsError) as caught:
        check_labels([labels], [Document("a.md", OLD)])
    assert [(p.line, p.key) for p in caught.value.problems] == [
        (4, "question"),
        (4, "passages[0].start"),
        (4, "id"),
        (5, ""),
    ]


def test_a_wrong_document_name_is_told_beside_other_problems(labels):
    """Alone it is drift; it must not wait for a second run until the others are mended."""
    wrong = {"doc": "b.md", "start": 5, "end": 2, "text": "x"}
    kept = labels.read_text()
    rows = [
        {"id": "q-4", "question": "Which?", "passages": [{"doc": "aa.md", "text": "nowhere"}]},
        {"id": "q-5", "question": "What?", "passages": [wrong]},
        {"id": "q-6", "question": "Whose?"},
    ]
    labels.write_text("\n".join(map(json.dumps, rows)) + "\n" + kept)
    with pytest.raises(LabelsError) as caught:
        check_labels([labels], [Document("a.md", OLD)])
    assert [(p.line, p.key) for p in caught.value.problems] == [
        (1, "passages[0].doc"),
        (2, "passages[0].start"),
        (2, "passages[0].doc"),
        (3, "passages"),
    ]
    first, *_, last = caught.value.problems
    assert first.message == "there is no document `aa.md`"
    assert first.hint == "did you mean `a.md`?"
    assert '"unanswerable": true' in last.hint
    renamed = [Document("new.md", OLD)]
    with pytest.raises(LabelsError) as caught:
        check_labels([labels], renamed)
    assert not any("`a.md`" in problem.message for problem in caught.value.problems)


def test_a_missing_file_is_an_input_error(tmp_path):
    with pytest.raises(InputError):
        check_labels([tmp_path / "none.jsonl"], [])
