"""What `packing` wrote, read back in another way than the page's script does."""

from __future__ import annotations

import bz2
import gzip
import json
from typing import Any

PRINTABLE = [chr(code) for code in range(33, 127)]


def unsigned(text: str) -> bytes:
    """Bytes from their count and two signs for each 13 bits."""
    count, _, written = text.partition(" ")
    value = {c: n for n, c in enumerate(c for c in PRINTABLE if c not in '"\\<')}
    pairs = zip(written[::2], written[1::2], strict=True)
    bits = "".join(f"{value[high] * 91 + value[low]:013b}" for high, low in pairs)
    return bytes(int(bits[at : at + 8], 2) for at in range(0, 8 * int(count), 8))


def unpacked(text: str) -> dict[str, Any]:
    """Meta data and columns of a block in one table."""
    data = gzip.decompress(unsigned(text))
    at = data.index(b"\n") + 1
    head = json.loads(data[:at])
    found: dict[str, Any] = dict(head["meta"])
    for name, length, planes, low in head["columns"]:
        body = data[at : at + length * planes]
        at += length * planes
        found[name] = [
            low + sum(body[p * length + row] << 8 * p for p in range(planes))
            for row in range(length)
        ]
    assert at == len(data)
    return found


def prose(text: str) -> str:
    return bz2.decompress(unsigned(text)).decode()
