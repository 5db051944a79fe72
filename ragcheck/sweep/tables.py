"""Judged arrays as the tables of a run folder (`run.py` says what each column means)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ragcheck.causes import CAUSES
from ragcheck.diagnosis.case import Misses
from ragcheck.measures.composition import Part
from ragcheck.measures.judging import Judged
from ragcheck.records import Chunks, Collection, Json, Measure, Rankings, Summary
from ragcheck.scores import clusters, first_document
from ragcheck.statistics.intervals import mean_interval

Values = Mapping[Measure, npt.NDArray[np.float64]]
#: Columns of `causes` that count from 1.
_RANKS = (
    "rank", "rank_tokens", "clipped_rank", "tight_rank", "context_rank", "other_rank",
    "fusion_rank",
)  # fmt: skip


def chunks(chunks: Chunks, texts: bool) -> pa.Table:
    """Where a chunking cut the documents; without `texts` also the prefixes are withheld."""
    number, prefixes = chunks.prefix, chunks.prefixes
    if not texts:
        number, prefixes = np.zeros_like(number), ("",)
    return pa.table(
        {
            "document": chunks.document,
            "start": chunks.start,
            "end": chunks.end,
            "tokens": chunks.tokens,
            "prefix": pa.DictionaryArray.from_arrays(pa.array(number), list(prefixes)),
        }
    )


def chunk_facts(chunks: Chunks) -> dict[str, Json]:
    """How many chunks there are and how large, in tokens."""
    if not len(chunks):
        return {"count": 0, "mean_tokens": None, "max_tokens": None}
    tokens = chunks.tokens
    return {
        "count": len(chunks),
        "mean_tokens": float(tokens.mean()),
        "max_tokens": int(tokens.max()),
    }


def values(values: Values, collection: Collection) -> pa.Table:
    """A row per question, a column per measure; null where there is no value."""
    columns = {str(measure): pa.array(v, from_pandas=True) for measure, v in values.items()}
    return pa.table({"question": [question.id for question in collection.questions], **columns})


def items(judged: Judged, collection: Collection) -> pa.Table:
    """A row per item: where its credited alternative is, and how it was found and cut."""
    credited = judged.credited[:, judged.at]
    spans = [
        item.alternatives[number]
        for item, number in zip(
            (item for question in collection.questions for item in question.items),
            judged.alternatives.number[credited],
            strict=True,
        )
    ]
    index = collection.index()
    rank, pieces = judged.completion, judged.breaks.pieces
    unseen = pa.nulls(len(rank), pa.float64()) if judged.unseen is None else judged.unseen
    return pa.table(
        {
            "question": _ids(judged.items.question, collection),
            "item": _numbers(judged),
            "weight": judged.items.weight,
            "document": np.array([index[span.document] for span in spans], np.int32),
            "start": np.array([span.start for span in spans], np.int32),
            "end": np.array([span.end for span in spans], np.int32),
            "coverage": judged.coverage[:, judged.at],
            "rank": pa.array(rank.astype(np.int32), mask=rank == 0),
            "severed": judged.breaks.severed,
            "severity": judged.breaks.severity,
            "pieces": pa.array(pieces.astype(np.int32), mask=pieces == 0),
            "unseen": unseen,
        }
    )


def hits(judged: Judged, rankings: Rankings, collection: Collection) -> pa.Table:
    """A row per retrieved chunk, with what it adds to the context before it."""
    hits = judged.hits
    return pa.table(
        {
            "question": _ids(hits.question, collection),
            "rank": hits.rank,
            "chunk": hits.chunk,
            "score": rankings.score[hits.question, hits.rank - 1],
            "gold": hits.gold,
            "redundant": hits.redundant,
            "other": hits.other,
            "cause": pa.DictionaryArray.from_arrays(
                pa.array(hits.cause), [part.name for part in Part]
            ),
        }
    )


def causes(misses: Misses, collection: Collection, systems: Sequence[str]) -> pa.Table:
    """A row per missed item: why, and what would recover it; `systems` are the ids of siblings."""
    ranks = {name: getattr(misses, name) for name in _RANKS}
    chunks = {name: getattr(misses, name) for name in ("host", "rival", "twin")}
    return pa.table(
        {
            "question": _ids(misses.question, collection),
            "item": misses.item,
            "document": misses.document,
            "start": misses.start,
            "end": misses.end,
            "cause": _words(misses.cause, list(CAUSES)),
            "fixes": pa.array([list(fixes) for fixes in misses.fixes], pa.list_(pa.string())),
            **{name: pa.array(rank, mask=rank == 0) for name, rank in ranks.items()},
            "other": _words(misses.other, systems),
            **{name: pa.array(chunk, mask=chunk < 0) for name, chunk in chunks.items()},
            "suspect": misses.suspect,
        }
    )


def summaries(values: Values, collection: Collection) -> dict[str, Summary]:
    """Mean and 95% interval of every measure over the questions that have a value."""
    cluster = clusters([first_document(question) for question in collection.questions])
    unanswerable = np.array([question.unanswerable for question in collection.questions], bool)
    found = {}
    for measure, v in values.items():
        null = np.isnan(v)
        counted = {
            "unanswerable": int((null & unanswerable).sum()),
            measure.null: int((null & ~unanswerable).sum()),
        }
        nulls = {reason: count for reason, count in counted.items() if count}
        bounded = measure.unit == "share"
        found[str(measure)] = mean_interval(v, cluster, bounded=bounded, nulls=nulls)
    return found


def costs(summaries: Mapping[str, Summary], judged: Judged) -> dict[str, float | None]:
    """What the context of the working cut costs on average, and how often the largest stays short.

    `unfilled` is the share of questions whose results end before the largest budget is full.
    """
    summary = summaries.get(f"context_tokens@{judged.cuts[judged.at]}")
    largest = judged.cuts[-1]
    short = judged.tokens[:, -1] < largest.value if largest.unit == "t" else np.zeros(0, bool)
    return {
        "context_tokens": summary.mean if summary else None,
        "unfilled": float(short.mean()) if len(short) else None,
    }


def _numbers(judged: Judged) -> npt.NDArray[np.int32]:
    """Number of each item within its question, from 0."""
    items = judged.items
    return (np.arange(len(items)) - items.first[items.question]).astype(np.int32)


def _ids(question: npt.NDArray[np.integer], collection: Collection) -> pa.DictionaryArray:
    """Question positions as ids, each id stored once."""
    ids = [question.id for question in collection.questions]
    return pa.DictionaryArray.from_arrays(pa.array(question.astype(np.int32)), ids)


def _words(values: Sequence[str], words: Sequence[str]) -> pa.DictionaryArray:
    """Each of `values` as one of `words`, stored once; null for the empty string."""
    place = {word: number for number, word in enumerate(words)}
    numbers = [place[value] if value else None for value in values]
    return pa.DictionaryArray.from_arrays(
        pa.array(numbers, pa.int32()), pa.array(words, pa.string())
    )
