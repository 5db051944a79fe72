"""What a label says about a passage, before it is looked for in any document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from ragcheck.documents import canonical
from ragcheck.labels import fields
from ragcheck.labels.findings import Place
from ragcheck.labels.lines import Object
from ragcheck.spans import Span


@dataclass(frozen=True, slots=True)
class Mark:
    """A passage as its label remembers it: the document's id, offsets, text and surroundings.

    Either `text` is not empty or `offsets` (start, end) is not None. `prefix` and `suffix` are
    canonical; `text` is as written, since its line ends may be those of the file.
    """

    doc: str
    text: str = ""
    offsets: tuple[int, int] | None = None
    prefix: str = ""
    suffix: str = ""


class Locate(Protocol):
    """Finds the span of a passage, or says at its place why it cannot."""

    def __call__(self, value: Object, place: Place) -> Span | None:
        """The span of the passage `value`, or None after a problem was put on the list."""
        ...


def read_mark(value: Object, place: Place) -> Mark | None:
    """The mark of a passage, or None after saying which of its values cannot be used."""
    before = len(place.findings.problems)
    doc = fields.string(value, "doc", place)
    prefix = canonical(fields.context(value, "prefix", place))
    suffix = canonical(fields.context(value, "suffix", place))
    text = fields.string(value, "text", place) if "text" in value else ""
    offsets = None
    if "start" in value or "end" in value:
        start, end = fields.offset(value, "start", place), fields.offset(value, "end", place)
        if start is not None and end is not None:
            offsets = (start, end)
            if start >= end:
                (place / "start").problem(f"{start} is not before the end, {end}")
    elif "text" not in value:
        place.problem("has neither text nor offsets", "add `text`, or `start` and `end`")
    if doc is None or len(place.findings.problems) > before:
        return None
    return Mark(doc, text or "", offsets, prefix, suffix)
