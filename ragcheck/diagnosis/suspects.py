"""Labels to look at: passages less like their question than the rest of their document."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ragcheck.diagnosis.bench import Bench
from ragcheck.diagnosis.missed import Miss
from ragcheck.diagnosis.showing import Extent
from ragcheck.measures.boundaries import Flags
from ragcheck.retrieval.dense import Dense

#: Windows of a document that stand for all of them, and the fewest that have a median to speak of.
_WINDOWS, _FEWEST = 9, 3


def suspects(bench: Bench, hard: Sequence[int]) -> Flags:
    """Which missed items have a suspect label, among those by number in `hard`: bool[m].

    The passage is scored against evenly spaced windows of its length in its document: by the dense
    part where there is one, because words in common are a matter of chance in short windows.
    """
    misses = bench.missed.misses
    flags = np.zeros(len(misses), np.bool_)
    models = bench.missed.lists.models
    part = next((n for n, model in enumerate(models) if isinstance(model, Dense)), 0)
    extents = [_windows(bench, misses[number]) for number in hard]
    wanted = [
        (misses[number].row, bench.windows.text(misses[number].document, extent))
        for number, own in zip(hard, extents, strict=True)
        for extent in own
    ]
    scores = iter(bench.scorer.scores(wanted, "suspects"))
    for number, own in zip(hard, extents, strict=True):
        found = [next(scores)[part] for _ in own]
        if len(found) > _FEWEST:
            flags[number] = found[0] < np.median(found[1:])
    return flags


def _windows(bench: Bench, miss: Miss) -> list[Extent]:
    """The passage, then windows of as many tokens that do not touch it."""
    windows = bench.windows
    first, end = windows.run(miss.start, miss.end)
    low, high = windows.document(miss.document)
    size = end - first
    spread = np.linspace(low, max(high - size, low), _WINDOWS).astype(np.int64)
    starts = [one for one in dict.fromkeys(spread.tolist()) if one + size <= high]
    clear = [one for one in starts if one + size <= first or one >= end]
    places = [windows.characters(miss.document, (one, one + size)) for one in clear]
    return [Extent(miss.start, miss.end, 0), *(Extent(a, b, 0) for a, b in places)]
