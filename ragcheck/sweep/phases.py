"""How much recall depends on where the first window happens to begin (METRICS, section 4)."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from ragcheck.chunking import Fixed
from ragcheck.measures.corpus import Reals
from ragcheck.measures.judging import Judged
from ragcheck.measures.recall import recall
from ragcheck.records import Json
from ragcheck.retrieval.bm25 import BM25

#: Starting points of each chunking, its own among them.
STARTS = 5


def shifted(chunker: Any, retriever: Any, phase: str) -> tuple[Fixed, ...]:
    """The other starting points at which a system is measured, `size / 5` apart.

    Only `Fixed` has any, and a size below 5 has none. `phase` is the setting: `off`, `bm25` (only
    that retriever, which costs next to nothing) or `all`.
    """
    asked = phase == "all" or (phase == "bm25" and isinstance(retriever, BM25))
    if not asked or not isinstance(chunker, Fixed) or chunker.size < STARTS:
        return ()
    offsets = ((chunker.offset + n * chunker.size // STARTS) % chunker.size for n in range(STARTS))
    return tuple(dataclasses.replace(chunker, offset=offset) for offset in offsets)[1:]


def phase_facts(
    chunker: Any, others: Sequence[Fixed], judged: Judged, elsewhere: Sequence[Reals]
) -> dict[str, Json]:
    """What `run.json` says: `offsets`, `recall` at each of them by measure, and `phase_sd`.

    `elsewhere` is `mean_recall` of the system from each of the `others`. `phase_sd` is the standard
    deviation over all starting points, with n - 1. Empty where there are no other ones, or where no
    question has an answer.
    """
    if not others or not judged.answerable.any():
        return {}
    means = np.array([mean_recall(judged), *elsewhere])
    names = [f"recall@{cut}" for cut in judged.cuts]
    return {
        "offsets": [one.offset for one in (chunker, *others)],
        "recall": dict(zip(names, means.T.tolist(), strict=True)),
        "phase_sd": dict(zip(names, means.std(axis=0, ddof=1).tolist(), strict=True)),
    }


def mean_recall(judged: Judged) -> Reals:
    """Mean over the answerable questions at every cut-off: float64[c], zeros without any."""
    values = recall(judged)[judged.answerable]
    return np.asarray(values.sum(axis=0) / max(len(values), 1))
