"""Windows of a fixed size, side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from ragcheck.chunking.options import check_offset, check_size, check_unit
from ragcheck.chunking.windows import unit_map, windows
from ragcheck.records import Document, Piece


@dataclass(frozen=True, slots=True)
class Fixed:
    """Cuts every `size` tokens or characters, wherever that falls.

    Chunks are disjoint and hold every character. Where a token ends inside a character, the chunk
    ends before it, so that no chunk costs more than `size`; only a character that alone has more
    tokens is kept whole.
    """

    version: ClassVar[int] = 1

    size: int = 512
    """Units per chunk, at least 1."""
    unit: Literal["tokens", "characters"] = "tokens"
    """What `size` and `offset` count."""
    tokenizer: str = "cl100k_base"
    """Whose tokens are counted."""
    offset: int = 0
    """By how many units the first chunk of a document is shorter than the others."""

    def __post_init__(self) -> None:
        check_size(self.size, self.tokenizer)
        check_unit(self.unit)
        check_offset(self.offset, self.size)

    def chunk(self, document: Document) -> list[Piece]:
        """Windows over the whole text, in order."""
        units = unit_map(document.text, self.unit, self.tokenizer)
        first = self.size - self.offset
        return list(windows(units, self.size, overlap=0, first=first, stop=units.length))
