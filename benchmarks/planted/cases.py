"""The nouns of the benchmark: a text, one side of a case, a case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ragcheck.spans import Span

#: The kinds of systems that are diagnosed.
Family = Literal["bm25", "dense", "hybrid"]
FAMILIES: tuple[Family, ...] = ("bm25", "dense", "hybrid")
#: How the chunks lie to the labelled passage: cut by them, whole in one, whole in one but where
#: the model does not read, or with some of its text in none; any of these.
Shape = Literal["cut", "whole", "unread", "gap", "any"]


@dataclass(frozen=True, slots=True)
class Text:
    """A document: its id below the folder, and what it says."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Side:
    """A question on documents. Any of the places in `gold` answers it; the first is labelled."""

    question: str
    documents: tuple[Text, ...]
    gold: tuple[Span, ...]
    shape: Shape = "whole"


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """A fault with its proof.

    `planted` is missed; each of `heals` takes one reason away and is found; each of `controls`
    changes what is no reason and is missed as well. `expected` is the primary cause by kind of
    system (no entry: the fault does not exist there), `fixes` the interventions that must be
    sufficient there. `beside`: another kind of system, which finds it as planted. `deep`: missed
    among five times as many, too.
    """

    id: str
    fault: str
    planted: Side
    heals: tuple[Side, ...]
    expected: Mapping[Family, str]
    fixes: Mapping[Family, frozenset[str]]
    controls: tuple[Side, ...] = ()
    beside: Family | None = None
    deep: bool = False
