"""Along the structure of Markdown: sections, then blocks, then their parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ragcheck.chunking.context import Context
from ragcheck.chunking.levels import sentence_level
from ragcheck.chunking.options import check_size
from ragcheck.chunking.outline import Outline, outline
from ragcheck.chunking.packing import Packer
from ragcheck.records import Document, Int32s, Piece
from ragcheck.structure import Block, is_markdown, runs, structure, trimmed


@dataclass(frozen=True, slots=True)
class Section:
    """Keeps sections together as far as the size allows, and cuts the rest along its structure.

    Neighbouring sections below one heading share a chunk as long as they fit. A section that is too
    long is cut between its subsections, then between blocks. A heading stays with its first block,
    and a table, a block of code and a list item stay whole, unless they alone exceed the size: then
    a table is cut between rows, code between lines, an item between its parts, and the rest between
    sentences, words, and last tokens. Plain text is cut between paragraphs.
    """

    version: ClassVar[int] = 1

    size: int = 512
    """Tokens per chunk with its prefix, at least 1."""
    heading_path: bool = False
    """Put the titles above a chunk before it; outer titles go first where there is no room."""
    repeat_header: bool = False
    """Put a table's header row before chunks that begin inside the table, where there is room."""
    keep_whole: bool = False
    """Keep a table, code or a list item (with its headings) in one chunk, however long it is."""
    tokenizer: str = "cl100k_base"
    """Whose tokens are counted."""

    def __post_init__(self) -> None:
        check_size(self.size, self.tokenizer)

    def chunk(self, document: Document) -> list[Piece]:
        """Chunks in order."""
        return _Cutter(self, document).chunk()


@dataclass(frozen=True, slots=True)
class _Part:
    """Something that is kept in one chunk if it can be: a section, or a block after its headings.

    `inside` is what it is made of. A block's part begins before the block by the headings that must
    stay with it.
    """

    start: int
    end: int
    inside: Outline | Block | tuple[_Part, ...]


class _Cutter:
    """Cuts one document; see `Section`."""

    def __init__(self, options: Section, document: Document) -> None:
        text = document.text
        self.options = options
        self.structure = structure(text, is_markdown(document.id))
        context = Context(
            document,
            self.structure,
            options.tokenizer,
            titles=options.heading_path,
            headers=options.repeat_header,
        )
        self.packer = Packer(text, options.size, options.tokenizer, prefix=context.prefix)
        self.text = text
        self.words = runs(text, "word")
        self.prose = [sentence_level(document), self.words]

    def chunk(self) -> list[Piece]:
        if self.structure.blocks:
            self._pack(_sections(outline(self.structure.blocks)))
        else:
            self.packer.cut_all([runs(self.text, "paragraph"), *self.prose])
        return self.packer.pieces

    def _pack(self, parts: tuple[_Part, ...]) -> None:
        spans = _columns([(part.start, part.end) for part in parts])
        self.packer.pack(spans, lambda position: self._split(parts[position]))

    def _split(self, part: _Part) -> None:
        """Cuts what is longer than the size."""
        if isinstance(part.inside, Outline):
            self._pack(_sections(part.inside))
        elif isinstance(part.inside, tuple):
            self._pack(part.inside)
        else:
            self._split_block(part.start, part.inside)

    def _split_block(self, start: int, block: Block) -> None:
        """Cuts a block that is longer than the size, together with the headings from `start` on."""
        kept = block.kind in ("table", "code", "item")
        if kept and self.options.keep_whole:
            self.packer.keep(start, block.end)
        elif kept and start < block.start and self.packer.fits(block.start, block.end):
            # Only with its heading it is too long, so the heading stands alone.
            self.packer.cut(*trimmed(self.text, start, block.start), self.prose)
            self.packer.keep(block.start, block.end)
        elif block.kind in ("list", "item", "quote"):
            self._pack(_after_headings(start, block.children))
        elif block.kind == "table":
            self._cut_rows(start, block, [(row.start, row.end) for row in block.children])
        elif block.kind == "code":
            lines = runs(self.text[block.start : block.end], "line") + np.int32(block.start)
            self._cut_rows(start, block, lines.tolist())
        else:
            self.packer.cut(start, block.end, self.prose, glued=block.start)

    def _cut_rows(self, start: int, block: Block, rows: Sequence[tuple[int, int]]) -> None:
        """Between rows, with headings, first row (a table's header, a fence) and second together.

        The last line of code, which closes a fence, stays with the one before. Only where these do
        not fit they are cut apart, and only a row that does not fit is cut between words.
        """
        second = rows[1][0] if len(rows) > 1 else 0
        joined = [*rows[:-2], (rows[-2][0], rows[-1][1])] if len(rows) > 2 else rows
        headings = [trimmed(self.text, start, block.start)] if start < block.start else []
        first = _columns(joined if block.kind == "code" else rows)
        levels = [first, _columns([*headings, *rows]), self.words]
        self.packer.cut(start, block.end, levels, glued=second)


def _sections(section: Outline) -> tuple[_Part, ...]:
    """A section's own headings and blocks as one part, and the sections below it."""
    own = _own(section)
    below = (_Part(child.start, child.end, child) for child in section.children)
    return (*own, *below)


def _own(section: Outline) -> tuple[_Part, ...]:
    if not section.blocks:
        # Headings with nothing below them.
        return tuple(_Part(head.start, head.end, head) for head in section.headings)
    start = section.start
    blocks = _after_headings(start, section.blocks)
    return (_Part(start, blocks[-1].end, blocks),)


def _after_headings(start: int, blocks: list[Block] | tuple[Block, ...]) -> tuple[_Part, ...]:
    """A part for each block, the first beginning at `start`.

    A list or quote after headings is opened, so that only its first part must stay with them.
    """
    first, *rest = blocks
    if start < first.start and first.kind in ("list", "quote"):
        head = _after_headings(start, first.children)
    else:
        head = (_Part(start, first.end, first),)
    return (*head, *(_Part(block.start, block.end, block) for block in rest))


def _columns(spans: Sequence[tuple[int, int]]) -> Int32s:
    """int32[n, 2] whose columns lie together in memory."""
    return np.array(spans, dtype=np.int32).reshape(-1, 2).copy(order="F")
