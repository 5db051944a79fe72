"""Stretches of a document to put in the place of chunks (METRICS, section 6)."""

from __future__ import annotations

import numpy as np

from ragcheck.diagnosis.case import Case
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

    def text(self, document: int, extent: Extent) -> str:
        """What stands there, without prefix."""
        begin = int(self._offset[document])
        text = self._case.collection.documents[document].text
        return text[extent.start - begin : extent.end - begin]

    def tight(self, start: int, end: int) -> Extent:
        """A passage alone."""
        return Extent(start, end, 0)

    def clipped(self, document: int, start: int, end: int, host: int) -> Extent:
        """A window of the usual size centred on a passage, shifted to stay in its document.

        Its tokens with those of the prefix of the chunk `host` (-1: none) are the chunker's size,
        or the host's where there is none, but no more than the embedder reads; a longer passage is
        its own window. At the end of a document it may be shorter, so that the passage is read for
        sure. Ends lie between tokens, except where the passage's lie inside of one.
        """
        prefix = self.prefix_tokens(host)
        run = self.run(start, end)
        low, high = self.document(document)
        wanted = max(self._size(host) - prefix, run[1] - run[0])
        first = max(low, min(run[0] - (wanted - (run[1] - run[0])) // 2, high - wanted))
        last = max(min(first + wanted, high), run[1])
        if self.limit is not None:
            first = max(first, run[1] - int(_SURE * (self.limit - prefix)))
        first = min(first, run[0])
        begin, stop = self.characters(document, (first, last))
        return Extent(min(begin, start), max(stop, end), prefix)

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

    def prefix(self, chunk: int) -> str:
        """What stands before a chunk, nothing for no chunk."""
        chunks = self._case.chunks
        return chunks.prefixes[chunks.prefix[chunk]] if chunk >= 0 else ""

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
