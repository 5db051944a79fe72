"""A chunker and a retriever as a third party would write them."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ragcheck.records import Document, Piece, Rankings


@dataclass(frozen=True)
class Lines:
    """Packs whole lines."""

    lines: int = 4
    """How many lines make a chunk."""

    def chunk(self, document: Document) -> list[Piece]:
        ends = [match.end() for match in re.finditer(r"[^\n]*\n|[^\n]+$", document.text)]
        cuts = [0, *ends[self.lines - 1 :: self.lines]]
        if cuts[-1] < len(document.text):
            cuts.append(len(document.text))
        return [Piece(start, end) for start, end in itertools.pairwise(cuts)]


@dataclass(frozen=True)
class Longest:
    """Returns the longest texts, whatever is asked."""

    def index(self, texts: Sequence[str]) -> LongestIndex:
        return LongestIndex(np.array([len(text) for text in texts], np.float32))


class LongestIndex:
    """Lengths are scores."""

    def __init__(self, lengths: np.ndarray) -> None:
        self._lengths = lengths

    def search(self, queries: Sequence[str], *, k: int) -> Rankings:
        order = np.argsort(-self._lengths, kind="stable")[:k].astype(np.int32)
        shape = (len(queries), len(order))
        return Rankings(np.broadcast_to(order, shape), np.broadcast_to(self._lengths[order], shape))
