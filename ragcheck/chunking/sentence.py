"""Whole sentences, up to a size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ragcheck.chunking.levels import sentence_level
from ragcheck.chunking.options import check_size
from ragcheck.chunking.packing import Packer
from ragcheck.records import Document, Piece
from ragcheck.structure import runs


@dataclass(frozen=True, slots=True)
class Sentence:
    """Fills chunks with whole sentences; headings, table rows and code count by lines.

    A sentence longer than the size makes chunks of its own: of words, and only inside a word that
    is too long of bare tokens.
    """

    version: ClassVar[int] = 1

    size: int = 512
    """Tokens per chunk, at least 1."""
    keep_whole: bool = False
    """Keep a sentence that is longer than the size in one chunk."""
    tokenizer: str = "cl100k_base"
    """Whose tokens are counted."""

    def __post_init__(self) -> None:
        check_size(self.size, self.tokenizer)

    def chunk(self, document: Document) -> list[Piece]:
        """Chunks of one or more sentences, in order."""
        packer = Packer(document.text, self.size, self.tokenizer)
        levels = [sentence_level(document)]
        if not self.keep_whole:
            levels.append(runs(document.text, "word"))
        packer.cut_all(levels, whole=self.keep_whole)
        return packer.pieces
