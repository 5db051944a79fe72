"""What components answer, checked before a number is made of it; what they raise, named."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import numpy.typing as npt

from ragcheck.errors import ComponentError, RagcheckError
from ragcheck.protocols import Index, ScoringIndex
from ragcheck.records import Floats, Rankings

_HINT = (
    "`search` must return integers [queries, k'] with k' <= k, best first, -1 after the last, and "
    "scores of the same shape"
)
_SCORES = "`score` must return a number per text, -inf for one that cannot be found"


class CheckedIndex:
    """An index over `size` texts whose every answer is what `Index.search` promises.

    A plug-in that counts from 1, repeats a text or returns distances would otherwise become a
    wrong number that nobody sees.
    """

    def __init__(self, index: Index, size: int) -> None:
        self.index = index
        self.size = size

    def search(self, queries: Sequence[str], *, k: int) -> Rankings:
        """What the index returns, as int32 and float32. Raises ComponentError if it is not so.

        It is not asked where there is no query: not every store takes that.
        """
        if not queries:
            return Rankings(np.zeros((0, 0), np.int32), np.zeros((0, 0), np.float32))
        found = self.index.search(queries, k=k)
        chunk, score = np.asarray(found.chunk), np.asarray(found.score)
        wrong = _shape(chunk, score, len(queries), k) or _content(chunk, score, self.size)
        if wrong:
            raise ComponentError(f"index {type(self.index).__name__} returned {wrong}", hint=_HINT)
        there = chunk >= 0
        return Rankings(
            np.where(there, chunk, -1).astype(np.int32),
            np.where(there, score, -np.inf).astype(np.float32),
        )


class CheckedScoringIndex(CheckedIndex):
    """The same for an index that can also score texts it does not hold."""

    def __init__(self, index: ScoringIndex, size: int) -> None:
        super().__init__(index, size)
        self._scoring = index

    def score(self, query: str, texts: Sequence[str]) -> Floats:
        """What the index returns, as float32. Raises ComponentError if that is no score per text.

        Not a number and infinitely good are none; -inf says that a text cannot be found.
        """
        score = np.asarray(self._scoring.score(query, texts))
        if score.shape != (len(texts),) or not np.issubdtype(score.dtype, np.floating):
            wrong = f"scores of shape {score.shape} and {score.dtype} for {len(texts)} texts"
        elif (np.isnan(score) | np.isposinf(score)).any():
            wrong = "a score that is neither a number nor -inf"
        else:
            return score.astype(np.float32)
        name = type(self.index).__name__
        raise ComponentError(f"index {name} returned {wrong}", hint=_SCORES)


def checked(index: Index, size: int) -> CheckedIndex:
    """The index of `size` texts, checked; it scores texts exactly if `index` does."""
    if isinstance(index, ScoringIndex):
        return CheckedScoringIndex(index, size)
    return CheckedIndex(index, size)


def _shape(
    chunk: npt.NDArray[np.generic], score: npt.NDArray[np.generic], queries: int, k: int
) -> str:
    """What is wrong with the form of an answer, or nothing."""
    if chunk.ndim != 2 or len(chunk) != queries or chunk.shape != score.shape:
        return f"shapes {chunk.shape} and {score.shape} for {queries} queries"
    if chunk.shape[1] > k:
        return f"{chunk.shape[1]} texts where {k} were asked for"
    if chunk.size and not np.issubdtype(chunk.dtype, np.integer):
        return f"positions of texts as {chunk.dtype}"
    if score.size and not np.issubdtype(score.dtype, np.floating):
        return f"scores as {score.dtype}"
    return ""


def _content(chunk: npt.NDArray[np.integer], score: npt.NDArray[np.floating], size: int) -> str:
    """What is wrong with the texts and scores of an answer, or nothing."""
    there = chunk >= 0
    if chunk.size and chunk.max() >= size:
        return f"text {chunk.max()}, but there are {size}, counted from 0"
    if (there[:, 1:] & ~there[:, :-1]).any():
        return "a text after a place without one"
    ordered = np.sort(np.where(there, chunk, -1), axis=1)
    if ((ordered[:, 1:] == ordered[:, :-1]) & (ordered[:, 1:] >= 0)).any():
        return "the same text twice for one query"
    if not np.isfinite(score[there]).all():
        return "a score that is not a finite number"
    if (score[:, 1:] > score[:, :-1])[there[:, 1:]].any():
        return "scores that rise: the best comes first"
    return ""


#: What to do about a component that fails.
MEND = "finished cells are kept; mend the component and run the same command again"


@contextmanager
def naming(name: str, hint: str = MEND) -> Iterator[None]:
    """Turn whatever a component raises into an error that names the system or chunker."""
    try:
        yield
    except RagcheckError as error:
        raise type(error)(f"{name}: {error.message}", hint=error.hint) from error
    except Exception as error:
        raise ComponentError(
            f"{name}: {type(error).__name__}: {error}",
            hint=hint,
        ) from error
