"""Does an embedder read the end of a text? Another end in its place, and the same vector: no."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ragcheck.embedding.vectors import checked
from ragcheck.protocols import Embedder
from ragcheck.records import Floats
from ragcheck.spans import Ints

#: Scripts that write no space between words: there every letter is a step.
SPACELESS = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_STEP = re.compile(rf"(?<!\S)\S{{1,24}}(?!\S)|[{SPACELESS}]|[^\W{SPACELESS}]{{1,20}}|[^\w\s]")
#: Two ends that share no first letter: one of them differs from any text at once.
_ENDS = ("quartz lemon violin seven harbour mist", "copper window eleven badger sail drum")

#: Relative distance up to which two vectors are the same, unless the embedder is noisier.
_EXACT = 1e-5
#: Texts embedded again to learn how far apart equal vectors are, and what is made of that.
_REPEATS, _ALLOWANCE, _NOISIEST = 2, 4.0, 1e-2


def steps(text: str) -> Ints:
    """Where each word ends, int64: the places at which reading can be told to stop.

    Words are what white space separates; beyond 24 characters, or in a script without spaces,
    their parts. Every character that is not white space belongs to one step.
    """
    return np.array([found.end() for found in _STEP.finditer(text)], np.int64)


class Prober:
    """Asks an embedder about the ends of texts.

    `asked` counts the texts that were embedded for it: the cost.
    """

    def __init__(self, embedder: Embedder) -> None:
        self.asked = 0
        self._embedder = embedder
        self._tolerance: float | None = None

    def unread(
        self, texts: Sequence[str], ends: Sequence[int], known: Floats
    ) -> npt.NDArray[np.bool_]:
        """bool[n]: whether another end than `text[end:]` leaves the vector of each as it was.

        `known` holds the vectors of the whole texts, float32[n, d].
        """
        if self._tolerance is None:
            self._tolerance = self._noise(texts[:_REPEATS], known)
        made = self._made([_other_end(text, end) for text, end in zip(texts, ends, strict=True)])
        return np.asarray(_apart(made, known) <= self._tolerance)

    def _noise(self, texts: Sequence[str], known: Floats) -> float:
        """Up to which distance vectors are the same: hosted models never give one twice."""
        noise = float(_apart(self._made(texts), known[: len(texts)]).max(initial=0.0))
        return max(_EXACT, min(_ALLOWANCE * noise, _NOISIEST))

    def _made(self, texts: Sequence[str]) -> Floats:
        self.asked += len(texts)
        return checked(self._embedder.embed(texts, kind="document"), texts, self._embedder)


def _other_end(text: str, end: int) -> str:
    """Other words after the white space that follows the text up to `end`."""
    rest = text[end:]
    words = rest.lstrip()
    other = _ENDS[_ENDS[0].startswith(words[:1].casefold())] if words else _ENDS[0]
    return text[:end] + (rest[: len(rest) - len(words)] or " ") + other


def _apart(made: Floats, known: Floats) -> npt.NDArray[np.float64]:
    """Distance of two vectors over the length of the known one: float64[n]."""
    length = np.linalg.norm(known.astype(np.float64), axis=1)
    distance = np.linalg.norm(made.astype(np.float64) - known, axis=1)
    return np.asarray(distance / np.maximum(length, np.finfo(np.float32).tiny))
