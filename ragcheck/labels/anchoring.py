"""Finding labelled passages again after their documents changed.

A cascade, from certain to doubtful: the same slice, the same text elsewhere in the document, the
same text but for white space, quotes, dashes and Unicode composition, a similar text. Among several
places the one counts whose surroundings and position are most like those the label remembers; what
other labels of the document moved by says where to expect it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from ragcheck.documents import canonical
from ragcheck.labels.expecting import Expectation, Expected
from ragcheck.labels.locating import likeness, occurrences
from ragcheck.labels.marks import Mark
from ragcheck.labels.normalise import Normalised, simplified
from ragcheck.labels.similar import most_similar
from ragcheck.labels.twins import SHORTEST
from ragcheck.records import Document
from ragcheck.spans import Span

Outcome = Literal["same", "moved", "normalised", "edited", "review", "lost"]

#: A similar text at or above this ratio is taken for the edited passage.
EDITED = 0.90
#: Below this ratio nothing is taken for the passage; between the two a person must look.
REVIEW = 0.75

_COUNTED = 1000  # places compared, so that a text of one letter ends too


@dataclass(frozen=True, slots=True)
class Anchor:
    """Where a passage is now. `similarity` is 1 for the same text, 0 for a lost one.

    `same`: where the label says. `moved`: the same text elsewhere in the document, or in the file
    the document was renamed to. `normalised`: the same but for white space, quotes, dashes and
    Unicode composition. `edited`: at least 90% similar. `review`: 75 to 90% similar, or the same
    text in another document, or a short text with neither surroundings nor position in common:
    `span` is a proposal. `lost`: no span.
    """

    outcome: Outcome
    span: Span | None = None
    similarity: float = 0.0


LOST = Anchor("lost")


def anchor(marks: Sequence[Mark], documents: Sequence[Document]) -> tuple[Anchor, ...]:
    """Where each mark stands in the documents as they are now, in the order of `marks`.

    A mark without text can only be taken at its word: `same`, or `lost` past the document's end.
    """
    by_id = {document.id: document for document in documents}
    names = renamed(marks, documents)
    places: dict[str, list[int]] = defaultdict(list)
    for position, mark in enumerate(marks):
        places[names.get(mark.doc, mark.doc)].append(position)
    found = [LOST] * len(marks)
    for name, positions in places.items():
        if name in by_id:
            inside = _Inside(by_id[name])
            here = inside.anchor([marks[position] for position in positions])
            for position, anchored in zip(positions, here, strict=True):
                found[position] = anchored
    return tuple(
        _elsewhere(mark, documents) if anchored.outcome == "lost" else anchored
        for mark, anchored in zip(marks, found, strict=True)
    )


def renamed(marks: Iterable[Mark], documents: Sequence[Document]) -> dict[str, str]:
    """New names of documents that are gone, found by content.

    A document is taken for the gone one if it alone holds the most of its labels' texts, and at
    least half of them. Texts of fewer than 20 characters stand everywhere and say nothing.
    """
    ids = {document.id for document in documents}
    texts: dict[str, set[str]] = defaultdict(set)
    for mark in marks:
        text = canonical(mark.text)
        if mark.doc not in ids and len(text) >= SHORTEST:
            texts[mark.doc].add(text)
    names: dict[str, str] = {}
    for gone, wanted in texts.items():
        held = sorted(
            (
                (sum(text in document.text for text in wanted), document.id)
                for document in documents
            ),
            reverse=True,
        )
        runner_up = held[1][0] if len(held) > 1 else 0
        if held and held[0][0] > runner_up and held[0][0] * 2 >= len(wanted):
            names[gone] = held[0][1]
    return names


class _Inside:
    """The cascade inside one document."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._plain: Normalised | None = None

    def anchor(self, marks: Sequence[Mark]) -> list[Anchor]:
        """The anchor of each mark; long texts that stand in one place tell where others moved."""
        exact = [self._places(mark) for mark in marks]
        expectation = Expectation(
            (mark.offsets[0], places[0][0])
            for mark, places in zip(marks, exact, strict=True)
            if mark.offsets is not None and len(places) == 1 and len(mark.text) >= SHORTEST
        )
        return [
            self._one(mark, places, expectation.at(mark.offsets[0]) if mark.offsets else None)
            for mark, places in zip(marks, exact, strict=True)
        ]

    def _one(self, mark: Mark, exact: list[tuple[int, int]], expected: Expected | None) -> Anchor:
        text, name = self._document.text, self._document.id
        if mark.offsets is not None and (not mark.text or mark.offsets in exact):
            start, end = mark.offsets
            if end > len(text) or text[start:end].isspace():
                return LOST
            outcome: Outcome = "same" if name == mark.doc else "moved"
            return Anchor(outcome, Span(name, start, end), 1.0)
        if exact:
            (start, end), score = self._best(exact, mark, expected)
            known = bool(mark.prefix or mark.suffix) or expected is not None
            sure = not known or score > 0.25 or end - start >= SHORTEST
            outcome = "moved" if sure else "review"
            if mark.offsets is None and sure and name == mark.doc:
                outcome = "same"
            return Anchor(outcome, Span(name, start, end), 1.0)
        places = self._plain_places(mark)
        if places:
            (start, end), _ = self._best(places, mark, expected)
            return Anchor("normalised", Span(name, start, end), 1.0)
        return self._similar(mark, expected)

    def _places(self, mark: Mark) -> list[tuple[int, int]]:
        """Every place of exactly the mark's text."""
        text = canonical(mark.text)
        found = occurrences(self._document.text, text)
        return [(at, at + len(text)) for at in islice(found, _COUNTED)]

    def _plain_places(self, mark: Mark) -> list[tuple[int, int]]:
        """Every place of the mark's text with other white space, quotes, dashes, composition."""
        plain, needle = self._simplified(), simplified(canonical(mark.text)).text.strip()
        return [
            plain.original(at, at + len(needle))
            for at in islice(occurrences(plain.text, needle), _COUNTED)
            if plain.whole(at, at + len(needle))
        ]

    def _similar(self, mark: Mark, expected: Expected | None) -> Anchor:
        plain, needle = self._simplified(), simplified(canonical(mark.text)).text.strip()
        near = round(expected.start) if expected else None
        found = most_similar(needle, plain.text, near, lowest=REVIEW)
        if found is None:
            return LOST
        start, end = plain.original(found.start, found.end)
        outcome: Outcome = "edited" if found.ratio >= EDITED else "review"
        return Anchor(outcome, Span(self._document.id, start, end), found.ratio)

    def _simplified(self) -> Normalised:
        if self._plain is None:
            self._plain = simplified(self._document.text)
        return self._plain

    def _best(
        self, places: Sequence[tuple[int, int]], mark: Mark, expected: Expected | None
    ) -> tuple[tuple[int, int], float]:
        """The place most like the mark, the first of several, and its score from 0 to 2."""
        scores = [self._score(place, mark, expected) for place in places]
        best = max(scores)
        return places[scores.index(best)], best

    def _score(self, place: tuple[int, int], mark: Mark, expected: Expected | None) -> float:
        """Share of the surroundings that agree, plus closeness to where it is expected."""
        context = len(mark.prefix) + len(mark.suffix)
        agreed = likeness(self._document.text, *place, mark) / context if context else 0.0
        if expected is None:
            return agreed
        return agreed + expected.closeness(place[0])


def _elsewhere(mark: Mark, documents: Sequence[Document]) -> Anchor:
    """A lost text that stands in one place of all documents together: a proposal."""
    text = canonical(mark.text)
    if len(text) < SHORTEST:
        return LOST
    found = [
        Span(document.id, at, at + len(text))
        for document in documents
        for at in islice(occurrences(document.text, text), 2)
    ]
    return Anchor("review", found[0], 1.0) if len(found) == 1 else LOST
