"""Late chunking: a document is read once, and a chunk's vector is the mean of its tokens' vectors.

Where it comes from: Günther et al., "Late Chunking" (arXiv:2409.04701). A document longer than the
model reads is read in windows that overlap. A token's vector comes from the window in which it
stands most central. Sums of these vectors from the document's beginning then give the mean over any
span: one pass serves every chunking. The marks that the model puts around a text (and its prompt)
belong to the document's first and last token, so that a chunk that is a whole document of one
window has the vector that the model gives its text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from ragcheck.embedding.vectors import Positions, Tokens
from ragcheck.protocols import Embedder
from ragcheck.records import Floats
from ragcheck.spans import Ints

Doubles = npt.NDArray[np.float64]

#: What vectors depend on beside the model: raised when windows or their weights change.
LAYOUT = 1
#: How much of a window passes before the next begins: 190 of 254 word pieces.
STRIDE = 3 / 4
#: Most tokens in a window, for models that know no limit or a larger one.
_LONGEST = 1 << 13


@runtime_checkable
class DocumentEmbedder(Embedder, Protocol):
    """An embedder that can read chunks in their documents, if it is told to."""

    @property
    def late(self) -> bool:
        """Whether it is told to."""
        ...

    def stream_spans(
        self, texts: Sequence[str], spans: Sequence[Ints]
    ) -> Iterator[tuple[int, Floats]]:
        """Each document's number and vectors, float32[len(spans), d], as they are made.

        `spans` are int64[n, 2] for each of `texts`: where chunks start and end, in characters.
        """
        ...


@dataclass(frozen=True, slots=True)
class Whole:
    """All that a model would read of a text, were it short enough: `lead`, tokens, `tail`.

    `lead` and `tail` count the marks before and after; a prompt stands in `lead`. `start` and `end`
    are those of the other tokens in the text, int64.
    """

    ids: Tokens
    lead: int
    tail: int
    start: Ints
    end: Ints

    @property
    def length(self) -> int:
        """Tokens of the text itself."""
        return len(self.end)


@dataclass(frozen=True, slots=True, eq=False)
class Window:
    """What is read at once: `ids`, of which the rows `first` to `last` give tokens their vectors.

    They are the next such rows of their `document`, which `ends` here or not.
    """

    document: int
    ids: Tokens
    first: int
    last: int
    ends: bool


def windows(document: int, whole: Whole, longest: int | None) -> Iterator[Window]:
    """The windows of a document, each with the marks of a text; at least one.

    Rows of the marks count in the first and in the last window only.
    """
    marks = whole.lead + whole.tail
    size = max(1, min(longest or _LONGEST, _LONGEST) - marks)
    stride = max(1, int(size * STRIDE))
    lead, tail = whole.ids[: whole.lead], whole.ids[len(whole.ids) - whole.tail :]
    own = whole.ids[whole.lead : len(whole.ids) - whole.tail]
    begin = 0
    for start in range(0, max(1, whole.length), stride):
        end = min(start + size, whole.length)
        last = end == whole.length
        stop = end if last else (end + start + stride) // 2
        ids = np.concatenate([lead, own[start:end], tail])
        first_row = 0 if start == 0 else whole.lead + begin - start
        last_row = len(ids) if last else whole.lead + stop - start
        yield Window(document, ids, first_row, last_row, last)
        begin = stop
        if last:
            return


def places(whole: Whole, spans: Ints) -> Positions:
    """The rows of a document, from the first to beyond the last, of each span: [n, 2].

    A token belongs to the span that holds its last character; a span inside a token has that token.
    Equal where a span holds nothing that is read, such as white space.
    """
    begin, end = spans[:, 0], spans[:, 1]
    first = np.searchsorted(whole.end, begin, side="right")
    beyond = np.searchsorted(whole.end, end, side="right")
    inside = np.minimum(first, max(0, whole.length - 1))
    if whole.length:
        split = (first == beyond) & (first < whole.length) & (whole.start[inside] < end)
        beyond = np.where(split, first + 1, beyond)
    low = np.where(first == 0, 0, whole.lead + first)
    high = np.where(
        beyond == whole.length, whole.lead + whole.length + whole.tail, whole.lead + beyond
    )
    return np.stack([low, np.where(first == beyond, low, high)], axis=1).astype(np.intp)


class Sums:
    """Sums of a document's rows up to the places asked for, taken as the rows come: float64."""

    def __init__(self, places: Positions) -> None:
        self._places = places
        self._at, where = np.unique(places, return_inverse=True)
        self._where = where.reshape(places.shape)
        self._sums: list[Doubles] = []
        self._rows = 0
        self._total: Doubles | None = None

    def add(self, rows: Floats) -> None:
        """The next rows, float32[n, d]."""
        sums = np.cumsum(rows, axis=0, dtype=np.float64)
        if self._total is None:
            self._total = np.zeros(rows.shape[1])
            self._sums.append(self._total[None][: int((self._at == 0).sum())])
        asked = self._at[(self._at > self._rows) & (self._at <= self._rows + len(rows))]
        self._sums.append(self._total + sums[asked - self._rows - 1])
        self._total = self._total + sums[-1]
        self._rows += len(rows)

    def vectors(self) -> Floats:
        """float32[spans, d]: means of length 1; zero for a span that holds nothing."""
        sums = np.concatenate(self._sums)
        found = sums[self._where[:, 1]] - sums[self._where[:, 0]]
        # The mean's direction is the sum's.
        length = np.linalg.norm(found, axis=1, keepdims=True)
        np.divide(found, length, out=found, where=length > 0)
        return found.astype(np.float32)
