"""Embedders of which is known what they read: a vector of noise, seeded by exactly that."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from ragcheck.protocols import TextKind
from ragcheck.records import Floats
from ragcheck.spans import Ints

Cut = Callable[[str], str]
PIECE = re.compile(r"\w{1,4}|[^\w\s]")


@dataclass(frozen=True)
class Reader:
    """Reads `cut(text)` of each text, and counts the texts it was asked for in `asked`."""

    cut: Cut
    fingerprint: str = "reader"
    asked: list[str] = field(default_factory=list, compare=False)

    def embed(self, texts: Sequence[str], *, kind: TextKind) -> Floats:
        self.asked.extend(texts)
        seeds = [zlib.crc32(self.cut(text).encode("utf-8", "surrogatepass")) for text in texts]
        rows = [np.random.default_rng(seed).normal(size=8) for seed in seeds]
        return np.array(rows, np.float32).reshape(len(texts), 8)

    def embed_documents(self, texts: Sequence[str]) -> Floats:
        return self.embed(texts, kind="document")


@dataclass(frozen=True)
class PieceReader(Reader):
    """One that also tells its pieces, which are up to four letters or one other sign."""

    def pieces(self, texts: Sequence[str]) -> list[Ints]:
        return [_ends(PIECE, text) for text in texts]


def first_characters(count: int) -> Cut:
    return lambda text: text[:count]


def first_words(count: int) -> Cut:
    return lambda text: _first(re.compile(r"\S+"), text, count)


def first_pieces(count: int) -> Cut:
    return lambda text: _first(PIECE, text, count)


def everything(text: str) -> str:
    return text


def _ends(pattern: re.Pattern[str], text: str) -> Ints:
    return np.array([found.end() for found in pattern.finditer(text)], np.int64)


def _first(pattern: re.Pattern[str], text: str, count: int) -> str:
    ends = _ends(pattern, text)
    return text[: ends[count - 1]] if count < len(ends) else text.rstrip()


@dataclass(frozen=True)
class Seeded:
    """A vector of noise seeded by text and kind; remembers what it was asked for."""

    name: str = "seeded"
    width: int = 16
    asked: list[str] = field(default_factory=list, compare=False)

    @property
    def fingerprint(self) -> str:
        return self.name

    def embed(self, texts: Sequence[str], *, kind: TextKind) -> Floats:
        self.asked.extend(texts)
        seeds = [zlib.crc32(f"{kind}:{text}".encode()) for text in texts]
        rows = [np.random.default_rng(seed).normal(size=self.width) for seed in seeds]
        return np.array(rows, np.float32)
