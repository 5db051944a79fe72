"""Do two ways to compute a model agree? Texts to try them on, and what counts as agreement."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ragcheck.records import Floats
from ragcheck.spans import Ints

#: Largest difference in any component of two vectors of length 1 that are the same.
TOLERANCE = 1e-5
#: How many neighbours of each question must be the same, in the same order.
_NEIGHBOURS = 10

DOCUMENTS = (
    "A late payment costs eight dollars a month until the balance is settled.",
    "Refunds above two hundred euros need the approval of the shift manager.",
    "The lighthouse keeper counted the ships that passed before dawn.",
    "Photosynthesis turns light, water and carbon dioxide into sugar and oxygen.",
    "Restart the router, wait thirty seconds, then hold the reset pin.",
    "def area(radius: float) -> float:\n    return math.pi * radius**2",
    "Le marché couvert ouvre à sept heures, sauf le dimanche.",
    "Die Wartung der Anlage erfolgt alle sechs Monate durch Fachpersonal.",
    "図書館は平日の午前九時から午後八時まで開いています。",
    "Error 4012: the access token has expired; request a new one.",
    "The violin concerto was first performed in Vienna, to mixed reviews.",
    "Store insulin between two and eight degrees and never freeze it.",
    "| region | revenue |\n|---|---|\n| north | 4,100 |\n| south | 3,750 |",
    "Tectonic plates move a few centimetres each year.",
    "To knead the dough, fold it towards you and push it away with your palm.",
    "Parliament adopted the budget by a majority of eleven votes.",
    "The goalkeeper saved two penalties in the final minutes of extra time.",
    "Compound interest is paid on the principal and on earlier interest.",
    "An octopus has three hearts and blue blood.",
    "Passengers with a connecting flight follow the yellow signs. ✈️",
    "The vaccine trial enrolled 1,204 adults in nine hospitals.",
    "Her grandmother's garden smelled of thyme, tomatoes and wet stone.",
    "GET /v1/invoices?status=open returns at most one hundred items.",
    "Glaciers carve valleys that are shaped like the letter U.",
)
QUESTIONS = (
    "What is the fee when I pay late?",
    "Who has to approve a large refund?",
    "How do plants make sugar?",
    "My internet does not work, what should I reset?",
    "area of a circle in Python",
    "Quand le marché est-il ouvert ?",
    "Why was my login rejected with error 4012?",
    "How cold should medicine be kept?",
    "Which region earned more?",
    "Who won the match?",
    "How many hearts does an octopus have?",
    "list unpaid invoices through the API",
)
#: Texts on which tokenizers differ: blank, spaces, case, accents, joined signs, other scripts.
ODD = (
    "",
    " \n ",
    "  Upper CASE\tand  spaces ",
    "cafe\u0301 naïve",
    "👩\u200d🔬 [MASK] </s>",
    "ไทย 한국어",
)


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two runtimes lie apart on `DOCUMENTS` and `QUESTIONS`."""

    difference: float
    """Largest difference in any component of two vectors of length 1."""
    neighbours: bool
    """Whether the nearest 10 documents of every question are the same, in order."""

    @property
    def same(self) -> bool:
        """Whether one may stand for the other."""
        return self.neighbours and self.difference <= TOLERANCE


def compare(one: tuple[Floats, Floats], other: tuple[Floats, Floats]) -> Agreement:
    """Vectors of documents and questions by two runtimes, each float32[n, d]."""
    apart = [float(np.abs(a - b).max()) for a, b in zip(one, other, strict=True)]
    same = np.array_equal(_nearest(*one), _nearest(*other))
    return Agreement(max(apart), bool(same))


def _nearest(documents: Floats, questions: Floats) -> Ints:
    order = np.argsort(-(questions @ documents.T), axis=1, kind="stable")
    return np.asarray(order[:, :_NEIGHBOURS], np.int64)
