"""Filling chunks with whole parts of a text, up to the size."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from ragcheck.chunking.levels import within
from ragcheck.records import Int32s, Piece
from ragcheck.structure import trimmed
from ragcheck.tokens import count_tokens, token_map

#: Gives the prefix of a chunk that starts at a position, of at most so many tokens.
Prefix = Callable[[int, int], str]


def no_prefix(start: int, room: int) -> str:
    """The prefix of chunkers that add none."""
    return ""


class Packer:
    """Collects the pieces of one text; none costs more than `size` unless it is kept whole."""

    def __init__(self, text: str, size: int, tokenizer: str, *, prefix: Prefix = no_prefix) -> None:
        self.text = text
        self.size = size
        self.tokenizer = tokenizer
        self.tokens = token_map(text, tokenizer)
        self.prefix = prefix
        self.pieces: list[Piece] = []

    def fits(self, start: int, end: int) -> bool:
        """Whether text[start:end] alone costs no more than the size."""
        return self._left(start, end) >= 0

    def keep(self, start: int, end: int) -> None:
        """Adds text[start:end] as it is, whatever it costs."""
        self.pieces.append(Piece(start, end, self._prefix(start, self._left(start, end))))

    def pack(self, parts: Int32s, split: Callable[[int], None]) -> None:
        """Fills chunks with as many neighbouring parts as fit; calls `split` for one that does not.

        `parts` int32[n, 2] are disjoint and in order. What is split shares no chunk with its
        neighbours. A prefix never keeps a part from fitting.
        """
        position = 0
        while position < len(parts):
            start, end = map(int, parts[position])
            left = self._left(start, end)
            if left < 0:
                split(position)
                position += 1
                continue
            prefix = self._prefix(start, left)
            reach = self.tokens.reach(start, self.size - count_tokens(prefix, self.tokenizer))
            position = int(np.searchsorted(parts[:, 1], reach.astype(np.int32), side="right"))
            self.pieces.append(Piece(start, int(parts[position - 1, 1]), prefix))

    def cut_all(self, levels: Sequence[Int32s], *, whole: bool = False) -> None:
        """Packs the whole text along the levels; see `cut`."""
        start, end = trimmed(self.text, 0, len(self.text))
        if start < end:
            self.cut(start, end, levels, whole=whole)

    def cut(
        self,
        start: int,
        end: int,
        levels: Sequence[Int32s],
        *,
        glued: int = 0,
        whole: bool = False,
    ) -> None:
        """Packs text[start:end] along the first level; a part that is too long along the next.

        After the last level a part is cut between characters where the size ends, or, with `whole`,
        kept whole. There is no cut at or before `glued`, as long as the first level can do so.
        """
        if not levels:
            if whole:
                self.keep(start, end)
            else:
                self._windows(start, end)
            return
        parts = within(levels[0], start, end, glued=glued)

        def split(position: int) -> None:
            left, right = map(int, parts[position])
            self.cut(left, right, levels[1:], whole=whole)

        self.pack(parts, split)

    def _windows(self, start: int, end: int) -> None:
        while start < end:
            prefix = self._prefix(start, self.size)
            room = self.size - count_tokens(prefix, self.tokenizer)
            # A single character that has more tokens than that cannot be cut.
            stop = min(max(int(self.tokens.reach(start, room)), start + 1), end)
            self.pieces.append(Piece(start, stop, prefix))
            start = stop

    def _left(self, start: int, end: int) -> int:
        """Tokens that text[start:end] leaves of the size; negative when it is too long."""
        return self.size - int(self.tokens.count(start, end))

    def _prefix(self, start: int, room: int) -> str:
        """The prefix of a chunk at `start`: never more than half of the size."""
        return self.prefix(start, min(room, self.size // 2))
