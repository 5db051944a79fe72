"""What stood above missed passages: the chunks without labelled text that rank best, by misses."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from ragcheck.records import SystemResult
from ragcheck.run import RunFolder

#: Rivals named per system.
MOST = 5


@dataclass(frozen=True, slots=True)
class Rival:
    """A chunk (a row of the system's chunks) that outranked the gold of `misses` items."""

    chunk: int
    document: int
    start: int
    end: int
    misses: int


def rivals(folder: RunFolder, result: SystemResult) -> tuple[Rival, ...]:
    """The chunks that outranked most missed passages, up to five; ties in document order.

    Nothing for a system without a diagnosis. Raises RunError for tables that cannot be read.
    """
    table = folder.causes(result.system.id)
    if table is None:
        return ()
    counts = Counter(row for row in table.column("rival").to_pylist() if row is not None)
    most = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST]
    chunks = folder.chunks(result.system.id)
    document, start, end = (
        chunks.column(name).to_pylist() for name in ("document", "start", "end")
    )
    return tuple(Rival(row, document[row], start[row], end[row], n) for row, n in most)
