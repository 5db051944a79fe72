"""What a chunking makes of documents, without labels or a model (METRICS, section 4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ragcheck.measures.boundaries import Bounds
from ragcheck.measures.corpus import Text
from ragcheck.measures.structural import Found, find_breaks
from ragcheck.records import Chunks, Document
from ragcheck.spans import Ints, union

#: Chunks of fewer units are tiny; passages shorter than this are ambiguous too (twins).
TINY = 20
#: Examples of each kind of break, and characters shown on either side of the cut.
EXAMPLES, AROUND = 3, 40


@dataclass(frozen=True, slots=True)
class Example:
    """A break in the text: `line` (from 1) of the cut, and the text around it, ` | ` at the cut."""

    document: str
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Sizes:
    """Chunk sizes in tokens, prefixes included; None without chunks.

    `small` is the share of chunks under a quarter of the size that the chunker was given, in its
    own unit; None where it takes no size.
    """

    least: int | None
    median: float | None
    mean: float | None
    p95: int | None
    most: int | None
    total: int
    small: float | None


@dataclass(frozen=True, slots=True)
class Health:
    """One chunking. Counts are of chunks.

    `tiny` have fewer than 20 characters that are not white space, `wordless` no letter or digit (no
    question can find them), `duplicate` the text of an earlier one, but for white space and case.
    `outside` is the share of the text, white space aside, that no chunk holds. `breaks` are those
    of `structural_breaks`, `examples` up to three of each kind, spread over the documents.
    """

    count: int
    sizes: Sizes
    tiny: int
    wordless: int
    duplicate: int
    outside: float | None
    breaks: Mapping[str, Mapping[str, float | int | None]]
    examples: Mapping[str, tuple[Example, ...]]


def chunk_health(
    documents: Sequence[Document], chunks: Chunks, size: int | None, unit: str = "tokens"
) -> Health:
    """Health of `chunks`, made with `size` (None: the chunker takes none) counted in `unit`."""
    text = Text.of(documents)
    bounds = Bounds.of(text, chunks)
    found = find_breaks(documents, chunks, text)
    rows = zip(chunks.document, chunks.start, chunks.end, strict=True)
    texts = [documents[document].text[start:end] for document, start, end in rows]
    measured = chunks.end - chunks.start if unit == "characters" else chunks.tokens
    small = float((measured * 4 < size).mean()) if size is not None and len(chunks) else None
    return Health(
        len(chunks),
        _sizes(chunks, small),
        int((bounds.end - bounds.start < TINY).sum()),
        sum(not any(map(str.isalnum, one)) for one in texts),
        len(texts) - len({" ".join(one.split()).casefold() for one in texts}),
        _outside(bounds, text),
        {kind: one.figures for kind, one in found.items()},
        {kind: _examples(documents, text, one) for kind, one in found.items()},
    )


def _sizes(chunks: Chunks, small: float | None) -> Sizes:
    tokens = chunks.tokens
    if not len(tokens):
        return Sizes(None, None, None, None, None, 0, small)
    p95 = int(np.percentile(tokens, 95, method="inverted_cdf"))
    mean, median = float(tokens.mean()), float(np.median(tokens))
    total = int(tokens.sum(dtype=np.int64))
    return Sizes(int(tokens.min()), median, mean, p95, int(tokens.max()), total, small)


def _outside(bounds: Bounds, text: Text) -> float | None:
    """Share of the units in no chunk; None where there are none."""
    if not text.length:
        return None
    start, end = union(bounds.start, bounds.end)
    return 1 - int((end - start).sum()) / text.length


def _examples(documents: Sequence[Document], text: Text, found: Found) -> tuple[Example, ...]:
    """The first break, the last, and those between that split them evenly."""
    cuts: Ints = found.cut[found.broken]
    chosen = np.unique(np.linspace(0, len(cuts) - 1, min(EXAMPLES, len(cuts))).round().astype(int))
    examples = []
    for cut in cuts[chosen]:
        number = int(np.searchsorted(text.offset, cut, side="right")) - 1
        document, place = documents[number], int(cut - text.offset[number])
        line = document.text.count("\n", 0, place) + 1
        examples.append(Example(document.id, line, _around(document.text, place)))
    return tuple(examples)


def _around(text: str, cut: int) -> str:
    """`...free of charge up to | 30 days ...`: one printable line, begun and ended at a word."""
    far = 4 * AROUND  # white space and control characters shrink
    before, after = _printable(text[max(0, cut - far) : cut]), _printable(text[cut : cut + far])
    if len(before) > AROUND or cut > far:
        before = "..." + _words(before[::-1])[::-1]
    if len(after) > AROUND or cut + far < len(text):
        after = _words(after) + " ..."
    return f"{before} | {after}"


def _words(text: str) -> str:
    """As much of a text as fits, ended at a word unless that takes more than half."""
    if len(text) <= AROUND:
        return text
    whole = text[: AROUND + 1].rpartition(" ")[0]
    return whole if len(whole) > AROUND // 2 else text[:AROUND]


def _printable(text: str) -> str:
    """On one line, without control characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
