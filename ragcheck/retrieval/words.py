"""The words that BM25 counts, in any script.

Text is normalised (NFKC), case-folded and freed of marks that readers leave out (soft hyphens,
zero-width characters, Arabic and Hebrew vowel points). Then it gives, with repetition:

- every run of letters, digits and combining marks: `ERR-4012` -> `err`, `4012`;
- every *code* as a whole, besides its parts: runs joined by single `-`, `.` or `_` that hold a
  digit or an underscore, such as `err-4012`, `v2.1`, `max_seq_length`, `2024-01-15`;
- every number with thousands separators without them: `1,200` -> `1200`, besides its parts;
- scripts written without spaces between words (Han, Kana, Thai, Lao, Khmer, Myanmar), and Hangul,
  whose particles stick to the word, as overlapping pairs of characters with their marks. Han gives
  single characters too; a run of one character gives that character.

There is no stemming and there are no stop words, because both presuppose a language.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import NamedTuple

_HAN = "\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_KANA = "\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff"
_HANGUL = "\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3"
#: Thai and Lao, Myanmar, Khmer.
_UNSPACED_BLOCKS = ((0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF))
#: Scripts beyond the basic plane, without its musical signs and emoji. Two wide ranges, because
#: `re` tests a class in one step only below U+10000 and range by range above.
_ASTRAL = "\U00010000-\U0001cfff\U0001e000-\U0001efff"
#: Soft hyphen, zero-width characters, Hebrew points, Arabic vowels and the stretching tatweel.
_IGNORED = re.compile(
    "[\u00ad\u200b-\u200d\u2060\ufeff\u0591-\u05bd\u05bf\u05c1\u05c2\u0610-\u061a\u0640\u064b-\u065f\u0670]"
)


class _Patterns(NamedTuple):
    word: re.Pattern[str]
    code: re.Pattern[str]


def _patterns(letters: str) -> _Patterns:
    """Words and codes over `letters`, the inside of a character class without the underscore."""
    code = (
        rf"(?<![{letters}])(?=[{letters}]++[-._,][{letters}])"
        rf"(?:[0-9]{{1,3}}(?:,[0-9]{{3}})++(?![{letters}])"
        rf"|[{letters}]++(?:[-._][{letters}]++)++)"
    )
    return _Patterns(re.compile(f"[{letters}]+"), re.compile(code))


_ASCII = _patterns("a-z0-9")


def words(text: str) -> list[str]:
    """The words of `text` with repetition: words and characters first, then codes."""
    if text.isascii():
        return _spaced(_ASCII, text.lower())
    text = _IGNORED.sub("", unicodedata.normalize("NFKC", text)).casefold()
    found = _spaced(_any_script(), text)
    runs, han = _unspaced()
    for run in runs.findall(text):
        found.extend(_pairs(run, han))
    return found


def _spaced(patterns: _Patterns, text: str) -> list[str]:
    found = patterns.word.findall(text)
    for code in patterns.code.findall(text):
        if "," in code:
            found.append(code.replace(",", ""))
        elif "_" in code or any(map(str.isdigit, code)):
            found.append(code)
    return found


def _pairs(run: str, han: re.Pattern[str]) -> Iterator[str]:
    characters = _characters().findall(run)
    if len(characters) == 1:
        yield run
        return
    yield from map("".join, pairwise(characters))
    yield from han.findall(run)


@cache
def _any_script() -> _Patterns:
    unspaced = re.compile(f"[{_HAN}{_KANA}{_HANGUL}]")
    inside = {c for low, high in _UNSPACED_BLOCKS for c in range(low, high + 1)}
    basic = _ranges(
        code
        for code in range(0x10000)
        if unicodedata.category(chr(code))[0] in "LNM"
        and code not in inside
        and not unspaced.match(chr(code))
    )
    return _patterns(basic + _ASTRAL)


@cache
def _unspaced() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Runs of scripts whose words are not told apart by spaces, and single Han characters."""
    letters = _HAN + _KANA + _HANGUL + _block_letters("LNM")
    return re.compile(f"[{letters}]+"), re.compile(f"[{_HAN}]")


@cache
def _characters() -> re.Pattern[str]:
    """One character with the marks written on it."""
    marks = _block_letters("M")
    return re.compile(f".[{marks}]*", re.DOTALL)


def _block_letters(categories: str) -> str:
    return _ranges(
        code
        for low, high in _UNSPACED_BLOCKS
        for code in range(low, high + 1)
        if unicodedata.category(chr(code))[0] in categories
    )


def _ranges(codes: Iterator[int]) -> str:
    """Ascending code points as the inside of a character class."""
    spans: list[tuple[int, int]] = []
    for code in codes:
        if spans and spans[-1][1] == code - 1:
            spans[-1] = (spans[-1][0], code)
        else:
            spans.append((code, code))
    return "".join(f"{chr(low)}-{chr(high)}" for low, high in spans)
