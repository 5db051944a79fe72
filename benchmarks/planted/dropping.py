"""A chunker with a fault: it loses what stands in notes."""

from __future__ import annotations

from dataclasses import dataclass

from ragcheck.chunking import Fixed
from ragcheck.records import Document, Piece

NOTE = "Note: "


@dataclass(frozen=True, slots=True)
class DropNotes:
    """Fixed windows without the paragraphs that begin with `Note: `, as careless parsers do."""

    size: int = 96
    """Tokens per chunk, at least 1."""

    def chunk(self, document: Document) -> list[Piece]:
        """Windows over every other paragraph of its own."""
        pieces, start = [], 0
        for paragraph in document.text.split("\n\n"):
            if not paragraph.startswith(NOTE):
                own = Fixed(self.size).chunk(Document(document.id, paragraph))
                pieces += [Piece(start + one.start, start + one.end) for one in own]
            start += len(paragraph) + 2
        return pieces
