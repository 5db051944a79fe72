"""What a text is made of: sentences, paragraphs, lists, tables, code and sections, as spans.

Used to cut where a reader would, and to tell what a chunking cuts in two (METRICS, section 4). HTML
inside Markdown is text like any other.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from pathlib import PurePosixPath

import numpy as np

from ragcheck.records import Int32s, Section
from ragcheck.structure.blocks import Block, markdown_blocks, trimmed
from ragcheck.structure.layout import runs
from ragcheck.structure.prose import sentences

__all__ = [
    "Block",
    "Structure",
    "first_block",
    "is_markdown",
    "runs",
    "sections",
    "structure",
    "title",
    "trimmed",
]

_MARKDOWN = frozenset({".md", ".markdown", ".mdx"})
_TITLE = re.compile(r"^title:[ \t]+(.+?)[ \t]*$", re.MULTILINE)


@dataclass(frozen=True, slots=True, eq=False)
class Structure:
    """Spans of one text by kind: int32[n, 2] of (start, end), ordered by start.

    Spans begin and end with a character that is not white space. Plain text has sentences and
    paragraphs only. Spans of one kind are disjoint, except that list items hold the items nested
    in them.
    """

    sentence: Int32s
    """Sentences of prose: not of headings, tables or code."""
    paragraph: Int32s
    """Paragraphs; the only line of a tight list item is none."""
    list_item: Int32s
    """List items with everything nested in them."""
    table_row: Int32s
    """Table rows; the header row is one, with its line of dashes."""
    table: Int32s
    """Whole tables."""
    table_header: Int32s
    """The header row of each table, in the order of `table`."""
    code_fence: Int32s
    """Blocks of code, fenced or indented."""
    heading_block: Int32s
    """A heading, or several in a row, with the first block after: of a list, its first item."""
    blocks: tuple[Block, ...]
    """The outermost blocks of Markdown as a tree; empty for plain text."""


def is_markdown(document: str) -> bool:
    """Whether a document's id names a Markdown file."""
    return PurePosixPath(document).suffix.lower() in _MARKDOWN


# As many as there are token maps: every chunking goes through all documents in order, and a cache
# that holds fewer would never find one.
@lru_cache(maxsize=1 << 16)
def structure(text: str, markdown: bool, /) -> Structure:
    """The structure of a text, found once per text."""
    blocks = markdown_blocks(text) if markdown else ()
    every = list(_all(blocks))
    by_kind = {kind: [b for b in every if b.kind == kind] for kind in ("table", "item", "code")}
    whole = [(b.start, b.end) for b in every if b.kind == "paragraph"]
    prose = [(b.start, b.end) for b in every if b.kind in ("paragraph", "text")]
    if not markdown:
        whole = prose = [(start, end) for start, end in runs(text, "paragraph").tolist()]
    return Structure(
        sentence=_array(sentences(text, prose)),
        paragraph=_array(whole),
        list_item=_spans(by_kind["item"]),
        table_row=_spans(row for table in by_kind["table"] for row in table.children),
        table=_spans(by_kind["table"]),
        table_header=_spans(table.children[0] for table in by_kind["table"]),
        code_fence=_spans(by_kind["code"]),
        heading_block=_array(_heading_blocks(blocks)),
        blocks=blocks,
    )


def sections(text: str) -> tuple[Section, ...]:
    """Headings of a Markdown text with their own bodies, in order.

    Headings inside lists and quotes make no section. A heading's path holds the headings above it
    whose level is lower, also where a level is left out.
    """
    headings = [block for block in markdown_blocks(text) if block.kind == "heading"]
    found: list[Section] = []
    above: list[Block] = []
    for position, heading in enumerate(headings):
        above = [*(other for other in above if other.level < heading.level), heading]
        end = headings[position + 1].start if position + 1 < len(headings) else len(text)
        line = text.find("\n", heading.end) + 1
        body = min(line or end, end)
        path = tuple(other.title for other in above)
        found.append(Section(heading.start, body, end, heading.level, path))
    return tuple(found)


def title(text: str) -> str:
    """`title:` of a Markdown text's front matter, else its first heading of level 1, else ''."""
    blocks = markdown_blocks(text)
    if blocks and blocks[0].kind == "meta":
        match = _TITLE.search(text, blocks[0].start, blocks[0].end)
        written = _unquoted(match[1]) if match else ""
        if written:
            return written
    tops = (block.title for block in blocks if block.kind == "heading" and block.level == 1)
    return next(tops, "")


def _unquoted(value: str) -> str:
    """A YAML value of one line; a value written over several lines is left to the headings."""
    if value[0] in "|>":
        return ""
    if value[0] == value[-1] == "'":
        return value[1:-1].replace("''", "'").strip()
    if value[0] == value[-1] == '"':
        try:
            return str(json.loads(value)).strip()
        except ValueError:
            return value[1:-1].strip()
    return value


def _all(blocks: Iterable[Block]) -> Iterator[Block]:
    """Every block, parents before children."""
    for block in blocks:
        yield block
        yield from _all(block.children)


def _heading_blocks(blocks: tuple[Block, ...]) -> Iterator[tuple[int, int]]:
    start: int | None = None
    for block in blocks:
        if block.kind == "heading":
            start = block.start if start is None else start
        elif start is not None:
            yield start, first_block(block).end
            start = None


def first_block(block: Block) -> Block:
    """What must stay with a heading: the block, of a list or quote only its first part."""
    return first_block(block.children[0]) if block.kind in ("list", "quote") else block


def _spans(blocks: Iterable[Block]) -> Int32s:
    return _array((block.start, block.end) for block in blocks)


def _array(spans: Iterable[tuple[int, int]]) -> Int32s:
    array = np.fromiter(chain.from_iterable(spans), dtype=np.int32).reshape(-1, 2)
    array.setflags(write=False)
    return array
