"""What `packing` wrote, read back in another way than the page's script does."""

from __future__ import annotations

import gzip
import json
from typing import Any

PRINTABLE = [chr(code) for code in range(32, 127)]


def unsigned(text: str) -> bytes:
    """Bytes from their count and two signs for each 13 bits."""
    count, _, written = text.partition(" ")
    value = {c: n for n, c in enumerate(c for c in PRINTABLE if c not in ' "\\<')}
    pairs = zip(written[::2], written[1::2], strict=True)
    bits = "".join(f"{value[high] * 91 + value[low]:013b}" for high, low in pairs)
    return bytes(int(bits[at : at + 8], 2) for at in range(0, 8 * int(count), 8))


def unpacked(text: str) -> Any:
    return json.loads(gzip.decompress(unsigned(text)))


def numbers(planes: list[str]) -> list[int]:
    signs = [c for c in PRINTABLE if c not in '"\\']
    value = {sign: number for number, sign in enumerate(signs)}
    rows = zip(*planes, strict=True)
    return [sum(value[c] * len(signs) ** power for power, c in enumerate(row)) for row in rows]


def shifted(found: dict[str, Any]) -> list[int]:
    return [value + found["low"] for value in numbers(found["planes"])]


def read_words(words: dict[str, str], text: str) -> str:
    return "".join(words.get(sign, sign) for sign in text)
