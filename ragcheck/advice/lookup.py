"""What a person has to go through: labels to add, documents that repeat, text in no chunk."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import combinations

from rapidfuzz import fuzz

from ragcheck.advice.evidence import Evidence, Row
from ragcheck.advice.records import Change
from ragcheck.likeness import near_copies
from ragcheck.run_json import dump

#: Lines of details.
LINES = 5


def twins(known: Evidence, rows: Sequence[Row]) -> Change:
    """The labels that lack a place where the same is said."""
    more = (
        " Or let every verbatim copy count: `--twins on`."
        if not known.folder.run.plan.twins
        else ""
    )
    return Change(
        "labels that accept the other place",
        "Retrieved chunks elsewhere say the same, so nothing may be wrong with this system. Read "
        "each: where the other place answers too, make the passage an `any_of` with it."
        f"{more}",
        details=_first([_twin(known, row) for row in rows if row["twin"] is not None]),
    )


def _twin(known: Evidence, row: Row) -> str:
    """A question and the place to add to its label, as a member of `any_of`."""
    number, start, end = known.place(row["twin"])
    document, text = known.asked.documents[number], known.text(number, start, end)
    passage = known.text(row["document"], row["start"], row["end"])
    member: dict[str, object] = {"doc": document.id}
    found = fuzz.partial_ratio_alignment(passage, text) if text and passage else None
    if found is not None and len(passage) <= len(text):
        first, last = _words(text, found.dest_start, found.dest_end)
        start, end = start + first, start + last
        member["text"] = text[first:last]
    return f"{row['question']} passages[{row['item']}]: " + dump(
        {**member, "start": start, "end": end}
    )


def _words(text: str, start: int, end: int) -> tuple[int, int]:
    """The same stretch of text without half words at its ends."""
    while start and text[start - 1].isalnum() and text[start].isalnum():
        start -= 1
    while end < len(text) and text[end].isalnum() and text[end - 1].isalnum():
        end += 1
    return start, end


def duplicates(known: Evidence, rows: Sequence[Row]) -> Change:
    """The documents whose chunks nearly repeat each other."""
    pairs: Counter[tuple[str, str]] = Counter()
    for row in rows:
        pairs.update(_repeating(known, row["question"]))
    return Change(
        "one copy of documents that repeat each other",
        "Near copies took the places. No setting cures that: keep one version of these documents, "
        "or let what answers skip repetitions.",
        details=_first([f"{a} and {b}: {n} questions" for (a, b), n in pairs.most_common()]),
    )


def _repeating(known: Evidence, question: str) -> Iterable[tuple[str, str]]:
    """Documents of shown chunks that nearly repeat each other, each pair once."""
    places = [known.place(chunk) for chunk in known.shown(question)]
    words = [re.findall(r"\w+", known.text(*place).casefold()) for place in places]
    found = set()
    for (a, mine), (b, other) in combinations(zip(places, words, strict=True), 2):
        overlap = a[0] == b[0] and a[1] < b[2] and b[1] < a[2]
        if not overlap and near_copies(mine, other):
            first, second = sorted((known.asked.documents[a[0]].id, known.asked.documents[b[0]].id))
            found.add((first, second))
    return found


def gaps(known: Evidence, rows: Sequence[Row]) -> Change:
    """The chunker that loses text, and where."""
    lost = Counter(known.asked.documents[row["document"]].id for row in rows)
    name = known.chunker["name"]
    return Change(
        f"a chunker that loses no text, instead of `{name}`",
        f"`{name}` leaves text of these documents in no chunk, so nothing can retrieve it.",
        details=_first([f"{id}: {n} passages" for id, n in lost.most_common()]),
    )


def _first(lines: Sequence[str]) -> tuple[str, ...]:
    more = len(lines) - LINES
    return (*lines[:LINES], *((f"and {more:,} more",) if more > 0 else ()))
