"""Questions as label lines: what is read back equals what was written."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from ragcheck.files import write_atomically
from ragcheck.labels.lines import Object
from ragcheck.records import Document, Item, Json, Passage, Question
from ragcheck.spans import Span

#: Characters kept on each side of a passage, to find it again after the document changed.
CONTEXT = 32


def label_line(question: Question, documents: Mapping[str, Document]) -> str:
    """The one line of JSON, without its line end, that reads back as `question` without twins.

    Keys stand in the order of the format, then those of `extra`. Every passage has offsets, text
    and up to 32 characters before and after it. `documents` maps ids to the documents the spans
    point into; KeyError for one that is absent.
    """
    value: Object = {"id": question.id, "question": question.text}
    if question.unanswerable:
        value["unanswerable"] = True
    else:
        value["passages"] = [_item(item, documents) for item in question.items]
    if question.tags:
        value["tags"] = list(question.tags)
    if question.must_pass:
        value["must_pass"] = True
    return dumps({**value, **question.extra})


def write_labels(
    path: Path, questions: Sequence[Question], documents: Mapping[str, Document]
) -> None:
    """Replace `path` by the lines of `questions`, in one step: the old file or the new one.

    A link is followed, permissions are kept. Keys inside passages that ragcheck does not know are
    not part of `Question` and not written.
    """
    text = "".join(f"{label_line(question, documents)}\n" for question in questions)
    write_atomically(path.resolve(), text.encode("utf-8"))


def place_of(span: Span, document: Document) -> Object:
    """The keys of a label that say where a passage is: doc, offsets, text and surroundings."""
    text, start, end = document.text, span.start, span.end
    return {
        "doc": document.id,
        "start": start,
        "end": end,
        "text": text[start:end],
        "prefix": text[max(0, start - CONTEXT) : start],
        "suffix": text[end : end + CONTEXT],
    }


def dumps(value: Object) -> str:
    """JSON on one line, with letters as themselves: no escapes but those JSON demands.

    U+2028 and the like, which some tools take for line ends, are escaped too.
    """
    line = json.dumps(value, ensure_ascii=False, allow_nan=False)
    for end in "\u0085\u2028\u2029":
        line = line.replace(end, f"\\u{ord(end):04x}")
    return line


def _item(item: Item, documents: Mapping[str, Document]) -> Json:
    members = [_passage(member, documents) for member in item.members]
    return members[0] if len(members) == 1 else {"any_of": members}


def _passage(passage: Passage, documents: Mapping[str, Document]) -> Object:
    value = place_of(passage.span, documents[passage.span.document])
    if passage.weight != 1:
        value["weight"] = passage.weight
    return value
