"""Options that several chunkers share, and what is allowed for them."""

from __future__ import annotations

import re

from ragcheck.errors import ConfigError
from ragcheck.tokens import check_tokenizer

_NUMBER = re.compile(r"([0-9]*\.?[0-9]+)\s*(%?)")
_OVERLAP_HINT = (
    "give tokens as a whole number such as 64, or a share of the size such as 0.2 or `20%`"
)


def check_size(size: int, tokenizer: str) -> None:
    """Raises ConfigError unless `size` is a whole number >= 1 and the tokenizer is known."""
    if not _whole(size) or size < 1:
        raise ConfigError(
            f"option `size` must be a whole number of at least 1: {size!r}",
            hint="256 or 512 tokens are common sizes",
        )
    check_tokenizer(tokenizer)


def check_unit(unit: str) -> None:
    """Raises ConfigError unless `unit` is `tokens` or `characters`."""
    if unit not in ("tokens", "characters"):
        raise ConfigError(
            f"option `unit` must be `tokens` or `characters`: {unit!r}",
            hint="leave it out to count in tokens",
        )


def check_offset(offset: int, size: int) -> None:
    """Raises ConfigError unless `offset` is a whole number with 0 <= offset < size."""
    if not _whole(offset) or not 0 <= offset < size:
        raise ConfigError(
            f"option `offset` must be a whole number from 0 to {size - 1}: {offset!r}",
            hint="the first chunk is shortened by `offset`, so it must stay below `size`",
        )


def resolve_overlap(overlap: float | str, size: int) -> int:
    """What two neighbouring chunks of `size` share, in units of the size.

    A whole number counts units; a fraction in (0, 1) is a share of the size, rounded to the nearest
    unit (half up) from 1 to size - 1. Both may be given as text, a share also as `20%`. Raises
    ConfigError for anything else, and unless the overlap stays below the size.
    """
    value = _number(overlap) if isinstance(overlap, str) else overlap
    if isinstance(value, float) and 0 < value < 1:
        units = max(1, min(int(size * value + 0.5), size - 1))
    elif _whole(value) and value >= 1:
        units = int(value)
    else:
        raise ConfigError(
            f"option `overlap` is neither a number of units nor a share of the size: {overlap!r}",
            hint=_OVERLAP_HINT,
        )
    if units >= size:
        raise ConfigError(
            f"option `overlap` must be smaller than `size` {size}: {overlap!r}",
            hint=_OVERLAP_HINT,
        )
    return units


def _number(text: str) -> float:
    """The number a text stands for: int, or float for a share; 0 where it is not a number."""
    match = _NUMBER.fullmatch(text.strip())
    if match is None:
        return 0
    if match[2]:
        return float(match[1]) / 100
    return float(match[1]) if "." in match[1] else int(match[1])


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
