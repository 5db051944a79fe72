"""Other tools' measures with their own quirks, to compare with what they publish.

METRICS, section 8. They count characters, white space included, know neither twins nor
interchangeable passages (every member of an item is a passage of its own), and are part of a sweep
only where it asks for them (`modes.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ragcheck.measures.corpus import Reals
from ragcheck.records import Chunks, Collection, Rankings
from ragcheck.spans import Ints, intersection, union

Intervals = tuple[Ints, Ints]


@dataclass(frozen=True, slots=True, eq=False)
class Overlaps:
    """Values per question, float64[q]; NaN without passages, 0 where nothing is retrieved."""

    recall: Reals
    precision: Reals
    iou: Reals


def chroma(collection: Collection, chunks: Chunks, rankings: Rankings, k: int) -> Overlaps:
    """Token-wise recall, precision and IoU of Chroma's chunking evaluation over the top `k`.

    With N the characters of gold in the union of the chunks: N over the lengths of the passages, N
    over the lengths of the chunks, N over the lengths of the chunks and the gold not found. A
    chunk's length counts again wherever it overlaps another.
    """
    rows = []
    for gold, shown in _questions(collection, chunks, rankings, k):
        highlighted = union(*gold)
        found = _length(intersection(highlighted, union(*shown)))
        read, missed = _length(shown), _length(highlighted) - found
        rows.append((found / _length(gold), _share(found, read), found / max(read + missed, 1)))
    return Overlaps(*_by_question(collection, rows).T)


def legalbench(collection: Collection, chunks: Chunks, rankings: Rankings, k: int) -> Overlaps:
    """Character precision and recall of LegalBench-RAG over the top `k`; its IoU does not exist.

    Every pair of chunk and passage counts, so that recall exceeds 1 where chunks overlap.
    """
    rows = []
    for (gold_start, gold_end), shown in _questions(collection, chunks, rankings, k):
        start = np.maximum(shown[0][:, None], gold_start)
        common = int(np.maximum(np.minimum(shown[1][:, None], gold_end) - start, 0).sum())
        gold = _length((gold_start, gold_end))
        rows.append((common / gold, _share(common, _length(shown)), np.nan))
    return Overlaps(*_by_question(collection, rows).T)


def precision_omega(collection: Collection, chunks: Chunks, *, touching: bool = True) -> Reals:
    """Chroma's precision of a retriever that returns every chunk with gold in it: float64[q].

    The gold that any chunk holds, over the union of those chunks and all gold. `touching` counts
    chunks that only border on a passage, as their test `start <= end` does.
    """
    start, end = _places(collection, chunks)
    rows = []
    for low, high in _gold(collection):
        if touching:
            met = (start[:, None] <= high) & (low <= end[:, None])
        else:
            met = (start[:, None] < high) & (low < end[:, None])
        chosen = met.any(axis=1)
        held = union(start[chosen], end[chosen])
        whole = union(np.append(start[chosen], low), np.append(end[chosen], high))
        rows.append((_length(intersection(union(low, high), held)) / _length(whole),))
    return _by_question(collection, rows)[:, 0]


def _questions(
    collection: Collection, chunks: Chunks, rankings: Rankings, k: int
) -> Iterator[tuple[Intervals, Intervals]]:
    """Gold and the top `k` chunks of every question that has passages, in characters."""
    start, end = _places(collection, chunks)
    labelled = [not question.unanswerable for question in collection.questions]
    for gold, ranked in zip(_gold(collection), rankings.chunk[labelled], strict=True):
        top = ranked[:k][ranked[:k] >= 0]
        yield gold, (start[top], end[top])


def _gold(collection: Collection) -> Iterator[Intervals]:
    index, offset = collection.index(), _offset(collection)
    for question in collection.questions:
        spans = [member.span for item in question.items for member in item.members]
        if spans:
            begin = np.array([offset[index[span.document]] for span in spans])
            yield (
                begin + np.array([span.start for span in spans]),
                begin + np.array([span.end for span in spans]),
            )


def _places(collection: Collection, chunks: Chunks) -> Intervals:
    offset = _offset(collection)[chunks.document]
    return offset + chunks.start, offset + chunks.end


def _offset(collection: Collection) -> Ints:
    """Where each document begins when all stand end to end, two positions apart."""
    # One position between documents would let the end of one border on the next.
    lengths = [len(document.text) + 2 for document in collection.documents]
    return np.cumsum([0, *lengths], dtype=np.int64)


def _by_question(collection: Collection, rows: Sequence[tuple[float, ...]]) -> Reals:
    """Rows of the questions with passages among NaN for the others: float64[q, 3]."""
    table = np.full((len(collection.questions), len(rows[0]) if rows else 3), np.nan)
    if rows:
        table[[not question.unanswerable for question in collection.questions]] = rows
    return table


def _length(intervals: Intervals) -> int:
    start, end = intervals
    return int((end - start).sum())


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
