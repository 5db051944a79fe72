"""Labels after their documents were edited: what is found again, what is misplaced, how fast.

`python -m benchmarks.anchoring [collection folder]`; without one it takes the shared set
`chroma_general` where that is beside the checkout. Each edit cuts a text into pieces that keep
their old offset or have none, so that where every character went is known, and with it which
anchors are right. Labels hold a passage's text and offsets or, as `ragcheck labels repair` leaves
them, 32 characters around it too. `held`: the old offsets still give the text. `gone`: the
beginning or end of the passage was deleted; `moved` of these are at another place of their text.
"""

from __future__ import annotations

import json
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from ragcheck.labels.anchoring import Anchor, anchor
from ragcheck.labels.marks import Mark
from ragcheck.labels.writing import CONTEXT
from ragcheck.records import Document

#: Pieces of a text after an edit, each with its old offset, or None where it is new.
Pieces = list[tuple[str, int | None]]
Edit = Callable[[str, random.Random], Pieces]
_DEFAULT = Path(__file__).parents[2] / "shared" / "data" / "chroma_general"
_PARAGRAPH = re.compile(r"[^\n]+|\n+")


def insert_lines(text: str, rnd: random.Random) -> Pieces:
    """A line after 10% of the paragraphs."""
    pieces: Pieces = []
    for match in _PARAGRAPH.finditer(text):
        pieces.append((match[0], match.start()))
        if match[0].strip() and rnd.random() < 0.1:
            pieces.append((f"\nA new line that nobody asked for, number {rnd.random()}.", None))
    return pieces


def delete_paragraphs(text: str, rnd: random.Random) -> Pieces:
    """Without 5% of the paragraphs."""
    return [
        (match[0], match.start())
        for match in _PARAGRAPH.finditer(text)
        if not match[0].strip() or rnd.random() >= 0.05
    ]


def normalise(text: str, rnd: random.Random) -> Pieces:
    """White space as one space or line end, typographic signs as plain ones."""
    signs = str.maketrans("’‘“”–—", "''\"\"--")
    return [
        (
            "\n" if "\n" in match[0] else " " if match[0].isspace() else match[0].translate(signs),
            match.start(),
        )
        for match in re.finditer(r"\s+|\S", text)
    ]


#: What each edit is called.
EDITS: dict[str, Edit] = {
    "a line after 10% of the paragraphs": insert_lines,
    "white space and quotes normalised": normalise,
    "5% of the paragraphs deleted": delete_paragraphs,
}


@dataclass(frozen=True, slots=True)
class Placed:
    """A passage after an edit: what anchoring says, and what is true.

    `where`: `right`; `gone` if its first or last character was deleted; `elsewhere`; `none` if it
    was not found although it is there.
    """

    mark: Mark
    anchor: Anchor
    where: str


@dataclass(frozen=True, slots=True)
class Result:
    """Every passage after one edit, the documents after it, and how long anchoring took."""

    placed: tuple[Placed, ...]
    texts: dict[str, str]
    seconds: float
    held: int

    @property
    def counts(self) -> Counter[tuple[str, str]]:
        """How often each (outcome, where) occurs."""
        return Counter((one.anchor.outcome, one.where) for one in self.placed)


def measure(folder: Path, edit: Edit, *, context: bool = False) -> Result:
    """Edit every document of a collection and look for all its passages."""
    old = {path.name: path.read_text("utf-8") for path in sorted((folder / "docs").iterdir())}
    marks = [_with_context(mark, old) if context else mark for mark in _marks(folder)]
    documents, went = [], {}
    for name, text in old.items():
        document, went[name] = _edited(name, text, edit)
        documents.append(document)
    began = time.perf_counter()
    found = anchor(marks, documents)
    seconds = time.perf_counter() - began
    texts = {document.id: document.text for document in documents}
    placed = tuple(
        Placed(mark, one, _where(mark, one, texts, went[mark.doc]))
        for mark, one in zip(marks, found, strict=True)
    )
    held = sum(mark.offsets is not None and _slice(mark, texts) == mark.text for mark in marks)
    return Result(placed, texts, seconds, held)


def _marks(folder: Path) -> Iterator[Mark]:
    for row in (folder / "questions.jsonl").read_text("utf-8").splitlines():
        for passage in json.loads(row)["passages"]:
            yield Mark(passage["doc"], passage["text"], (passage["start"], passage["end"]))


def _with_context(mark: Mark, texts: dict[str, str]) -> Mark:
    text, (start, end) = texts[mark.doc], mark.offsets or (0, 0)
    before, after = text[max(0, start - CONTEXT) : start], text[end : end + CONTEXT]
    return replace(mark, prefix=before, suffix=after)


def _edited(name: str, text: str, edit: Edit) -> tuple[Document, dict[int, int]]:
    """The document after the edit, and where each old position is now."""
    parts, at, moves = [], 0, {}
    for piece, start in edit(text, random.Random(name)):
        if start is not None:
            moves.update({start + i: at + i for i in range(len(piece))})
        parts.append(piece)
        at += len(piece)
    return Document(name, "".join(parts)), moves


def _where(mark: Mark, found: Anchor, texts: dict[str, str], went: dict[int, int]) -> str:
    start = (mark.offsets or (0, 0))[0]
    seen = [i for i, c in enumerate(mark.text) if not c.isspace()]
    ends = [went.get(start + i) for i in (seen[0], seen[-1])]
    if None in ends:
        return "gone"
    if found.span is None:
        return "none"
    span = found.span
    got = [i for i, c in enumerate(texts[span.document][span.start : span.end]) if not c.isspace()]
    here = [span.start + got[0], span.start + got[-1]]
    return "right" if here == ends and span.document == mark.doc else "elsewhere"


def _slice(mark: Mark, texts: dict[str, str]) -> str:
    start, end = mark.offsets or (0, 0)
    return texts[mark.doc][start:end]


def main() -> None:
    """Print, for every edit, how many labels held, were found, were misplaced, and the time."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else _DEFAULT
    if not folder.is_dir():
        sys.exit(f"{folder}: no such folder; name a collection with docs/ and questions.jsonl")
    heads = ("edit", "labels hold", "passages", "held", "found", "misplaced", "gone", "seconds")
    row = "{:<36}{:<19}{:>9}{:>6}{:>7}{:>11}{:>6}{:>9}  {}"
    print(row.format(*heads, "of what is gone"))
    for name, edit in EDITS.items():
        for what, context in (("text and offsets", False), ("surroundings too", True)):
            result = measure(folder, edit, context=context)
            gone = Counter(one.anchor.outcome for one in result.placed if one.where == "gone")
            fates = ", ".join(f"{number} {outcome}" for outcome, number in gone.most_common())
            misplaced = sum(one.where == "elsewhere" for one in result.placed)
            counts = (len(result.placed), result.held, _found(result), misplaced, gone.total())
            print(row.format(name, what, *counts, f"{result.seconds:.2f}", fates))


def _found(result: Result) -> int:
    """Passages that have a place, be it the right one or, misplaced, another one of their text."""
    return sum(one.where in ("right", "elsewhere") for one in result.placed)


if __name__ == "__main__":
    main()
