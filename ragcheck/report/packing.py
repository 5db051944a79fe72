"""How data become text of the page: words and numbers as signs, gzip, 13 bits in two signs.

`static/data.js` reads it back. Each step earned its place on a real run: numbers that look random
pack a quarter smaller as signs, documents a tenth smaller with signs for their words, and two signs
for 13 bits need a thirteenth less room than base64.
"""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from collections.abc import Sequence

import numpy as np

from ragcheck.report.load import Ints

#: Printable characters that JSON does not escape.
ALPHABET = np.array([c for c in range(32, 127) if c not in b'"\\'], dtype=np.uint8)
#: 91 signs that can stand in a script element; 91² > 2¹³.
SIGNS = np.array([c for c in range(33, 127) if c not in b'"\\<'], dtype=np.uint8)
#: Bytes that are written at a time, a multiple of 13.
BLOCK = 13 * 65536
#: Of gzip: the highest takes six times as long for a fiftieth.
LEVEL = 7
#: Signs for words are characters of two bytes that no document uses.
WORD_SIGNS = range(0xA1, 0x800)
_WORD = re.compile(r" ?[^\W\d_]{2,}")


def pack(value: object) -> str:
    """JSON, gzip without a clock, and as signs after the number of bytes."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return signs(gzip.compress(text.encode(), LEVEL, mtime=0))


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


def digits(values: Ints) -> list[str]:
    """Numbers >= 0 as characters: a string per digit to the base 93, the lowest digit first."""
    rest = np.asarray(values, dtype=np.int64)
    planes = [ALPHABET[rest % len(ALPHABET)].tobytes().decode("ascii")]
    while (rest := rest // len(ALPHABET)).any():
        planes.append(ALPHABET[rest % len(ALPHABET)].tobytes().decode("ascii"))
    return planes


def shifted(values: Ints) -> dict[str, object]:
    """Numbers of either sign: the lowest, and how far the others lie above it as `digits`."""
    low = int(np.min(values, initial=0))
    return {"low": low, "planes": digits(values - low)}


def worded(texts: Sequence[str]) -> dict[str, object]:
    """Texts in which frequent words are one sign each: `words` by sign, and the `texts`."""
    used = set().union(*texts) if texts else set()
    free = [chr(code) for code in WORD_SIGNS if chr(code) not in used]
    counts = Counter(word for text in texts for word in _WORD.findall(text))
    ranked = sorted(counts, key=lambda word: (-counts[word] * (len(word) - 1), word))
    sign = dict(zip(ranked, free, strict=False))
    return {
        "words": {mark: word for word, mark in sign.items()},
        "texts": [_WORD.sub(lambda found: sign.get(found[0], found[0]), text) for text in texts],
    }
