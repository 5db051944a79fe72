"""`recall@5`, `recall@2000t`, `severed`: how measures are written, read back exactly."""

from __future__ import annotations

import re

from ragcheck.errors import ConfigError
from ragcheck.records import Cut

_CUT = re.compile(r"([1-9][0-9]{0,8})(t?)")


def parse_cut(text: str) -> Cut:
    """`5` is five chunks, `2000t` two thousand tokens. Raises ConfigError on anything else."""
    match = _CUT.fullmatch(text.strip())
    if match is None:
        raise ConfigError(
            f"cut-off `{text}` is neither a number of chunks nor a number of tokens",
            hint="write `5` for five chunks or `2000t` for two thousand tokens",
        )
    return Cut(int(match[1]), "t" if match[2] else "k")


def parse_measure(text: str) -> tuple[str, Cut | None]:
    """Name and cut-off of a measure: `nDCG@10` -> ("nDCG", Cut(10)); `severed` has none."""
    name, mark, cut = text.strip().partition("@")
    return name, parse_cut(cut) if mark else None
