"""Texts of any size in an invented language, for benchmarks of speed and memory.

Words are ranked, and drawn by the law of Zipf and Mandelbrot, P(r) ~ (r + 1) ** -1.1: the commonest
is 6% of a text, and a longer text holds more distinct words, as in English.
Common words are short: a rank is written in syllables. Every 97th word is a code such as
`kebo-4012`. Nothing is stored, and a seed gives the same texts on every machine.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

_SYLLABLES = [c + v for c in "bdfgklmnprstvz" for v in "aeiou"]
_EXPONENT, _SHIFT = 1.1, 1.0
_PORTION = 10_000
_QUERY = 8

Words = npt.NDArray[np.object_]


class Language:
    """A vocabulary of `size` words and what is written with them."""

    def __init__(self, size: int = 1_000_000, *, seed: int = 20) -> None:
        self._size = size
        self._random = np.random.default_rng(seed)

    @cached_property
    def _plain(self) -> Words:
        return np.array([_word(rank) for rank in range(self._size)], object)

    @cached_property
    def _final(self) -> Words:
        """Every word as the last of a sentence."""
        final: Words = self._plain + "."
        return final

    def _ranks(self, count: int) -> npt.NDArray[np.int64]:
        """Drawn by the inverse of the law's distribution function, taken as continuous."""
        power = 1 - _EXPONENT
        low, high = (_SHIFT + 0.5) ** power, (_SHIFT + 0.5 + self._size) ** power
        drawn = (low + self._random.random(count) * (high - low)) ** (1 / power) - _SHIFT - 0.5
        return np.asarray(np.clip(drawn, 0, self._size - 1), np.int64)

    def chunks(self, count: int, *, low: int = 60, high: int = 180) -> Iterator[str]:
        """Texts of `low` to `high` words in sentences of about 15."""
        for start in range(0, count, _PORTION):
            lengths = self._random.integers(low, high + 1, min(_PORTION, count - start))
            ranks = self._ranks(int(lengths.sum()))
            ends = np.cumsum(lengths)
            final = self._random.random(len(ranks)) < 1 / 15
            final[ends - 1] = True
            words = np.where(final, self._final[ranks], self._plain[ranks])
            for part in np.split(words, ends[:-1]):
                yield ". ".join(map(str.capitalize, " ".join(part).split(". ")))

    def questions(self, texts: list[str], count: int) -> list[str]:
        """Eight words of a text each, so that common words stand in them as often as in text."""
        sources = self._random.integers(0, len(texts), count)
        return [self._question(texts[source].split()) for source in sources]

    def _question(self, words: list[str]) -> str:
        return " ".join(self._random.choice(np.array(words, object), _QUERY)) + "?"

    def markdown(self, characters: int) -> str:
        """A document with headings, paragraphs, lists, tables and code, of at least that length."""
        parts: list[Any] = []
        length = 0
        while length < characters:
            for number, text in enumerate(self.chunks(_PORTION // 10)):
                parts.append(_block(number, text))
                length += len(parts[-1]) + 2
                if length >= characters:
                    break
        return "\n\n".join(parts)


def _word(rank: int) -> str:
    """The syllables that write a rank, or a code."""
    letters, rest = "", rank
    while True:
        rest, digit = divmod(rest, len(_SYLLABLES))
        letters = _SYLLABLES[digit] + letters
        if not rest:
            break
        rest -= 1
    return f"{letters}-{rank}" if rank % 97 == 96 else letters


def _block(number: int, text: str) -> str:
    """A paragraph, or the same words as a list, a table or code, below a heading now and then."""
    lines = text.split(". ")
    if number % 12 == 5:
        text = "\n".join(f"- {line}" for line in lines)
    elif number % 12 == 8:
        cells = "".join(f"\n| {line} | {number} |" for line in lines)
        text = f"| {lines[0][:20]} | count |\n|---|---|{cells}"
    elif number % 12 == 11:
        code = "\n".join(lines)
        text = f"```\n{code}\n```"
    heading = "#" * (2 + number % 18 // 6)
    return f"{heading} {lines[0][:40].strip()}\n\n{text}" if number % 6 == 0 else text
