"""The hostile collections that ship with the project: they read, and every span is what it says."""

import json

import pytest

from ragcheck.labels import load_collection

FOLDERS = ["html", "line-endings", "longline", "tiny", "unicode"]


def test_every_hostile_collection_is_tried(fixtures):
    assert (
        sorted(path.name for path in (fixtures / "hostile").iterdir() if path.is_dir()) == FOLDERS
    )


@pytest.mark.parametrize("name", FOLDERS)
def test_hostile_collections_read_exactly(fixtures, name):
    folder = fixtures / "hostile" / name
    labels = folder / "questions.jsonl"
    collection, _ = load_collection(name, folder / "docs", [labels])
    texts = {document.id: document.text for document in collection.documents}
    assert not any("\r" in text or text.startswith("\ufeff") for text in texts.values())
    rows = [json.loads(row) for row in labels.read_text("utf-8").split("\n") if row.strip()]
    assert [question.id for question in collection.questions] == [row["id"] for row in rows]
    for question, row in zip(collection.questions, rows, strict=True):
        for item, passage in zip(question.items, row.get("passages", []), strict=True):
            for member, said in zip(item.members, passage.get("any_of", [passage]), strict=True):
                text = texts[member.span.document][member.span.start : member.span.end]
                wanted = said.get("text", text).replace("\r\n", "\n").replace("\r", "\n")
                assert text == wanted
