"""What must hold of every array of vectors, and in which portions texts become vectors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from ragcheck.errors import ComponentError
from ragcheck.protocols import Embedder, TextKind
from ragcheck.records import Floats
from ragcheck.spans import Ints

Positions = npt.NDArray[np.intp]
#: What a model is fed of a text: its token ids.
Tokens = npt.NDArray[np.int32]


@runtime_checkable
class StreamingEmbedder(Embedder, Protocol):
    """An embedder that hands out vectors as they are made, so that none is lost when it stops."""

    def stream(self, texts: Sequence[str], *, kind: TextKind) -> Iterator[tuple[Positions, Floats]]:
        """Positions in `texts` with their vectors, each position once, in any order."""
        ...


@runtime_checkable
class TokenEmbedder(Embedder, Protocol):
    """An embedder that can say of what it makes a vector, so that nothing is made twice."""

    def tokens(self, texts: Sequence[str], *, kind: TextKind) -> Sequence[Tokens] | None:
        """All that the vector of each text depends on, prompt included; None if it cannot say."""
        ...

    def stream_tokens(self, tokens: Sequence[Tokens]) -> Iterator[tuple[Positions, Floats]]:
        """Positions in `tokens` with their vectors, each position once, in any order."""
        ...


@runtime_checkable
class PieceEmbedder(Embedder, Protocol):
    """An embedder that can say of what pieces it takes a text to consist.

    It spares most of the probing for what is really read (`window.py`), and is never believed
    without: the pieces say nothing of where reading stops.
    """

    def pieces(self, texts: Sequence[str]) -> Sequence[Ints]:
        """Where each of the model's pieces ends in each text, int64; empty where it cannot say."""
        ...


def portions(lengths: Sequence[int], budget: int, *, alike: bool = False) -> Iterator[Positions]:
    """Positions in portions of similar length, longest first: count x longest <= `budget`.

    A text longer than the budget is a portion by itself. With `alike` all of a portion have one
    length. Padding costs as much as text, and texts of one length need none.
    """
    order = np.argsort(-np.asarray(lengths, np.int64), kind="stable")
    start = 0
    while start < len(order):
        longest = max(1, lengths[order[start]])
        part = order[start : start + max(1, budget // longest)]
        if alike:
            part = part[[lengths[position] == longest for position in part]]
        yield part
        start += len(part)


def checked(vectors: Floats, texts: Sequence[str], embedder: Embedder) -> Floats:
    """The vectors as float32[len(texts), d]; raises ComponentError unless they are, and finite."""
    vectors = np.asarray(vectors, np.float32)
    if vectors.ndim != 2 or len(vectors) != len(texts):
        raise ComponentError(
            f"embedder {type(embedder).__name__} returned shape {vectors.shape} "
            f"for {len(texts)} texts",
            hint="`embed` must return one row per text",
        )
    broken = np.flatnonzero(~np.isfinite(vectors).all(axis=1))
    if len(broken):
        raise ComponentError(
            f"embedder {type(embedder).__name__} returned a vector that is not finite "
            f"for {texts[broken[0]][:80]!r}"
        )
    return vectors
