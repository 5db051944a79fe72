"""How data become text of the page: columns of bytes, gzip or bzip2, 13 bits in two signs.

`static/start.js`, `static/data.js` and `static/bunzip.js` read it back. Each step earned its place
on a real run: documents pack a third smaller with bzip2 than with gzip, the script to a third of
its size, and two signs for 13 bits need a thirteenth less room than base64.
"""

from __future__ import annotations

import bz2
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from ragcheck.report.load import Ints

#: 91 signs that can stand in a script element; 91² > 2¹³.
SIGNS = np.array([c for c in range(33, 127) if c not in b'"\\<'], dtype=np.uint8)
#: Bytes that are written at a time, a multiple of 13.
BLOCK = 13 * 65536
#: Bytes of text that are packed together: a bzip2 block, and little enough to open at once.
GROUP = 900_000
#: Of gzip: the highest takes three times as long for a fiftieth.
LEVEL = 8


def pack(meta: object, columns: Mapping[str, Ints] | None = None) -> str:
    """Meta data as a line of JSON, then whole numbers of any sign by column, as signs.

    A column is its length, its lowest number, and how far the others lie above it: the lowest byte
    of every number, then the next, as many as the largest needs.
    """
    heads, body = [], []
    for name, values in (columns or {}).items():
        low = int(values.min(initial=0))
        planes = list(_planes(values.astype(np.int64) - low))
        heads.append([name, len(values), len(planes), low])
        body += planes
    head = {"meta": meta, "columns": heads}
    text = json.dumps(head, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    # In numbers short repeats are chance, in words they are not.
    strategy = zlib.Z_FILTERED if body else zlib.Z_DEFAULT_STRATEGY
    return code(b"\n".join([text.encode(), b"".join(body)]), strategy)


def _planes(values: Ints) -> Iterator[bytes]:
    yield (values & 255).astype(np.uint8).tobytes()
    if (values := values >> 8).any():
        yield from _planes(values)


def code(data: bytes, strategy: int = zlib.Z_DEFAULT_STRATEGY) -> str:
    """Bytes through gzip, which has no clock, as signs."""
    packer = zlib.compressobj(LEVEL, wbits=31, memLevel=9, strategy=strategy)
    return signs(packer.compress(data) + packer.flush())


def groups(lengths: Sequence[int]) -> list[int]:
    """The first document of each group of documents that are packed together."""
    first: list[int] = []
    room = 0
    for number, length in enumerate(lengths):
        if not first or length > room:
            first.append(number)
            room = GROUP
        room -= length
    return first


def prose(texts: Sequence[str]) -> str:
    """Texts end to end through bzip2, as signs."""
    return signs(bz2.compress("".join(texts).encode()))


def signs(data: bytes) -> str:
    """Bytes as `<count> <signs>`: each 13 bits are two signs, the higher first."""
    blocks = (data[at : at + BLOCK] for at in range(0, len(data), BLOCK))
    return f"{len(data)} " + "".join(_block(block) for block in blocks)


def _block(data: bytes) -> str:
    bits = np.unpackbits(np.frombuffer(data, dtype=np.uint8))
    rows = np.concatenate((bits, np.zeros(-len(bits) % 13, dtype=np.uint8))).reshape(-1, 13)
    values = np.packbits(np.pad(rows, ((0, 0), (3, 0))), axis=1).view(">u2")[:, 0]
    written: bytes = SIGNS[np.column_stack(np.divmod(values, len(SIGNS)))].tobytes()
    return written.decode("ascii")
