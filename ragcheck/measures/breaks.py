"""What chunk boundaries do to the labelled passages (METRICS, section 4).

Functions return float64[q]. The missed items of the working cut are told apart by the first reason
that applies; `index_gap`, `cut_and_missed`, `unseen`, `not_ranked` and recall at that cut sum to 1.
"""

from __future__ import annotations

import numpy as np

from ragcheck.measures.boundaries import Flags
from ragcheck.measures.corpus import Reals
from ragcheck.measures.judging import Judged
from ragcheck.measures.recall import weighted


def severed(judged: Judged) -> Reals:
    """Share of the items that no single chunk holds whole."""
    return weighted(judged, judged.breaks.severed.astype(np.float64))


def unavoidable(judged: Judged) -> Reals:
    """Share of the items that are longer than every chunk."""
    return weighted(judged, judged.breaks.unavoidable.astype(np.float64))


def severity(judged: Judged) -> Reals:
    """Mean share of an item that is missing from the chunk that holds most of it."""
    return weighted(judged, judged.breaks.severity)


def pieces(judged: Judged) -> Reals:
    """Mean of the fewest chunks that cover an item; NaN where text is missing from the index."""
    count = judged.breaks.pieces
    return weighted(judged, np.where(count > 0, count, np.nan))


def gold_unseen(judged: Judged) -> Reals:
    """Mean share of an item that no vector depends on; NaN for a system without an embedder."""
    if judged.unseen is None:
        return np.full(len(judged.answerable), np.nan)
    return weighted(judged, judged.unseen)


def index_gap(judged: Judged) -> Reals:
    """Share of the items that are missed and stand in no set of chunks."""
    return weighted(judged, (_missed(judged) & _absent(judged)).astype(np.float64))


def cut_and_missed(judged: Judged) -> Reals:
    """Share of the items that are missed and in the index, but in no single chunk whole."""
    cut = _missed(judged) & judged.breaks.severed & ~_absent(judged)
    return weighted(judged, cut.astype(np.float64))


def harmful_break(judged: Judged, recovered: Flags) -> Reals:
    """Share of the items that are cut and missed, and that better boundaries recover.

    `recovered` bool[i]: a chunk of the usual size around the item is ranked within the cut.
    """
    cut = _missed(judged) & judged.breaks.severed & ~_absent(judged)
    return weighted(judged, (cut & recovered).astype(np.float64))


def unseen(judged: Judged) -> Reals:
    """Share of the items that are missed, whole in a chunk, and mostly read by no embedder.

    0 for a system without an embedder: it reads everything.
    """
    lost = _missed(judged) & ~judged.breaks.severed & _unread(judged)
    return weighted(judged, lost.astype(np.float64))


def not_ranked(judged: Judged) -> Reals:
    """Share of the items that are missed although one chunk holds them whole and is read."""
    whole = _missed(judged) & ~judged.breaks.severed & ~_unread(judged)
    return weighted(judged, whole.astype(np.float64))


def _missed(judged: Judged) -> Flags:
    return np.asarray(judged.coverage[:, judged.at] < 1)


def _absent(judged: Judged) -> Flags:
    return np.asarray(judged.breaks.pieces == 0)


def _unread(judged: Judged) -> Flags:
    """bool[i]: over half of the item is read in no chunk (METRICS, section 6, truncation)."""
    if judged.unseen is None:
        return np.zeros(len(judged.items), np.bool_)
    return np.asarray(judged.unseen > 0.5)
