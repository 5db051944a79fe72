"""Whole paragraphs, up to a size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ragcheck.chunking.levels import sentence_level
from ragcheck.chunking.options import check_size
from ragcheck.chunking.packing import Packer
from ragcheck.records import Document, Piece
from ragcheck.structure import runs


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Fills chunks with whole paragraphs: what stands between blank lines.

    A paragraph longer than the size makes chunks of its own: of sentences, where these are too
    long of words, and only inside a word that is too long of bare tokens.
    """

    version: ClassVar[int] = 1

    size: int = 512
    """Tokens per chunk, at least 1."""
    keep_whole: bool = False
    """Keep a paragraph that is longer than the size in one chunk."""
    tokenizer: str = "cl100k_base"
    """Whose tokens are counted."""

    def __post_init__(self) -> None:
        check_size(self.size, self.tokenizer)

    def chunk(self, document: Document) -> list[Piece]:
        """Chunks of one or more paragraphs, in order."""
        text = document.text
        packer = Packer(text, self.size, self.tokenizer)
        levels = [runs(text, "paragraph")]
        if not self.keep_whole:
            levels += [sentence_level(document), runs(text, "word")]
        packer.cut_all(levels, whole=self.keep_whole)
        return packer.pieces
