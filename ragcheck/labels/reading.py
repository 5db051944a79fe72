"""Label files as questions, or every problem of all of them in one error."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from ragcheck.errors import LabelsError
from ragcheck.labels import fields
from ragcheck.labels.findings import Findings, Place
from ragcheck.labels.lines import Line, Object, kind, read_lines
from ragcheck.labels.locating import Locator
from ragcheck.labels.marks import Locate
from ragcheck.records import Document, Item, Json, Notice, Passage, Question

KEYS = ("id", "question", "passages", "unanswerable", "tags", "must_pass")
PASSAGE_KEYS = ("doc", "start", "end", "text", "prefix", "suffix", "weight")
_GROUP = "any_of"
_PASSAGES = 'write `"passages": [{"doc": "a.md", "text": ".."}]`, or `"unanswerable": true`'


def read_labels(
    paths: Sequence[Path], documents: Sequence[Document]
) -> tuple[tuple[Question, ...], tuple[Notice, ...]]:
    """The questions of label files in JSON Lines, in file order, and what to know about them.

    Notices: `unknown_key` (within two edits of a known key), `ambiguous_text` (a text without
    offsets stands more than once in its document), `repeated_passage` (in one question),
    `must_pass_unanswerable`. Keys of a question that ragcheck does not know are kept in `extra`;
    those of a passage have no place in the records. Twins are not looked for here.

    Raises LabelsError with every problem of all files, and InputError for a file that is missing,
    unreadable or empty.
    """
    findings = Findings()
    lines, locator = read_lines(paths, findings), Locator(documents)
    questions = parse_lines(lines, locator.span)
    if findings.problems:
        raise LabelsError(findings.problems, hint=_drifted(locator.drifted))
    return questions, tuple(findings.notices)


def _drifted(passages: int) -> str | None:
    """What to do where passages are not where their labels say: documents may have changed."""
    if not passages:
        return None
    count = "1 passage is" if passages == 1 else f"{passages} passages are"
    return (
        f"{count} not where the labels say; if the documents changed, `ragcheck labels check` shows"
        " where they are now and `ragcheck labels repair` writes it"
    )


def parse_lines(lines: Iterable[Line], locate: Locate) -> tuple[Question, ...]:
    """The questions of the lines that have no problem; `locate` finds each passage.

    Problems and notices go to the findings that the lines' places belong to.
    """
    first: dict[str, Place] = {}
    questions: list[Question] = []
    for line in lines:
        question = _question(line, locate)
        _once(line, first)
        if question is not None:
            questions.append(question)
    return tuple(questions)


def _once(line: Line, first: dict[str, Place]) -> None:
    """Says so if another line has the same id."""
    name = line.value.get("id")
    if not isinstance(name, str):
        return
    other = first.setdefault(name, line.place)
    if other is not line.place:
        (line.place / "id").problem(
            f"`{name}` is the id of {other.where}:{other.line} too", "give each question its own id"
        )


def _question(line: Line, locate: Locate) -> Question | None:
    """The question of a line, or None after saying what is wrong with it."""
    value, place = line.value, line.place
    before = len(place.findings.problems)
    extra = {key: entry for key, entry in value.items() if key not in KEYS}
    for key in extra:
        place.misspelt(key, KEYS)
    name = fields.string(value, "id", place, hint='give each question an id, such as "q-0001"')
    text = fields.string(value, "question", place)
    tags = fields.strings(value, "tags", place)
    must_pass = fields.flag(value, "must_pass", place)
    items = _items(value, place, locate)
    if len(place.findings.problems) > before or name is None or text is None:
        return None
    if must_pass and not items:
        place.notice(
            "must_pass_unanswerable", "must_pass has no effect on an unanswerable question"
        )
    return Question(name, text, items, tags, must_pass, extra)


def _items(value: Object, place: Place, locate: Locate) -> tuple[Item, ...]:
    unanswerable = fields.flag(value, "unanswerable", place)
    here = place / "passages"
    if unanswerable:
        if value.get("passages", []) != []:
            here.problem(
                "stand beside `unanswerable`", "an unanswerable question has none: remove one"
            )
        return ()
    entries = fields.entries(value, "passages", place, hint=_PASSAGES)
    if entries is None:
        return ()
    if not entries:
        here.problem("is empty", 'add a passage, or `"unanswerable": true`')
    items = [_item(entry, here / position, locate) for position, entry in enumerate(entries)]
    found = [item for item in items if item is not None]
    spans = [member.span for item in found for member in item.members]
    if len(set(spans)) < len(spans):
        here.notice("repeated_passage", "name the same place more than once; each counts")
    return tuple(found)


def _item(entry: Json, place: Place, locate: Locate) -> Item | None:
    if not isinstance(entry, dict):
        place.problem(f"is {kind(entry)}, not an object")
        return None
    if _GROUP not in entry:
        passage = _passage(entry, place, locate)
        return None if passage is None else Item((passage,))
    for key in entry:
        if key in PASSAGE_KEYS:
            (place / key).problem("stands beside `any_of`", "put it on the passages of the group")
    here = place / _GROUP
    members = fields.entries(entry, _GROUP, place)
    if members is not None and not members:
        here.problem("is empty", "a group needs at least one passage")
    read = [_member(member, here / at, locate) for at, member in enumerate(members or ())]
    found = tuple(passage for passage in read if passage is not None)
    return Item(found) if found else None


def _member(entry: Json, place: Place, locate: Locate) -> Passage | None:
    if not isinstance(entry, dict):
        place.problem(f"is {kind(entry)}, not an object")
        return None
    if _GROUP in entry:
        place.problem("is a group inside a group", "name all its passages in the outer group")
        return None
    return _passage(entry, place, locate)


def _passage(value: Object, place: Place, locate: Locate) -> Passage | None:
    for key in value:
        if key not in PASSAGE_KEYS:
            place.misspelt(key, (*PASSAGE_KEYS, _GROUP))
    weight = fields.weight(value, place)
    span = locate(value, place)
    return None if span is None else Passage(span, weight)
