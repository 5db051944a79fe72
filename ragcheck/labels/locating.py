"""From what a label says about a passage to the span it means."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import islice

from rapidfuzz.distance import Postfix, Prefix

from ragcheck.documents import canonical
from ragcheck.labels.findings import Place
from ragcheck.labels.lines import Object
from ragcheck.labels.marks import Mark, read_mark
from ragcheck.labels.normalise import Normalised, folded
from ragcheck.records import Document
from ragcheck.spans import Span

_COUNTED = 1000  # occurrences looked at, so that a text of one letter ends too


class Locator:
    """Finds passages in documents; a problem or notice says what could not be found as written.

    `drifted` counts the passages with a text that is not where the label says: what a changed or
    renamed document looks like.
    """

    def __init__(self, documents: Sequence[Document]) -> None:
        self.drifted = 0
        self._documents = {document.id: document for document in documents}
        self._folded: dict[str, Normalised] = {}

    @cached_property
    def _ids(self) -> list[str]:
        return list(self._documents)

    def span(self, value: Object, place: Place) -> Span | None:
        """The span of a passage, or None after saying what is wrong with it.

        Offsets that agree with the text, where both are given; the place of the text where only
        that is given: of several places the one whose surroundings are most like `prefix` and
        `suffix`, then the first.
        """
        mark = read_mark(value, place)
        name = value.get("doc")
        document = self._documents.get(name) if isinstance(name, str) else None
        if document is None:
            if isinstance(name, str) and name.strip():
                message = f"there is no document `{plain(name)}`"
                (place / "doc").problem(message, alike(name, self._ids))
                self.drifted += mark is not None and bool(mark.text)
            return None
        if mark is None:
            return None
        if mark.offsets is not None:
            span = self._by_offsets(document, mark.offsets, mark.text, place)
        else:
            span = self._by_text(document, mark, place / "text")
        self.drifted += span is None and bool(mark.text)
        return span

    def _by_offsets(
        self, document: Document, offsets: tuple[int, int], text: str, place: Place
    ) -> Span | None:
        (start, end), size = offsets, len(document.text)
        if end > size:
            message = f"{end} is past the end of {document.id} ({size} characters)"
            hint = "offsets count Unicode characters, not bytes"
            more = f"; {self._moved(document, text, start)}" if text else ""
            (place / "end").problem(message, hint + more)
        elif text and document.text[start:end] not in readings(text):
            found = shown(document.text[start:end])
            message = f"is not what stands at {start} to {end} of {document.id}: `{found}`"
            (place / "text").problem(message, self._moved(document, text, start))
        elif document.text[start:end].isspace():
            message = f"{document.id} has only white space from {start} to {end}"
            place.problem(message, "a passage needs at least one visible character")
        else:
            return Span(document.id, start, end)
        return None

    def _by_text(self, document: Document, mark: Mark, place: Place) -> Span | None:
        text = mark.text
        for reading in readings(text):
            found = list(islice(occurrences(document.text, reading), _COUNTED))
            if not found:
                continue
            scores = [likeness(document.text, at, at + len(reading), mark) for at in found]
            best = max(scores)
            if scores.count(best) > 1:
                times = f"{len(found)} times" if len(found) < _COUNTED else "very often"
                place.notice(
                    "ambiguous_text",
                    f"stands {times} in {document.id}; the first is taken"
                    " (`prefix` and `suffix`, or offsets, choose another)",
                )
            at = found[scores.index(best)]
            return Span(document.id, at, at + len(reading))
        place.problem(f"is not in {document.id}: `{shown(text)}`", self._near(document, text))
        return None

    def _moved(self, document: Document, text: str, start: int) -> str:
        """Where the text really stands, and which other unit the offsets seem to count."""
        for reading in readings(text):
            found = list(islice(occurrences(document.text, reading), _COUNTED))
            if found:
                at = min(found, key=lambda at: abs(at - start))
                where = f"the text stands at {at} to {at + len(reading)}"
                unit = _unit(document.text[: found[0]], start)
                return f"{where}; offsets count characters, not {unit}" if unit else where
        return self._near(document, text)

    def _near(self, document: Document, text: str) -> str:
        """What is known about a text that is not in its document as written."""
        if document.id not in self._folded:
            self._folded[document.id] = folded(document.text)
        haystack, needle = self._folded[document.id], folded(text).text.strip()
        at = haystack.text.find(needle)
        if at < 0:
            return f"copy the text from {document.id}; has the document changed?"
        start, end = haystack.original(at, at + len(needle))
        return (
            f"with other white space or capitals it stands at {start} to {end}; copy it from there"
        )


def _unit(before: str, start: int) -> str | None:
    """What `start` counts if it is not characters, for a text that stands after `before`."""
    if len(before.encode("utf-8")) == start:
        return "bytes"
    return "UTF-16 units" if len(before.encode("utf-16-le")) == 2 * start else None


def readings(text: str) -> tuple[str, ...]:
    """What a label's text may mean: with LF line ends, or as canonical as a document's text."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return tuple(dict.fromkeys((lines, canonical(text))))


def occurrences(text: str, part: str) -> Iterator[int]:
    """Every position where `part` stands in `text`, overlapping ones too."""
    at = text.find(part) if part else -1
    while at >= 0:
        yield at
        at = text.find(part, at + 1)


def likeness(text: str, start: int, end: int, mark: Mark) -> int:
    """Characters next to `text[start:end]` that agree with the mark's prefix and suffix."""
    before = text[max(0, start - len(mark.prefix)) : start]
    after = text[end : end + len(mark.suffix)]
    return int(Postfix.similarity(before, mark.prefix) + Prefix.similarity(after, mark.suffix))


def shown(text: str) -> str:
    """At most 60 characters of a text, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= 60 else f"{line[:59]}…"


def alike(name: str, ids: Sequence[str]) -> str | None:
    """A hint for an unknown document: the ids most like its name, or how ids look."""
    near = difflib.get_close_matches(name, ids, n=3, cutoff=0.5)
    if near:
        return f"did you mean {' or '.join(f'`{plain(other)}`' for other in near)}?"
    if ids:
        return f"`doc` is a path below the documents' folder, such as `{plain(ids[0])}`"
    return None


def plain(name: str) -> str:
    """A document id for a message: characters that may look alike or not show are spelt out."""
    return name if name.isascii() and name.isprintable() else ascii(name)[1:-1]
