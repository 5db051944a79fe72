"""The largest separators that fit: paragraphs, lines, sentences, words, tokens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ragcheck.chunking.levels import sentence_level
from ragcheck.chunking.options import check_size
from ragcheck.chunking.packing import Packer
from ragcheck.records import Document, Piece
from ragcheck.structure import runs


@dataclass(frozen=True, slots=True)
class Recursive:
    """Cuts at paragraphs where it can, else at lines, sentences, words, and last between tokens.

    Neighbouring parts of one level share a chunk as long as they fit; what had to be cut at a
    finer level makes chunks of its own.
    """

    version: ClassVar[int] = 1

    size: int = 512
    """Tokens per chunk, at least 1."""
    tokenizer: str = "cl100k_base"
    """Whose tokens are counted."""

    def __post_init__(self) -> None:
        check_size(self.size, self.tokenizer)

    def chunk(self, document: Document) -> list[Piece]:
        """Chunks in order."""
        text = document.text
        packer = Packer(text, self.size, self.tokenizer)
        levels = [
            runs(text, "paragraph"),
            runs(text, "line"),
            sentence_level(document),
            runs(text, "word"),
        ]
        packer.cut_all(levels)
        return packer.pieces
