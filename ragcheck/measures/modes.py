"""Other tools' measures as columns of a sweep that asks for them: `--parity chroma,legalbench`.

Each is named for the tool, so that a number says which mode it is; what the modes leave out of
METRICS (twins, interchangeable passages, white space) says `parity.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from ragcheck.measures.corpus import Reals
from ragcheck.measures.parity import Overlaps, chroma, legalbench, precision_omega
from ragcheck.records import Chunks, Collection, Cut, Measure, Notice, Rankings

_CHROMA = "As Chroma's chunking evaluation counts it, over characters and without twins: "
_LEGALBENCH = "As LegalBench-RAG counts it, over characters and without twins: "


@dataclass(frozen=True, slots=True)
class Column:
    """One measure of a mode: `field` of `Overlaps`; a ratio, unlike a share, may exceed 1."""

    field: Literal["recall", "precision", "iou"]
    doc: str
    unit: Literal["share", "ratio"] = "share"


@dataclass(frozen=True, slots=True)
class Mode:
    """What one tool measures over the top k, and of a chunking alone; `notice` warns of quirks."""

    at_k: Callable[[Collection, Chunks, Rankings, int], Overlaps]
    columns: tuple[Column, ...]
    of_chunks: Mapping[str, tuple[Callable[[Collection, Chunks], Reals], str]]
    notice: str = ""


MODES: Mapping[str, Mode] = MappingProxyType(
    {
        "chroma": Mode(
            chroma,
            (
                Column(
                    "recall",
                    _CHROMA + "gold in the union of the top k chunks, over the lengths of the "
                    "passages.",
                ),
                Column(
                    "precision",
                    _CHROMA + "gold in the union of the top k chunks, over the lengths of these "
                    "chunks, overlaps counted again.",
                ),
                Column(
                    "iou",
                    _CHROMA + "gold in the union of the top k chunks, over the lengths of these "
                    "chunks and the gold they miss.",
                ),
            ),
            {
                "precision_omega": (
                    precision_omega,
                    _CHROMA + "precision of a retriever that returns every chunk that touches a "
                    "passage, bordering included. Depends on the chunker alone.",
                )
            },
        ),
        "legalbench": Mode(
            legalbench,
            (
                Column(
                    "recall",
                    _LEGALBENCH + "gold in each of the top k chunks, added up, over the lengths of "
                    "the passages. Above 1 where chunks overlap.",
                    "ratio",
                ),
                Column(
                    "precision",
                    _LEGALBENCH + "gold in each of the top k chunks, added up, over the lengths of "
                    "these chunks.",
                ),
            ),
            {},
            "legalbench_recall counts a passage again in every chunk that overlaps it, so it can "
            "exceed 1; compare it with LegalBench-RAG's figures only",
        ),
    }
)


def parity_measures(modes: Sequence[str], cuts: Sequence[Cut]) -> list[Measure]:
    """The measures of `modes`: `chroma_recall@5` at every number of chunks, then those without."""
    found = []
    for name in modes:
        mode = MODES[name]
        found += [_at_k(name, column, cut) for cut in _ks(cuts) for column in mode.columns]
        found += [_of_chunks(name, field, doc) for field, (_, doc) in mode.of_chunks.items()]
    return found


def parity_values(
    modes: Sequence[str],
    cuts: Sequence[Cut],
    collection: Collection,
    chunks: Chunks,
    rankings: Rankings,
) -> dict[Measure, Reals]:
    """Value of every measure of `parity_measures`, in its order: float64[q], NaN without gold."""
    values: dict[Measure, Reals] = {}
    for name in modes:
        mode = MODES[name]
        for cut in _ks(cuts):
            overlaps = mode.at_k(collection, chunks, rankings, cut.value)
            for column in mode.columns:
                values[_at_k(name, column, cut)] = getattr(overlaps, column.field)
        for field, (function, doc) in mode.of_chunks.items():
            values[_of_chunks(name, field, doc)] = function(collection, chunks)
    return values


def parity_notices(modes: Sequence[str]) -> tuple[Notice, ...]:
    """What must be known to read the numbers of `modes`."""
    return tuple(Notice("parity", MODES[name].notice) for name in modes if MODES[name].notice)


def _ks(cuts: Sequence[Cut]) -> list[Cut]:
    return [cut for cut in cuts if cut.unit == "k"]


def _at_k(mode: str, column: Column, cut: Cut) -> Measure:
    return Measure(f"{mode}_{column.field}", cut, column.unit, "higher", column.doc)


def _of_chunks(mode: str, field: str, doc: str) -> Measure:
    return Measure(f"{mode}_{field}", None, "share", "higher", doc)
