"""What a chunking cuts in two of the structure of documents; no labels (METRICS, section 4)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from ragcheck.measures.boundaries import Bounds
from ragcheck.measures.corpus import Text
from ragcheck.measures.ranges import spread
from ragcheck.records import Chunks, Document
from ragcheck.spans import Ints
from ragcheck.structure import Structure, is_markdown, structure

#: The kinds of `Structure` that a chunk should hold whole.
KINDS = (
    "sentence",
    "paragraph",
    "list_item",
    "table_row",
    "table",
    "code_fence",
    "heading_block",
)


def structural_breaks(
    documents: Sequence[Document], chunks: Chunks
) -> dict[str, dict[str, float | int | None]]:
    """How many sentences, tables, .. no chunk holds whole; white space at their ends is ignored.

    For each of `KINDS`: `units`, those no longer than the largest chunk; `broken`, how many of
    them; `share`, broken / units, None where there are none; `unavoidable`, how many are longer.
    For `header_loss` the units are pairs of a table and a chunk that holds some of its body, broken
    where neither the chunk nor its prefix has the header row. Kinds that no document has are left
    in, with zeros.
    """
    text = Text.of(documents)
    bounds = Bounds.of(text, chunks)
    found = [structure(document.text, is_markdown(document.id)) for document in documents]
    figures = {kind: _broken(_place(text, found, kind), bounds) for kind in KINDS}
    figures["header_loss"] = _header_loss(documents, chunks, found, (text, bounds))
    return figures


def _place(text: Text, found: Sequence[Structure], kind: str) -> tuple[Ints, Ints]:
    """Start and end, in units, of everything of a kind in all documents."""
    spans: Iterable[Ints] = (
        getattr(one, kind).astype(np.int64) + start
        for one, start in zip(found, text.offset, strict=False)
    )
    start, end = text.unit(np.concatenate([np.zeros((0, 2), np.int64), *spans]).T)
    return start, end


def _broken(place: tuple[Ints, Ints], bounds: Bounds) -> dict[str, float | int | None]:
    start, end = place
    largest = int((bounds.end - bounds.start).max(initial=0))
    fits = end - start <= largest
    return _figures(
        int(fits.sum()), int((bounds.reach(start) < end)[fits].sum()), int((~fits).sum())
    )


def _header_loss(
    documents: Sequence[Document],
    chunks: Chunks,
    found: Sequence[Structure],
    index: tuple[Text, Bounds],
) -> dict[str, float | int | None]:
    text, bounds = index
    _, table_end = _place(text, found, "table")
    header_start, header_end = _place(text, found, "table_header")
    # The body of a table begins where its header ends: in units nothing lies between.
    low = np.searchsorted(bounds.far, header_end, side="right")
    count = np.maximum(np.searchsorted(bounds.start, table_end, side="left") - low, 0)
    table, chunk = np.repeat(np.arange(len(count)), count), spread(low, count)
    body = (bounds.end[chunk] > header_end[table]) & (bounds.start[chunk] < bounds.end[chunk])
    body &= (header_end < table_end)[table]
    table, chunk = table[body], chunk[body]
    lost = (bounds.start[chunk] > header_start[table]) | (bounds.end[chunk] < header_end[table])
    headers = [
        _squeezed(document.text[start:end].split("\n")[0])
        for document, one in zip(documents, found, strict=True)
        for start, end in one.table_header
    ]
    prefixes = [_squeezed(prefix) for prefix in chunks.prefixes]
    for row in np.flatnonzero(lost & (chunks.prefix[chunk] > 0)):
        lost[row] = headers[table[row]] not in prefixes[chunks.prefix[chunk[row]]]
    return _figures(len(table), int(lost.sum()), 0)


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _figures(units: int, broken: int, unavoidable: int) -> dict[str, float | int | None]:
    share = broken / units if units else None
    return {"units": units, "broken": broken, "unavoidable": unavoidable, "share": share}
