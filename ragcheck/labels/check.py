"""Which labels no longer fit their documents, and where their passages are now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ragcheck.errors import LabelsError
from ragcheck.labels.anchoring import Anchor, anchor, renamed
from ragcheck.labels.findings import Findings, Place
from ragcheck.labels.lines import Line, Object, file_names, read_lines
from ragcheck.labels.locating import alike, plain, shown
from ragcheck.labels.marks import Mark, read_mark
from ragcheck.labels.reading import parse_lines
from ragcheck.records import Document
from ragcheck.spans import Span

#: Outcomes that nothing but a person can settle.
OPEN = ("review", "lost")


@dataclass(frozen=True, slots=True)
class Checked:
    """One passage of a label file: where it stands in the file, what it says, where it is now."""

    where: str
    line: int
    key: str
    mark: Mark
    anchor: Anchor

    def __str__(self) -> str:
        """One line for a person: place, outcome, text, and where it is now."""
        text = shown(self.mark.text) or "(no text)"
        place = f"{self.where}:{self.line} {self.key}: {self.anchor.outcome}"
        span = self.anchor.span
        if span is None:
            return f"{place} `{text}` in {self.mark.doc}"
        alike = "" if self.anchor.similarity == 1 else f", {self.anchor.similarity:.0%} alike"
        return f"{place} `{text}` -> {span.document} {span.start} to {span.end}{alike}"


@dataclass(frozen=True, slots=True)
class Limits:
    """Largest shares of passages, 0 to 1: that drifted at all, and that a person must look at.

    The defaults are what a sweep accepts.
    """

    drift: float = 0.0
    open: float = 0.0


@dataclass(frozen=True, slots=True)
class Drift:
    """Every passage of the label files, in their order."""

    passages: tuple[Checked, ...]

    @property
    def counts(self) -> dict[str, int]:
        """Number of passages by outcome; outcomes that do not occur are left out."""
        return dict(Counter(passage.anchor.outcome for passage in self.passages))

    @property
    def drifted(self) -> tuple[Checked, ...]:
        """Passages that are not where their label says: every outcome but `same`."""
        return tuple(p for p in self.passages if p.anchor.outcome != "same")

    @property
    def open(self) -> tuple[Checked, ...]:
        """Passages that a person must look at: `review` and `lost`."""
        return tuple(p for p in self.passages if p.anchor.outcome in OPEN)

    @property
    def renamed(self) -> dict[str, str]:
        """New names of documents that were found under another name by their content."""
        spans = {p.mark.doc: p.anchor.span for p in self.passages if p.anchor.outcome == "moved"}
        return {
            old: span.document
            for old, span in spans.items()
            if span is not None and span.document != old
        }

    @property
    def unverified(self) -> int:
        """Passages with offsets only: whether their document changed under them cannot be seen."""
        return sum(not passage.mark.text for passage in self.passages)

    def beyond(self, limits: Limits) -> tuple[str, ...]:
        """In words, each limit that is exceeded; empty where the labels can be used."""
        total, found = max(len(self.passages), 1), []
        for what, passages, limit in (
            ("drifted", self.drifted, limits.drift),
            ("need a person", self.open, limits.open),
        ):
            if len(passages) > limit * total:
                count = f"{len(passages)} of {len(self.passages)} passages"
                found.append(f"{count} {what} ({len(passages) / total:.1%}), allowed {limit:.1%}")
        return tuple(found)


def check_labels(paths: Sequence[Path], documents: Sequence[Document]) -> Drift:
    """Finds every passage of the label files in the documents as they are now.

    Drift is no error here. Raises LabelsError with every other problem of the files, and InputError
    as `read_labels` does.
    """
    return Drift(tuple(passage for _, _, passage in examine(paths, documents)))


def examine(
    paths: Sequence[Path], documents: Sequence[Document]
) -> list[tuple[Line, Object, Checked]]:
    """Every passage with its line and, inside that line's value, the object that describes it."""
    findings, recorder = Findings(), _Recorder()
    by_place: dict[tuple[str, int], Line] = {}

    def lines() -> Iterator[Line]:
        for line in read_lines(paths, findings):
            by_place[line.place.where, line.place.line] = line
            yield line

    parse_lines(lines(), recorder)
    if findings.problems:
        _say_missing_documents(recorder, documents)
        files = file_names(paths)
        raise LabelsError(sorted(findings.problems, key=lambda p: (files.index(p.where), p.line)))
    anchors = anchor([mark for _, _, mark in recorder.found], documents)
    return [
        (
            by_place[place.where, place.line],
            value,
            Checked(place.where, place.line, place.key, mark, anchored),
        )
        for (value, place, mark), anchored in zip(recorder.found, anchors, strict=True)
    ]


def _say_missing_documents(recorder: _Recorder, documents: Sequence[Document]) -> None:
    """Puts names that no document has, nor was renamed from, beside the other problems.

    Alone, they are drift, which is listed passage by passage.
    """
    ids = [document.id for document in documents]
    known = {*ids, *renamed([mark for _, _, mark in recorder.found], documents)}
    for place, name in recorder.named:
        if name not in known:
            (place / "doc").problem(f"there is no document `{plain(name)}`", alike(name, ids))


class _Recorder:
    """Takes every passage at its word, so that only problems other than drift are found."""

    def __init__(self) -> None:
        self.found: list[tuple[Object, Place, Mark]] = []
        self.named: list[tuple[Place, str]] = []

    def __call__(self, value: Object, place: Place) -> Span | None:
        """A span unlike all others, since where the passage stands is not known yet."""
        name, mark = value.get("doc"), read_mark(value, place)
        if isinstance(name, str) and name.strip():
            self.named.append((place, name))
        if mark is None:
            return None
        self.found.append((value, place, mark))
        return Span(mark.doc, len(self.found), len(self.found) + 1)
