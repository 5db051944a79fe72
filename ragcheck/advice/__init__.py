"""What to try next on each system of a diagnosed run: the changes that may bring most recall.

Reads the run alone. Every figure is about the run's own questions, and an upper bound is called so
(METRICS, section 6): a change that recovers a passage alone may lose others.
"""

from ragcheck.advice.advise import MOST, advise
from ragcheck.advice.evidence import Asked
from ragcheck.advice.records import Advice, Prediction
from ragcheck.advice.rivals import Rival, rivals
from ragcheck.advice.wording import beyond_chance, promise

__all__ = [
    "MOST",
    "Advice",
    "Asked",
    "Prediction",
    "Rival",
    "advise",
    "beyond_chance",
    "promise",
    "rivals",
]
