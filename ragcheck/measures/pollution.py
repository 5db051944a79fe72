"""What the context is made of (METRICS, section 3). Functions return float64[q, c]."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ragcheck.measures.composition import Part
from ragcheck.measures.corpus import Reals
from ragcheck.measures.judging import Judged
from ragcheck.measures.ranges import ratio


def share(judged: Judged, parts: Sequence[Part]) -> Reals:
    """Share of the units shown that are one of `parts`; NaN where nothing is shown."""
    composition = judged.composition.parts
    return ratio(composition[:, :, list(parts)].sum(axis=2), composition.sum(axis=2))


def other(judged: Judged) -> Reals:
    """Share of the units shown that are neither gold nor shown before."""
    fresh = (Part.prefix, Part.same_section, Part.same_document, Part.other_document)
    return share(judged, fresh)


def pollution(judged: Judged) -> Reals:
    """Share of the units shown that are not new gold."""
    return share(judged, [part for part in Part if part is not Part.gold])


def iou(judged: Judged) -> Reals:
    """Units common to gold and context over units in either; 0 where nothing is shown."""
    return ratio(judged.composition.parts[:, :, Part.gold], judged.composition.joined)


def offtopic(judged: Judged) -> Reals:
    """Share of the chunks shown that add no new gold; NaN where nothing is shown."""
    return ratio(judged.shown - judged.composition.adding, judged.shown)


def offtopic_floor(judged: Judged) -> Reals:
    """What `offtopic` is at least, as only so many chunks of the index hold gold at all."""
    useful = np.minimum(judged.shown, judged.composition.touching)
    return ratio(judged.shown - useful, judged.shown)


def context_tokens(judged: Judged) -> Reals:
    """Tokens of the context, prefixes included."""
    return judged.tokens.astype(np.float64)
