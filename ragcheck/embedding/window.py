"""What an embedder really reads of a text, found by probing, whatever its settings claim.

Embedders cut long texts silently. `Window.read` says where, for any embedder that reads a text from
its beginning (METRICS, section 6). To probe every text would cost more than to embed it. Few are
probed: those that are the longest by any ruler, and some that seem cut. The rulers (the model's own
pieces, words, characters, parts of words) by which reading stopped at one count in all of them then
tell where it stops in the others; where these leave a doubt or disagree, the text is probed too. If
no ruler fits, the one by which the probed texts differ least gives an estimate for the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np

from ragcheck.embedding.probing import Prober, steps
from ragcheck.embedding.rulers import Limit, Ruler, bracket, characters, parts, words
from ragcheck.embedding.vectors import PieceEmbedder
from ragcheck.protocols import Embedder
from ragcheck.records import Floats
from ragcheck.spans import Ints

#: Texts surveyed together; what one such block teaches serves the next.
_BLOCK = 2048
#: Texts probed although a ruler fits: until so many are known, and in every block.
_WITNESSES, _AGAIN = 8, 2
#: Most texts probed at once; at first fewer, because each lets the rulers guess better.
_MOST = 256
#: Where no ruler fits: texts probed that make an estimate, and what is safe until then: texts so
#: much shorter, by every ruler, than the least that was read.
_ENOUGH, _SAFE = 16, 2


class Window:
    """How much of texts an embedder reads; what one call learns serves the next.

    `vectors` gives the vectors of whole texts where they are known; else the embedder makes them.
    `asked` counts the texts that were embedded only to find out what is read.
    """

    def __init__(
        self, embedder: Embedder, vectors: Callable[[Sequence[str]], Floats] | None = None
    ) -> None:
        self._prober = Prober(embedder)
        self._vectors = vectors or (lambda texts: embedder.embed(texts, kind="document"))
        own = [Ruler(embedder.pieces)] if isinstance(embedder, PieceEmbedder) else []
        self._rulers = [*own, *map(Ruler, (words, characters, parts))]

    @property
    def asked(self) -> int:
        """Texts embedded so far only to find out what is read."""
        return self._prober.asked

    def read(self, texts: Sequence[str]) -> Ints:
        """int64[n]: how many characters of each text its vector can depend on.

        That is up to the end of the last word of which anything is read; of a text that is read to
        its last word, its length. Raises ComponentError if the embedder fails.
        """
        blocks = [texts[start : start + _BLOCK] for start in range(0, len(texts), _BLOCK)]
        return np.concatenate([np.zeros(0, np.int64), *map(self._survey, blocks)])

    def _survey(self, texts: Sequence[str]) -> Ints:
        survey = _Survey(self._prober, self._rulers, texts)
        survey.probe(survey.longest(), self._vectors)
        survey.probe(_spaced(survey.risky(), survey.witnesses), self._vectors)
        while doubtful := [p for p in survey.risky() if survey.doubtful(p)]:
            survey.probe(_spaced(doubtful, survey.atonce), self._vectors)
        return survey.characters()


class _Survey:
    """One block of texts, by position; `_last` holds the last step read of those probed."""

    def __init__(self, prober: Prober, rulers: Sequence[Ruler], texts: Sequence[str]) -> None:
        self._prober = prober
        self._rulers = rulers
        self._texts = texts
        self._steps = [steps(text) for text in texts]
        self._ends = [ruler.ends(texts) for ruler in rulers]
        counts = [[len(ends) for ends in own] for own in self._ends]
        self._counts = np.array(counts, np.int64).reshape(len(rulers), len(texts))
        # Blank texts and single words have no end that could be unread.
        self._last = {p: len(ends) - 1 for p, ends in enumerate(self._steps) if len(ends) < 2}

    def longest(self) -> list[int]:
        """The longest text by each ruler, and in bytes: were any text cut, one of these would."""
        size = [len(text.encode("utf-8", "surrogatepass")) for text in self._texts]
        return sorted({int(np.argmax(row)) for row in (*self._counts, np.array(size))})

    def risky(self) -> list[int]:
        """Texts not probed that are cut if any ruler in force is right."""
        limits = self._in_force()
        if not limits:
            limits = {n: (ruler.least // _SAFE, 0) for n, ruler in enumerate(self._rulers)}
        cut = np.any([self._counts[n] > low for n, (low, _) in limits.items()], axis=0)
        return [int(p) for p in np.flatnonzero(cut) if int(p) not in self._last]

    @property
    def witnesses(self) -> int:
        """How many texts that seem cut shall be probed whatever the rulers say."""
        return max(_WITNESSES - self._rulers[0].seen, _AGAIN)

    @property
    def atonce(self) -> int:
        """How many texts to probe at once: as many as are known."""
        return min(max(1, self._rulers[0].seen), _MOST)

    def doubtful(self, position: int) -> bool:
        """Whether the rulers leave open where reading stops."""
        low, high = self._bracket(position)
        return low < high

    def probe(self, positions: Sequence[int], vectors: Callable[[Sequence[str]], Floats]) -> None:
        """Find the last step read of each text, a few at first, and let the rulers learn it."""
        fresh = [p for p in positions if p not in self._last]
        while fresh:
            batch, fresh = fresh[: self.atonce], fresh[self.atonce :]
            known = vectors([self._texts[p] for p in batch])
            for position, last in zip(batch, self._bisect(batch, known), strict=True):
                self._last[position] = last
                for ruler, ends in zip(self._rulers, self._ends, strict=True):
                    ruler.learn(ends[position], self._steps[position], last)

    def characters(self) -> Ints:
        """int64[n]: how much is read of each text, by its probes or else by the rulers."""
        read = np.array([len(text) for text in self._texts], np.int64)
        last = {**{p: self._bracket(p)[0] for p in self.risky()}, **self._last}
        for position, step in last.items():
            if step < len(self._steps[position]) - 1:
                read[position] = self._steps[position][step]
        return read

    def _in_force(self) -> dict[int, Limit]:
        """Limits by number of ruler: of those that fit, else an estimate, if there can be one."""
        fitting = {n: ruler.limit for n, ruler in enumerate(self._rulers) if ruler.limit}
        if fitting or self._rulers[0].seen < _ENOUGH:
            return fitting
        estimates = [(*ruler.estimate(), n) for n, ruler in enumerate(self._rulers)]
        _, limit, nearest = min(estimates, key=lambda one: one[0])
        return {nearest: limit}

    def _bracket(self, position: int) -> tuple[int, int]:
        """The first and the last step at which any ruler in force lets reading stop."""
        found = list(self._brackets(position))
        return min(low for low, _ in found), max(high for _, high in found)

    def _brackets(self, position: int) -> Iterator[tuple[int, int]]:
        """What each ruler in force says of a text, the most likely one first."""
        own = self._steps[position]
        limits = self._in_force()
        for number, limit in limits.items():
            yield bracket(limit, self._ends[number][position], own)
        if not limits:
            yield 0, len(own) - 1

    def _bisect(self, batch: Sequence[int], known: Floats) -> list[int]:
        """The last step read of each text: what a ruler says, confirmed, else by bisection."""
        ends = [len(self._steps[position]) - 1 for position in batch]
        low, high = [-1] * len(batch), list(ends)  # the last step read is in (low, high]
        said = [next(self._brackets(position)) for position in batch]
        asked = [(row, min(said[row][1], ends[row] - 1)) for row in range(len(batch))]
        asked += [(row, said[row][0] - 1) for row in range(len(batch))]
        while asked:
            self._ask(batch, known, (low, high), dict.fromkeys(asked))
            asked = [(n, (a + b) // 2) for n, (a, b) in enumerate(zip(low, high)) if b - a > 1]  # noqa: B905
        return high

    def _ask(
        self,
        batch: Sequence[int],
        known: Floats,
        bounds: tuple[list[int], list[int]],
        asked: Iterable[tuple[int, int]],
    ) -> None:
        """Narrow the bounds of texts, by their rows, by whether what follows a step is unread."""
        low, high = bounds
        rows, at = np.array([one for one in asked if one[1] >= 0], np.int64).reshape(-1, 2).T
        texts = [self._texts[batch[row]] for row in rows]
        ends = [int(self._steps[batch[row]][step]) for row, step in zip(rows, at, strict=True)]
        unread = self._prober.unread(texts, ends, known[rows])
        for row, step, so in zip(rows.tolist(), at.tolist(), unread, strict=True):
            if low[row] < step < high[row]:
                (high if so else low)[row] = step


def _spaced(positions: Sequence[int], count: int) -> list[int]:
    """So many of the positions, from the first to the last."""
    places = np.linspace(0, len(positions) - 1, min(count, len(positions)))
    return [positions[int(place)] for place in places]
