"""Texts with some differences removed, and the way back to the offsets of the original.

A normalised text is found with plain string search; where it is found maps back to the original,
although letters may have become longer (`ß` -> `ss`) and runs of white space shorter.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np

from ragcheck.spans import Ints

#: White space that is not a single space already. `\s` means `str.isspace` for str patterns.
_SPACE = r"\s(?:\s+|(?<! ))"


#: Ways to write quotes and dashes that editors and converters exchange for each other.
_SIGNS = str.maketrans(
    dict.fromkeys("‘’‚‛′´", "'") | dict.fromkeys("“”„‟″«»", '"') | dict.fromkeys("‐‑‒–—―−", "-")
)


@dataclass(frozen=True, slots=True)
class Normalised:
    """A text after replacements, each from a range of the original to a range of `text`.

    The arrays (int64[n], one entry per replacement that is not one to one, in order) hold these
    ranges: `original_start`, `original_end` and `start`, `end`. Everything between two entries
    corresponds one to one, so memory is that of the replacements, not of the text.
    """

    text: str
    original_start: Ints
    original_end: Ints
    start: Ints
    end: Ints

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Where `text[start:end]` stands in the original: the least range that holds it whole."""
        first, inside = self._locate(start)
        low = int(self.original_start[first]) if inside else start + self._shift(first)
        last, inside = self._locate(end - 1)
        high = int(self.original_end[last]) if inside else end + self._shift(last)
        return low, high

    def whole(self, start: int, end: int) -> bool:
        """False if an end of `text[start:end]` lies inside what one replacement made."""
        return not (self._inside(start) or self._inside(end))

    def _locate(self, position: int) -> tuple[int, bool]:
        """The last replacement that starts at or before `position`, and whether it made it."""
        entry = int(np.searchsorted(self.start, position, side="right")) - 1
        return entry, entry >= 0 and position < self.end[entry]

    def _shift(self, entry: int) -> int:
        return int(self.original_end[entry] - self.end[entry]) if entry >= 0 else 0

    def _inside(self, position: int) -> bool:
        entry = int(np.searchsorted(self.start, position, side="left")) - 1
        return entry >= 0 and bool(position < self.end[entry])


def folded(text: str) -> Normalised:
    """`text` with each run of white space as one space, and casefold (METRICS, section 1)."""
    expands = len(text.casefold()) != len(text)
    pattern = f"{_SPACE}|{_expanding()}" if expands else _SPACE
    return _replace(text, re.compile(pattern), _fold, str.casefold)


def simplified(text: str) -> Normalised:
    """`text` in NFC, with runs of white space as one space, plain quotes and plain dashes."""
    composed = unicodedata.is_normalized("NFC", text)
    pattern = _SPACE if composed else f"{_SPACE}|{_composing()}"
    return _replace(text, re.compile(pattern), _simplify, _plain_signs)


def _simplify(found: str) -> str:
    return " " if found[0].isspace() else _plain_signs(unicodedata.normalize("NFC", found))


def _plain_signs(text: str) -> str:
    return text if text.isascii() else text.translate(_SIGNS)


def _fold(found: str) -> str:
    return " " if found[0].isspace() else found.casefold()


def _replace(
    text: str, pattern: re.Pattern[str], change: Callable[[str], str], rest: Callable[[str], str]
) -> Normalised:
    """`change` applied to every match and `rest`, which must keep lengths, to all between."""
    pieces: list[str] = []
    rows = np.fromiter(_rows(text, pattern, change, rest, pieces), dtype=(np.int64, 4))
    return Normalised("".join(pieces), *np.ascontiguousarray(rows.T))


def _rows(
    text: str,
    pattern: re.Pattern[str],
    change: Callable[[str], str],
    rest: Callable[[str], str],
    pieces: list[str],
) -> Iterator[tuple[int, int, int, int]]:
    """Fills `pieces`, and yields the ranges of each match that is not one to one."""
    done = written = 0
    for match in pattern.finditer(text):
        start, end = match.span()
        made = change(match[0])
        pieces += (rest(text[done:start]), made)
        written += start - done
        one_to_one = len(made) == end - start and (end - start == 1 or made == match[0])
        if not one_to_one:
            yield start, end, written, written + len(made)
        written += len(made)
        done = end
    pieces.append(rest(text[done:]))


@cache
def _expanding() -> str:
    """A character class of everything that casefold makes longer: none lies above 0xFFFF."""
    return "[" + "".join(c for c in map(chr, range(0x10000)) if len(c.casefold()) > 1) + "]"


@cache
def _composing() -> str:
    """A pattern for the stretches that NFC may change: each can be normalised by itself.

    NFC changes nothing across a character that starts a stretch of its own: one that is no
    combining mark, is its own NFC and is never the second half of a pair (UAX 15, section 9.1).
    All others lie below 0x30000.
    """
    second = {*range(0x1161, 0x1176), *range(0x11A8, 0x11C3)}  # Hangul vowels and finals
    others = set()
    for code in range(0x30000):
        pair = unicodedata.decomposition(chr(code)).split()
        if len(pair) == 2 and pair[0][0] != "<":
            second.add(int(pair[1], 16))
        if unicodedata.combining(chr(code)) or unicodedata.normalize("NFC", chr(code)) != chr(code):
            others.add(code)
    spaces = {0x2000, 0x2001}  # NFC writes them as other spaces; here they are spaces like any
    marks = "".join(f"\\U{code:08x}" for code in sorted((second | others) - spaces))
    return rf"\S?[{marks}]+"
