"""Judge once, measure many: from rankings and labels to one number per question and measure.

`Corpus.of` prepares a collection, `judge` compares one system's rankings with the labels, and
`evaluate` turns the result into the values of `measures_for`. Definitions: METRICS, sections 1-6.
"""

from ragcheck.measures.composition import Hits, Part
from ragcheck.measures.corpus import Corpus
from ragcheck.measures.depth import Depth, depth, trim
from ragcheck.measures.evaluating import cuts_for, evaluate, measures_for
from ragcheck.measures.families import FAMILIES, Family
from ragcheck.measures.judging import Judged, judge
from ragcheck.measures.modes import parity_measures, parity_notices, parity_values
from ragcheck.measures.structural import structural_breaks

__all__ = [
    "FAMILIES",
    "Corpus",
    "Depth",
    "Family",
    "Hits",
    "Judged",
    "Part",
    "cuts_for",
    "depth",
    "evaluate",
    "judge",
    "measures_for",
    "parity_measures",
    "parity_notices",
    "parity_values",
    "structural_breaks",
    "trim",
]
