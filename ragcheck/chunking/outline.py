"""The sections of a Markdown text as a tree, for cutting from the outside in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ragcheck.structure import Block


@dataclass(slots=True)
class Outline:
    """A section: headings and blocks of its own, then the sections below it.

    Several headings in a row, with nothing between them, begin one section: `headings` holds them
    all. The root has level 0, and as `blocks` what stands before the first heading.
    """

    level: int
    headings: tuple[Block, ...] = ()
    blocks: list[Block] = field(default_factory=list)
    children: list[Outline] = field(default_factory=list)

    @property
    def start(self) -> int:
        """Where the section's first own block or heading starts, or its first child."""
        for block in (*self.headings, *self.blocks):
            return block.start
        return self.children[0].start

    @property
    def end(self) -> int:
        """Where the last block of the section or of those below it ends."""
        if self.children:
            return self.children[-1].end
        return (*self.headings, *self.blocks)[-1].end


def outline(blocks: Sequence[Block]) -> Outline:
    """The tree of sections over the outermost blocks of a text."""
    path = [Outline(0)]
    heads: list[Block] = []
    for block in blocks:
        if block.kind == "heading":
            heads.append(block)
            continue
        if heads:
            _enter(path, heads)
            heads = []
        path[-1].blocks.append(block)
    if heads:
        _enter(path, heads)
    return path[0]


def _enter(path: list[Outline], heads: list[Block]) -> None:
    """Opens the section that a run of headings begins, below the last open one of lower level.

    Headings of the run under which another of it stands become sections around that one, which has
    all headings; headings of the run without anything below them have no section.
    """
    lowest = min(head.level for head in heads)
    while path[-1].level >= lowest:
        path.pop()
    levels: list[int] = []
    for head in heads:
        while levels and levels[-1] >= head.level:
            levels.pop()
        levels.append(head.level)
    for level in levels:
        section = Outline(level)
        path[-1].children.append(section)
        path.append(section)
    path[-1].headings = tuple(heads)
