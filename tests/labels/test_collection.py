import json
from dataclasses import replace

import pytest

from ragcheck.errors import LabelsError
from ragcheck.labels import collection_digest, load_collection

FEE = "The late fee is capped at $8 per month"


@pytest.fixture
def write(tmp_path):
    def run(documents: dict[str, str], passage: dict) -> tuple:
        docs = tmp_path / "docs"
        docs.mkdir(exist_ok=True)
        for name, text in documents.items():
            (docs / name).write_bytes(text.encode())
        labels = tmp_path / "questions.jsonl"
        value = {"id": "q", "question": "What cap?", "passages": [passage]}
        labels.write_text(json.dumps(value))
        return docs, [labels]

    return run


def test_documents_questions_twins_and_notices_together(write):
    docs, labels = write(
        {"a.md": FEE, "b.txt": f"x {FEE}", "c.pdf": ""}, {"doc": "a.md", "text": FEE}
    )
    collection, notices = load_collection("mine", docs, labels)
    assert collection.name == "mine"
    assert collection.index() == {"a.md": 0, "b.txt": 1}
    assert len(collection.questions[0].items[0].twins) == 1
    assert [notice.code for notice in notices] == ["skipped_files"]


def test_twins_can_be_off_and_the_digest_says_so(write):
    docs, labels = write({"a.md": FEE, "b.txt": FEE}, {"doc": "a.md", "text": FEE})
    on, _ = load_collection("mine", docs, labels)
    off, _ = load_collection("mine", docs, labels, twins=False)
    assert off.questions[0].items[0].twins == ()
    assert on.digest != off.digest


def test_the_digest_is_of_what_results_depend_on(write):
    digests = [
        load_collection("mine", *write(documents, passage))[0].digest
        for documents, passage in [
            ({"a.md": f"{FEE}\nend"}, {"doc": "a.md", "text": FEE}),
            ({"a.md": f"{FEE}\r\nend"}, {"doc": "a.md", "start": 0, "end": len(FEE)}),
            ({"a.md": f"{FEE}\nEnd"}, {"doc": "a.md", "text": FEE}),
            ({"a.md": f"{FEE}\nEnd"}, {"doc": "a.md", "text": FEE, "weight": 2}),
        ]
    ]
    assert digests[0] == digests[1]
    assert len(set(digests)) == 3
    assert len(digests[0]) == 64


def test_the_digest_stays_what_it_is():
    """Stored runs and caches carry it: it may change only on purpose."""
    assert collection_digest((), (), twins=True) == (
        "4829f2c7e1d2be1d134540225ec25e747a8a48a3a2ed90b2fa6f260b6cbe0283"
    )


def test_the_digest_cannot_be_fooled_by_moving_text(write):
    docs, labels = write({"a.md": FEE}, {"doc": "a.md", "text": FEE})
    collection, _ = load_collection("mine", docs, labels, twins=False)
    (document,) = collection.documents
    moved = replace(document, id="a.mdT", text=document.text[1:])
    seen = {collection_digest([d], [], twins=False) for d in (document, moved)}
    assert len(seen) == 2


def test_labels_that_do_not_fit_stop_the_loading(write):
    docs, labels = write({"a.md": FEE}, {"doc": "b.md", "text": FEE})
    with pytest.raises(LabelsError):
        load_collection("mine", docs, labels)
