"""Stretches of a document to put in the place of chunks (METRICS, section 6)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ragcheck.diagnosis.case import Case
from ragcheck.diagnosis.missed import Miss
from ragcheck.diagnosis.showing import Extent, Showing
from ragcheck.spans import Ints

#: Tokens that an oracle stays below what the embedder reads: where its own pieces are longer.
_SPARE = 4
#: Of the chunks that are not read whole, the share that is read less than the limit assumes.
_DECILE = 0.1
#: Share of what the embedder is known to read in which the passage must end: at the end of a
#: document nothing is left after it, and texts differ in how many tokens are read.
_SURE = 0.85

#: A stretch of tokens of all documents end to end: first and end.
Run = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of text that wants to be injected in a window of `wanted` tokens.

    `start`..`end` are characters of all documents end to end. `host` is the chunk whose prefix the
    window gets, -1 for none.
    """

    document: int
    start: int
    end: int
    wanted: int
    host: int


class Windows:
    """Windows over the documents of a case, counted in tokens of all documents end to end."""

    def __init__(self, case: Case, showing: Showing) -> None:
        self._case = case
        self._showing = showing
        self._tokens = case.corpus.tokens
        self._offset = case.corpus.text.offset
        self.limit = self._limit()

    def affordable(self, extent: Extent) -> bool:
        """Whether a text costs no more than a context of so many chunks usually does.

        K chunks cost K times the chunker's size, or K times the mean chunk where it has none. Equal
        k is not equal context: a passage longer than that is shown by no chunk to speak of.
        """
        cut, chunks = self._showing.cut, self._case.chunks
        if cut.unit == "t":
            return True  # the budget itself says so
        usual = self._case.size or (float(chunks.tokens.mean()) if len(chunks) else 0.0)
        cost = extent.prefix + int(self._tokens.count(extent.start, extent.end))
        return cost <= cut.value * usual

    def prefixed(self, passage: Passage, extent: Extent) -> str:
        """The text of a passage's window, after the prefix of its host."""
        chunks, host = self._case.chunks, passage.host
        prefix: str = chunks.prefixes[chunks.prefix[host]] if host >= 0 else ""
        return prefix + self.text(passage.document, extent)

    def text(self, document: int, extent: Extent) -> str:
        """What stands there, without prefix."""
        begin = int(self._offset[document])
        text = self._case.collection.documents[document].text
        return text[extent.start - begin : extent.end - begin]

    def around(self, passage: Passage, lead: float = 0.5) -> Extent:
        """The window to inject for a passage, with the share `lead` of what it adds before it.

        It is shifted to stay in its document, and is the passage itself where that is as long. At
        the end of a document it may be shorter, so that the passage is read for sure. Its ends lie
        between tokens, except where the passage's lie inside of one.
        """
        prefix = self.prefix_tokens(passage.host)
        run = self.run(passage.start, passage.end)
        more = passage.wanted - (run[1] - run[0])
        if more <= 0:
            return Extent(passage.start, passage.end, prefix)
        low, high = self.document(passage.document)
        wanted, before = passage.wanted, int(lead * more)
        first = max(low, min(run[0] - before, high - wanted))
        last = max(min(first + wanted, high), run[1])
        if self.limit is not None:
            first = max(first, run[1] - int(_SURE * (self.limit - prefix)))
        begin, stop = self.characters(passage.document, (min(first, run[0]), last))
        return Extent(min(begin, passage.start), max(stop, passage.end), prefix)

    def clipped(self, miss: Miss) -> Passage:
        """A missed passage that wants a window as long as a chunk, with its host's prefix.

        The window's tokens with those of the prefix are the chunker's size, or the host's where
        there is none, but no more than the embedder reads.
        """
        wanted = self._size(miss.host) - self.prefix_tokens(miss.host)
        return Passage(miss.document, miss.start, miss.end, wanted, miss.host)

    def tight(self, miss: Miss) -> Passage:
        """A missed passage that stands alone."""
        return Passage(miss.document, miss.start, miss.end, 0, -1)

    def run(self, start: int, end: int) -> Run:
        """The tokens that start in a stretch of characters, at least the one that ends it."""
        first = int(self._tokens.count(0, start))
        return first, max(first + int(self._tokens.count(start, end)), first + 1)

    def document(self, document: int) -> Run:
        """The tokens of a document."""
        first, end = self._offset[document], self._offset[document + 1] - 1
        before = int(self._tokens.count(0, first))
        return before, before + int(self._tokens.count(first, end))

    def characters(self, document: int, run: Run) -> tuple[int, int]:
        """Where a run of a document's tokens stands; its end is the document's after the last."""
        low, high = self.document(document)
        start, end = int(self._offset[document]), int(self._offset[document + 1]) - 1
        if run[0] > low:
            start = int(self._tokens.starts[run[0]])
        if run[1] < high:
            end = int(self._tokens.starts[run[1]])
        return start, end

    def prefix_tokens(self, chunk: int) -> int:
        """Tokens of a chunk's prefix, 0 for no chunk."""
        if chunk < 0:
            return 0
        start, end = self._showing.start[chunk], self._showing.end[chunk]
        return int(self._case.chunks.tokens[chunk] - self._tokens.count(start, end))

    def _size(self, host: int) -> int:
        size = self._case.size
        if size is None:
            tokens = self._case.chunks.tokens
            usual = np.median(tokens) if len(tokens) else 0
            size = int(tokens[host] if host >= 0 else usual)
        return size if self.limit is None else min(size, self.limit)

    def _limit(self) -> int | None:
        """Tokens that the embedder is known to read, None without an embedder.

        Where it reads every chunk whole that is the longest chunk: what it would do with a longer
        text is not known.
        """
        read = self._case.read
        if read is None:
            return None
        chunks, showing = self._case.chunks, self._showing
        cut: Ints = np.flatnonzero(read < chunks.end)
        if not len(cut):
            return int(chunks.tokens.max(initial=1))
        stop = showing.start[cut] + (read[cut] - chunks.start[cut])
        counts = chunks.tokens[cut] - self._tokens.count(stop, showing.end[cut])
        least = int(np.quantile(counts, _DECILE, method="lower"))
        return max(least - _SPARE, 1)
