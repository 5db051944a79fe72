"""Windows of a fixed size over one text, without and with overlap."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ragcheck.records import Piece
from ragcheck.tokens import TokenMap, token_map


def unit_map(text: str, unit: str, tokenizer: str) -> TokenMap:
    """The tokens of `text`; with unit `characters`, each character is a token of its own."""
    if unit == "tokens":
        return token_map(text, tokenizer)
    every = np.arange(len(text), dtype=np.int32)
    return TokenMap(every, np.zeros(len(text), np.bool_), len(text))


def windows(units: TokenMap, size: int, *, overlap: int, first: int, stop: int) -> Iterator[Piece]:
    """Windows of `size` units that share `overlap` units with the one before.

    The first window holds `first` units. Windows end with the first that reaches the character
    `stop`, so that none only repeats the end of another. A window begins and ends between
    characters: where a unit begins inside one, the window ends before that character, and the next
    begins with it, so that no window holds more than `size` units. The one exception is a single
    character that has more units than that.
    """
    begin, budget = 0, first
    while begin < stop:
        index = _index(units, begin)
        end = max(_position(units, index + budget), begin + 1)
        yield Piece(begin, end)
        if end >= stop:
            return
        # Late enough that the next window holds the character at `end`, whatever that costs.
        least = _index(units, end + 1) - size
        begin = max(_position(units, index + budget - overlap), begin + 1)
        while begin < end and _index(units, begin) < least:
            begin += 1
        budget = size


def _index(units: TokenMap, position: int) -> int:
    """Index of the first unit that starts at or after a character."""
    return int(np.searchsorted(units.starts, np.int32(position)))


def _position(units: TokenMap, index: int) -> int:
    """Character at which the unit with this index starts, or the length of the text."""
    return int(units.starts[index]) if index < len(units) else units.length
