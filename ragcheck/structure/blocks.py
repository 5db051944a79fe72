"""Markdown as a tree of blocks, each a span of the text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Literal

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.front_matter import front_matter_plugin

Kind = Literal[
    "heading", "paragraph", "text", "code", "table", "row", "list", "item", "quote", "meta", "other"
]

_KINDS: dict[str, Kind] = {
    "heading": "heading",
    "paragraph": "paragraph",
    "html_block": "paragraph",
    "fence": "code",
    "code_block": "code",
    "table": "table",
    "tr": "row",
    "bullet_list": "list",
    "ordered_list": "list",
    "list_item": "item",
    "blockquote": "quote",
    "front_matter": "meta",
    "hr": "other",
}
_CONTAINERS = frozenset({"list", "item", "quote"})
#: markdown-it replaces these by one line feed, so its line numbers count them.
_LINE_END = re.compile(r"\r\n|\n|\r")
_ANCHOR = re.compile(r"\s*\{#[^{}]*\}$")
#: Longer headings are no titles, and inline markup of one huge line takes seconds.
_LONGEST_TITLE = 1000


@dataclass(frozen=True, slots=True)
class Block:
    """A block of Markdown: `text[start:end]`, without white space around it.

    `children` are the parts of a table (rows; the first is the header with its delimiter line), a
    list (items), an item or a quote (blocks): disjoint, in order, holding every character of their
    parent that is not white space. A `text` is the paragraph of a tight list item, `meta` is front
    matter, `other` are rules and link definitions. Headings have a `level` and a `title`.
    """

    kind: Kind
    start: int
    end: int
    children: tuple[Block, ...] = ()
    level: int = 0
    title: str = ""


# As many as there are token maps: every chunking goes through all documents in order, and a cache
# that holds fewer would never find one.
@lru_cache(maxsize=1 << 16)
def markdown_blocks(text: str) -> tuple[Block, ...]:
    """The outermost blocks of a Markdown text, holding every character but white space."""
    starts = [0, *(match.end() for match in _LINE_END.finditer(text))]
    tree = _Tree(text, [*starts, len(text)])
    for token in _parser().parse(text):
        tree.add(token)
    return tuple(_with_gaps(text, 0, len(text), tree.top))


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without white space at its ends; start == end when nothing else is there."""
    content = text[start:end]
    return start + len(content) - len(content.lstrip()), start + len(content.rstrip())


@dataclass(slots=True)
class _Open:
    token: Token
    children: list[Block] = field(default_factory=list)
    title: str = ""


class _Tree:
    """Builds blocks out of the flat list of opening and closing tokens."""

    def __init__(self, text: str, lines: list[int]) -> None:
        self.text = text
        self.lines = lines
        self.top: list[Block] = []
        self.open: list[_Open] = []

    def add(self, token: Token) -> None:
        if token.nesting > 0:
            self.open.append(_Open(token))
        elif token.nesting < 0:
            self.close(self.open.pop())
        elif token.type == "inline":
            if self.open and self.open[-1].token.type == "heading_open":
                self.open[-1].title = _plain(token.content)
        else:
            self.close(_Open(token))

    def close(self, block: _Open) -> None:
        siblings = self.open[-1].children if self.open else self.top
        kind = _KINDS.get(block.token.type.removesuffix("_open"))
        if kind is None or block.token.map is None:
            siblings.extend(block.children)  # such as the body of a table: only its rows count
            return
        first, after = block.token.map
        last = len(self.lines) - 1
        start, end = trimmed(self.text, self.lines[first], self.lines[min(after, last)])
        if start >= end:
            return
        made = Block(kind, start, end)
        if kind == "paragraph" and block.token.hidden:
            made = replace(made, kind="text")
        elif kind == "heading":
            made = replace(made, level=int(block.token.tag[1:]), title=block.title)
        elif kind == "table":
            made = replace(made, children=tuple(self._rows(block.children, end)))
        elif kind in _CONTAINERS:
            children = tuple(_with_gaps(self.text, start, end, block.children))
            made = replace(made, children=children)
        siblings.append(made)

    def _rows(self, rows: list[Block], end: int) -> Iterator[Block]:
        """Rows of a table; the line of dashes below the header belongs to it."""
        following = rows[1].start if len(rows) > 1 else end
        yield replace(rows[0], end=trimmed(self.text, rows[0].start, following)[1])
        yield from rows[1:]


def _with_gaps(text: str, start: int, end: int, blocks: Iterable[Block]) -> Iterator[Block]:
    """The blocks, and between them what the parser gave no token, such as link definitions."""
    for block in (*blocks, None):
        upto = end if block is None else block.start
        left, right = trimmed(text, start, upto)
        if left < right:
            yield Block("other", left, right)
        if block is not None:
            yield block
            start = block.end


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    """Block structure only: inline markup has no spans in it, and is slow on huge lines."""
    return MarkdownIt("commonmark").enable("table").disable("inline").use(front_matter_plugin)


@lru_cache(maxsize=1)
def _inline_parser() -> MarkdownIt:
    return MarkdownIt("commonmark")


def _plain(markup: str) -> str:
    """A heading as a reader sees it: no markup, no anchor, one line."""
    if len(markup) > _LONGEST_TITLE:
        return " ".join(markup[:_LONGEST_TITLE].split())
    children = _inline_parser().parseInline(markup)[0].children or []
    words = "".join(" " if child.type.endswith("break") else child.content for child in children)
    return _ANCHOR.sub("", " ".join(words.split()))
