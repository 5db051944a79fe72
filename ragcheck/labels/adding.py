"""One more question at the end of a label file: `ragcheck labels add`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from ragcheck.documents import canonical
from ragcheck.errors import InputError, LabelsError
from ragcheck.files import write_atomically
from ragcheck.labels.findings import Findings
from ragcheck.labels.lines import Line, read_lines
from ragcheck.labels.locating import alike, occurrences, readings, shown
from ragcheck.labels.locking import alone
from ragcheck.labels.normalise import folded
from ragcheck.labels.writing import label_line
from ragcheck.records import Document, Item, Passage, Question
from ragcheck.spans import Span

_LISTED = 5


@dataclass(frozen=True, slots=True)
class Draft:
    """What a user says about a new question. Every text of `texts` is needed to answer it.

    `doc_ids` names the document of each text, or one document for all. `any_of`: any one of the
    texts is enough. `prefix` (what stands right before) or `start` (offset in characters) choose
    among several places of a text. No texts: the question is meant to be unanswerable, and
    `unanswerable` must say so.
    """

    question: str
    doc_ids: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    any_of: bool = False
    id: str | None = None
    tags: tuple[str, ...] = ()
    must_pass: bool = False
    unanswerable: bool = False
    prefix: str = ""
    start: int | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """Where a text of a draft stands, and whether it stands there exactly as the user wrote it."""

    span: Span
    text: str
    exact: bool


@dataclass(frozen=True, slots=True)
class Added:
    """What was written: the question, the places of its texts, and whether the file is new."""

    question: Question
    found: tuple[Found, ...]
    created: bool


def add_question(path: Path, documents: Sequence[Document], draft: Draft) -> Added:
    """Append `draft` to the label file `path`, which is made, with its folder, if absent.

    A text is taken where it stands in its document, else where it stands but for white space and
    capitals. Without an id the question gets the next free `q-0001`. The file is replaced in one
    step, and two processes that add at once wait for each other.

    Raises InputError for a draft that is incomplete, whose text is not in the document or stands
    in more than one place, or whose id or question the file has already; LabelsError if the file
    is not a label file.
    """
    _complete(draft)
    ids = draft.doc_ids * len(draft.texts) if len(draft.doc_ids) == 1 else draft.doc_ids
    pairs = zip(ids or ("",) * len(draft.texts), draft.texts, strict=True)
    found = tuple(_find(text, name, draft, documents) for name, text in pairs)
    _apart(found)
    passages = tuple(Passage(place.span) for place in found)
    items = (Item(passages),) if draft.any_of else tuple(Item((one,)) for one in passages)
    question = Question(draft.id or "", draft.question.strip(), items, draft.tags, draft.must_pass)
    by_id = {document.id: document for document in documents}
    target = path.resolve()
    with alone(target):
        before = target.read_bytes() if target.exists() else b""
        lines = _lines(target) if before.strip() else []
        question = replace(question, id=_free_id(question, lines, path))
        if before and not before.endswith(b"\n"):
            before += b"\n"
        write_atomically(target, before + f"{label_line(question, by_id)}\n".encode())
    return Added(question, found, created=not before)


def _complete(draft: Draft) -> None:
    """Raises InputError for a draft that says too little, or two things at once."""
    if not draft.question.strip():
        raise InputError("the question is empty", hint="give it with `--question`")
    if draft.id is not None and not draft.id.strip():
        raise InputError("the id is empty", hint="leave `--id` out to get the next free one")
    if draft.unanswerable and draft.texts:
        raise InputError(
            "an unanswerable question has no text", hint="leave out `--text` or `--unanswerable`"
        )
    if not draft.unanswerable and not draft.texts:
        raise InputError(
            "no text answers the question",
            hint="copy it from the document with `--text`, or say `--unanswerable`",
        )
    if len(draft.doc_ids) not in (0, 1, len(draft.texts)):
        raise InputError(
            f"texts: {len(draft.texts)}, documents to find them in: {len(draft.doc_ids)}",
            hint="give `--doc` once for all, or once for each `--text`, in the same order",
        )
    if draft.any_of and len(draft.texts) < 2:
        raise InputError(
            "`--any-of` needs several texts, any one of which is enough",
            hint="give `--text` once for each, or leave `--any-of` out",
        )
    if len(draft.texts) > 1 and (draft.prefix or draft.start is not None):
        raise InputError(
            "`--prefix` and `--start` choose the place of one text",
            hint="make each text long enough to stand in one place only",
        )


def _apart(found: Sequence[Found]) -> None:
    """Raises InputError for a place that is named twice: it would count twice."""
    spans = [place.span for place in found]
    for place in found:
        if spans.count(place.span) > 1:
            raise InputError(
                f"two of the texts are the same place of {place.span.document}: "
                f"`{shown(place.text)}`",
                hint="give each `--text` once",
            )


def _find(text: str, name: str, draft: Draft, documents: Sequence[Document]) -> Found:
    document = next((document for document in documents if document.id == name), None)
    if document is None:
        message = f"there is no document `{name}`" if name else "no document is named"
        raise InputError(message, hint=alike(name, [document.id for document in documents]))
    if not text.strip():
        raise InputError("the text is empty", hint=f"copy it from {document.id}")
    spans, exact = _exactly(text, document), True
    if not spans:
        spans, exact = _roughly(text, document), False
    if not spans:
        raise InputError(
            f"the text is not in {document.id}: `{shown(text)}`",
            hint="copy it from the document; white space and capitals may differ, words may not",
        )
    span = _chosen(spans, document, draft)
    return Found(span, document.text[span.start : span.end], exact)


def _exactly(text: str, document: Document) -> list[Span]:
    """Places of the text without the white space around it, which a shell easily adds."""
    for reading in readings(text.strip()):
        found = [
            Span(document.id, at, at + len(reading)) for at in occurrences(document.text, reading)
        ]
        if found:
            return found
    return []


def _roughly(text: str, document: Document) -> list[Span]:
    haystack, needle = folded(document.text), folded(canonical(text)).text.strip()
    return [
        Span(document.id, *haystack.original(at, at + len(needle)))
        for at in occurrences(haystack.text, needle)
        if haystack.whole(at, at + len(needle))
    ]


def _chosen(spans: Sequence[Span], document: Document, draft: Draft) -> Span:
    """The one span that `prefix` and `start` leave. Raises InputError if that is not one."""
    prefix = canonical(draft.prefix)
    left = [
        span
        for span in spans
        if document.text.endswith(prefix, 0, span.start) and draft.start in (None, span.start)
    ]
    if len(left) == 1:
        return left[0]
    places = ", ".join(
        f"{span.start} (line {document.text.count(chr(10), 0, span.start) + 1})"
        for span in islice(left or spans, _LISTED)
    )
    more = ", .." if len(left or spans) > _LISTED else ""
    if not left:
        raise InputError(
            f"the text does not stand there in {document.id}, but at {places}{more}",
            hint="`--start` is the offset of its first character, `--prefix` what is right before",
        )
    raise InputError(
        f"the text stands {len(left)} times in {document.id}: at {places}{more}",
        hint=f"choose one with `--start {left[0].start}` or with `--prefix` and what is before it",
    )


def _lines(path: Path) -> list[Line]:
    findings = Findings()
    lines = list(read_lines([path], findings))
    if findings.problems:
        raise LabelsError(findings.problems)
    return lines


def _free_id(question: Question, lines: Sequence[Line], path: Path) -> str:
    """The id the question gets. Raises InputError if the file has its id or its text already."""
    wanted = folded(question.text).text
    highest = 0
    for line in lines:
        name, text = line.value.get("id"), line.value.get("question")
        if question.id and name == question.id:
            raise InputError(
                f"`{path}` has a question with the id `{name}` already: line {line.place.line}",
                hint="leave `--id` out to get the next free one",
            )
        if isinstance(text, str) and folded(text.strip()).text == wanted:
            raise InputError(
                f"`{path}` has this question already: line {line.place.line}, id `{name}`",
                hint="add the passage to that line, or word the question differently",
            )
        numbered = re.fullmatch(r"q-([0-9]{1,9})", name) if isinstance(name, str) else None
        highest = max(highest, int(numbered[1]) if numbered else 0)
    return question.id or f"q-{highest + 1:04d}"
