"""The measures that only a diagnosis can tell: a value per question, as any other has."""

from __future__ import annotations

import numpy as np

from ragcheck.diagnosis import Found, distractors_measure
from ragcheck.measures.breaks import harmful_break
from ragcheck.measures.corpus import Reals
from ragcheck.measures.judging import Judged
from ragcheck.records import Cut, Measure

HARMFUL = Measure(
    "harmful_break",
    None,
    "share",
    "lower",
    "Share of the labelled passages, by weight, that are missed at the working cut, that a chunk "
    "boundary cuts, and that a chunk of the usual size around them would recover: the most "
    "that better boundaries can save. What is left of cut_and_missed is missed for other reasons.",
    "the retriever cannot score texts that it does not hold",
)


def measures(at: Cut) -> tuple[Measure, ...]:
    """The columns that stand in the values of a diagnosed system."""
    return HARMFUL, distractors_measure(at)


def values(judged: Judged, found: Found) -> dict[Measure, Reals]:
    """What a diagnosis says of every question: float64[q], NaN where `Measure.null` says so."""
    harmful = np.full(len(judged.answerable), np.nan)
    if "boundary_cut" not in found.diagnosis.unknown:
        harmful = harmful_break(judged, _recovered(judged, found))
    columns = (harmful, found.distractors)
    at = judged.cuts[judged.at]
    return {
        measure: np.where(judged.answerable, column, np.nan)
        for measure, column in zip(measures(at), columns, strict=True)
    }


def _recovered(judged: Judged, found: Found) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """bool[i]: whether a chunk of the usual size around the missed item recovers it."""
    flags = np.zeros(len(judged.items), np.bool_)
    misses = found.misses
    rows = judged.items.first[misses.question] + misses.item
    flags[rows] = ["clipped_oracle" in fixes for fixes in misses.fixes]
    return flags
