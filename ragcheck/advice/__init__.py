"""What to try next on each system of a diagnosed run: the changes that may bring most recall.

Reads the run alone. Every figure is about the run's own questions, and an upper bound is called so
(METRICS, section 6): a change that recovers a passage alone may lose others.
"""

from ragcheck.advice.advise import MOST, advise
from ragcheck.advice.records import Advice, Prediction

__all__ = ["MOST", "Advice", "Prediction", "advise"]
