"""Windows of a fixed size that overlap."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from ragcheck.chunking.options import check_size, check_unit, resolve_overlap
from ragcheck.chunking.windows import unit_map, windows
from ragcheck.records import Document, Piece


@dataclass(frozen=True, slots=True)
class Overlap:
    """Cuts windows of `size` that repeat the end of the window before.

    A passage no longer than the overlap plus one unit is never cut (METRICS, section 4). The last
    window always adds something that is not white space.
    """

    version: ClassVar[int] = 1

    size: int = 512
    """Units per chunk, at least 1."""
    overlap: int | float | str = 0.2
    """What neighbours share: units (`64`), or a share of the size (`0.2`, `20%`)."""
    unit: Literal["tokens", "characters"] = "tokens"
    """What `size` and `overlap` count."""
    tokenizer: str = "cl100k_base"
    """Whose tokens are counted."""

    def __post_init__(self) -> None:
        check_size(self.size, self.tokenizer)
        check_unit(self.unit)
        resolve_overlap(self.overlap, self.size)

    def chunk(self, document: Document) -> list[Piece]:
        """Windows over the text up to its last character that is not white space, in order."""
        units = unit_map(document.text, self.unit, self.tokenizer)
        shared = resolve_overlap(self.overlap, self.size)
        stop = len(document.text.rstrip())
        return list(windows(units, self.size, overlap=shared, first=self.size, stop=stop))
