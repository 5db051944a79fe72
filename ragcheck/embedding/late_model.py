"""A model that reads documents window by window, and checks first that it pools by mean."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ragcheck.embedding.agreement import DOCUMENTS, TOLERANCE
from ragcheck.embedding.feeding import Feed, Runtime
from ragcheck.embedding.late import Sums, Window, places, windows
from ragcheck.embedding.vectors import Positions
from ragcheck.errors import ComponentError
from ragcheck.records import Floats
from ragcheck.spans import Ints

#: Token vectors held at once, for whatever document: 48 MiB of 384 float32.
_HELD = 1 << 15
#: Largest difference from the model's own vectors where it computes in bfloat16: what it rounds
#: twice. Vectors of another pooling are ten times as far.
_ROUNDED = 0.02
_TRIED = 6


@dataclass(frozen=True, slots=True)
class LateReader:
    """What feeds a model, what computes it, its document prompt, and tokens computed at once."""

    feed: Feed
    runtime: Runtime
    prompt: str
    budget: int

    def stream(self, texts: Sequence[str], spans: Sequence[Ints]) -> Iterator[tuple[int, Floats]]:
        """Each document's number and the vectors of its spans, in order.

        See `DocumentEmbedder.stream_spans`. However long a document, a few windows are held.
        """
        sums: dict[int, Sums] = {}
        for window, rows in self._read(self._windows(texts, spans, sums)):
            sums[window.document].add(rows)
            if window.ends:
                yield window.document, sums.pop(window.document).vectors()

    def check(self, model: str, precision: str) -> None:
        """Raise ComponentError unless the model's own vectors are means of its token vectors."""
        texts = [self.prompt + text for text in DOCUMENTS[:_TRIED]]
        tokens = self.feed.tokens(texts)
        own = _ordered(self.feed.vectors(self.runtime, tokens, self.budget))
        rows = _ordered(self.feed.states(self.runtime, tokens, self.budget))
        means = np.array([one.mean(axis=0, dtype=np.float64) for one in rows])
        means /= np.linalg.norm(means, axis=1, keepdims=True)
        if np.abs(means - np.array(own)).max() > (TOLERANCE if precision == "f32" else _ROUNDED):
            raise ComponentError(
                f"mode=late needs a model that pools by mean, and `{model}` does not",
                hint="leave `mode` out, or name a model that does, such as all-MiniLM-L6-v2",
            )

    def _windows(
        self, texts: Sequence[str], spans: Sequence[Ints], sums: dict[int, Sums]
    ) -> Iterator[Window]:
        """The windows of all documents in order; each document's sums are begun on the way."""
        for number, (text, wanted) in enumerate(zip(texts, spans, strict=True)):
            whole = self.feed.whole(text, self.prompt)
            sums[number] = Sums(places(whole, wanted))
            yield from windows(number, whole, self.feed.longest)

    def _read(self, given: Iterable[Window]) -> Iterator[tuple[Window, Floats]]:
        """Every window with the rows that count, in order."""
        block: list[Window] = []
        held = 0
        for window in given:
            if block and held + len(window.ids) > _HELD:
                yield from self._block(block)
                block, held = [], 0
            block.append(window)
            held += len(window.ids)
        yield from self._block(block)

    def _block(self, block: Sequence[Window]) -> Iterator[tuple[Window, Floats]]:
        tokens = [window.ids for window in block]
        states = _ordered(self.feed.states(self.runtime, tokens, self.budget))
        for window, rows in zip(block, states, strict=True):
            yield window, rows[window.first : window.last]


def _ordered(made: Iterable[tuple[Positions, Sequence[Floats] | Floats]]) -> list[Floats]:
    """Rows by their positions, which are all from 0 on."""
    found = {p: row for part, rows in made for p, row in zip(part.tolist(), rows, strict=True)}
    return [found[position] for position in range(len(found))]
