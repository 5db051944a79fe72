"""What a chunking cuts in two of the structure of documents; no labels (METRICS, section 4)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from ragcheck.measures.boundaries import Bounds, Flags
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


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """Every unit of one kind, and what the chunking does to it: arrays of length u.

    `start` is where it begins and `cut` where a chunk ends in it, in characters of all documents
    end to end (`Text.offset`); `cut` is `start` where no chunk holds its beginning. `fits`: no
    longer than the largest chunk; `broken`: it fits, and no chunk holds it whole.
    """

    start: Ints
    cut: Ints
    fits: Flags
    broken: Flags

    @property
    def figures(self) -> dict[str, float | int | None]:
        """Counts: `units`, `broken`, `unavoidable`, and `share` = broken / units or None."""
        units, broken = int(self.fits.sum()), int(self.broken.sum())
        share = broken / units if units else None
        unavoidable = len(self.fits) - units
        return {"units": units, "broken": broken, "unavoidable": unavoidable, "share": share}


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
    found = find_breaks(documents, chunks, Text.of(documents))
    return {kind: one.figures for kind, one in found.items()}


def find_breaks(documents: Sequence[Document], chunks: Chunks, text: Text) -> dict[str, Found]:
    """Every unit that `structural_breaks` counts, by kind; `text` is that of `documents`.

    A unit of `header_loss` begins, and is cut, where its chunk begins.
    """
    bounds = Bounds.of(text, chunks)
    within = [structure(document.text, is_markdown(document.id)) for document in documents]
    found = {kind: _broken(_place(text, within, kind), text, bounds) for kind in KINDS}
    found["header_loss"] = _header_loss(documents, chunks, within, (text, bounds))
    return found


def _place(text: Text, found: Sequence[Structure], kind: str) -> tuple[Ints, Ints]:
    """Start and end, in units, of everything of a kind in all documents."""
    spans: Iterable[Ints] = (
        getattr(one, kind).astype(np.int64) + start
        for one, start in zip(found, text.offset, strict=False)
    )
    start, end = text.unit(np.concatenate([np.zeros((0, 2), np.int64), *spans]).T)
    return start, end


def _broken(place: tuple[Ints, Ints], text: Text, bounds: Bounds) -> Found:
    start, end = place
    largest = int((bounds.end - bounds.start).max(initial=0))
    fits = end - start <= largest
    reach = bounds.reach(start)
    broken = fits & (reach < end)
    # Whole units have no cut; one past the last unit of all documents would have no position.
    cut = np.where(broken, np.maximum(reach, start), start)
    return Found(text.position(start), text.position(cut), fits, broken)


def _header_loss(
    documents: Sequence[Document],
    chunks: Chunks,
    found: Sequence[Structure],
    index: tuple[Text, Bounds],
) -> Found:
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
    begins = text.position(bounds.start[chunk])
    return Found(begins, begins, np.ones(len(table), np.bool_), lost)


def _squeezed(text: str) -> str:
    return "".join(text.split())
