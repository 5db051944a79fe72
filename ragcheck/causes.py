"""The nouns of a diagnosis: why labelled passages were missed (METRICS, section 6).

Part of `records.py`, apart because what is concluded grows. An *intervention* changes one thing and
asks the same retriever again; a *cause* is the first thing, in a fixed order, whose change recovers
a missed item. No language model takes part.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from ragcheck.conclusions import Summary

#: Every primary cause in the order of the test, in words.
CAUSES: Mapping[str, str] = MappingProxyType(
    {
        "index_gap": "some of its text is in no chunk",
        "label_twin": "a retrieved chunk elsewhere says the same: the labels lack it",
        "truncation": "the embedder never read it",
        "boundary_cut": "a chunk boundary cuts it",
        "duplicate_crowd": "near copies of other chunks took the places",
        "overlap_crowd": "overlapping chunks took the places",
        "lost_context": "its chunk lacks the title and headings that name its subject",
        "boundary_context": "whole in a chunk, but the boundaries gave it the wrong neighbours",
        "dilution": "buried in a chunk about other things",
        "outranked": "ranked lower than the cut, or found by another retriever",
        "hard": "nothing single recovers it",
    }
)

#: Every intervention, in words.
INTERVENTIONS: Mapping[str, str] = MappingProxyType(
    {
        "accept_twin": "count the other text that says the same as found",
        "clipped_oracle": "a chunk of the usual size centred on the passage",
        "skip_duplicates": "skip chunks that nearly repeat a better one",
        "skip_overlaps": "skip chunks that mostly show text shown before",
        "add_context": "title and heading path before its chunks and their competitors",
        "tight_oracle": "the passage alone as a chunk",
        "deeper": "show five times as much",
        "other_retriever": "another retriever of the sweep on the same chunks",
        "fusion": "the retrievers of the sweep fused, on the same chunks",
    }
)


@dataclass(frozen=True, slots=True)
class CauseSummary:
    """The missed items with one primary cause.

    `n` of them; `share` of all missed items (the shares of a system sum to 1).
    `recoverable_recall`: recall that undoing exactly this would add, an upper bound, with its
    interval over questions. `expected` is how much of it a real change is expected to add, by the
    rank that the intervention reached; None where nothing is
    known to fix it, or only another order, whose losses elsewhere nobody counted.
    """

    n: int
    share: float
    recoverable_recall: Summary
    expected: float | None


@dataclass(frozen=True, slots=True)
class InterventionSummary:
    """What one intervention did to the missed items, sufficient or not, primary or not.

    It was tried on `tried` missed items and recovered `recovered`; the same injections with random
    windows of the same documents "recovered" `placebo_recovered` of `placebo_tried`. `corrected` is
    (s - p) / (1 - p) of the two shares with its 95% interval `low`..`high`; None where no placebo
    could be tried. `recoverable_recall` and `expected` as in `CauseSummary`, over every item that
    it recovers.
    """

    tried: int
    recovered: int
    recoverable_recall: Summary
    expected: float | None
    placebo_tried: int = 0
    placebo_recovered: int = 0
    corrected: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Why one system missed what it missed at the working cut.

    `misses` counts items. `causes` holds those that occur, in the order of `CAUSES`;
    `interventions` all that could be tried. `unknown` says which causes this system's components
    cannot tell, and why. `encodings` counts the texts that were embedded for it by purpose
    (`oracles`, `context`, `competitors`, `placebo`, `suspects`), cached ones included.
    """

    misses: int
    causes: Mapping[str, CauseSummary]
    interventions: Mapping[str, InterventionSummary]
    unknown: Mapping[str, str] = field(default_factory=dict)
    encodings: Mapping[str, int] = field(default_factory=dict)
