"""Simulated questions, and how a figure is printed beside what was promised of it."""

from __future__ import annotations

import sys
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

RECALL, DROP, DOC, OWN = 0.80, 0.06, 0.06, 0.06
#: What an interval of 95% must cover, and may cover at most from 100 questions up.
LEAST, MOST, LARGE = 0.93, 0.97, 100


@dataclass
class Report:
    """Prints figures, and remembers which promised ones were missed, and which for a reason."""

    missed: int = 0
    excused: int = 0

    def line(self, text: str, *checks: tuple[str, bool], excuse: str = "") -> None:
        """One line; `checks` are promises with whether they hold, `excuse` why none can."""
        broken = ", ".join(name for name, held in checks if not held)
        self.missed += bool(broken and not excuse)
        self.excused += bool(broken and excuse)
        ending = "   ok" if checks else ""
        if broken:
            ending = f"   OUT OF REACH: {broken}\n{excuse}" if excuse else f"   MISSED: {broken}"
        sys.stdout.write(f"{text}{ending}\n")
        sys.stdout.flush()


def documents_of(questions: int, documents: int) -> Ints:
    """The document of each question, uneven by 2.5 as in real sets."""
    if documents == questions:
        return np.arange(questions)
    edges = np.cumsum(np.linspace(0.6, 1.5, documents))
    places: Ints = np.searchsorted(edges / edges[-1], (np.arange(questions) + 0.5) / questions)
    return places


def hits(generator: np.random.Generator, clusters: Ints, recalls: Floats, shares: Floats) -> Floats:
    """float64[q, S] of 0 and 1 for systems of these true `recalls`; `shares` = doc, own, w."""
    doc, own, whole = shares
    draw = generator.standard_normal
    groups, systems = int(clusters.max()) + 1, len(recalls)
    score = np.sqrt(doc) * draw((groups, 1))[clusters]
    score = score + np.sqrt(1 - doc - own) * draw((len(clusters), 1))
    score = score + np.sqrt(own * (1 - whole)) * draw((len(clusters), systems))
    score = score + np.sqrt(own * whole) * draw((groups, systems))[clusters]
    found: Floats = (score < ndtri(recalls)).astype(np.float64)
    return found
