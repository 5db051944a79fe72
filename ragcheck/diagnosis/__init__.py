"""Why passages were missed: the same retriever asked again with one thing changed.

`diagnose` finds for every missed item one cause and all that recovers it (METRICS, section 6). It
reads and writes no files.
"""

from ragcheck.diagnosis.case import Case, Found, Misses, Searcher
from ragcheck.diagnosis.diagnosing import diagnose
from ragcheck.diagnosis.distractors import measure as distractors_measure

__all__ = ["Case", "Found", "Misses", "Searcher", "diagnose", "distractors_measure"]
