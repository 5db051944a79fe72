"""The nouns of advice: what to try next, and what it may be hoped to bring."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ragcheck.conclusions import Summary
from ragcheck.records import Config, Cut


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a change may add to recall at the working cut, as shares (0 to 1).

    `misses` items stand behind it, of `of` that the system missed. `recoverable` is the recall
    that finding all of them would add, an upper bound, with its 95% interval; `expected` what is
    expected of a real change, None where nothing is known. `reach` is the upper bound of the whole
    intervention, with the misses that another cause explains first. `corrected` is the share of
    misses that it recovers beyond what random windows recover, `low`..`high` its 95% interval
    (METRICS, section 6, Placebo); None where no placebo belongs to it. `measured` says that the
    change is part of this run or of its rankings: then `expected` is what it really adds on these
    questions, `interval` its 95% interval for others like them (None where there is none).
    """

    misses: int
    of: int
    recoverable: Summary
    expected: float | None
    reach: float | None
    corrected: float | None = None
    low: float | None = None
    high: float | None = None
    measured: bool = False
    interval: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Advice:
    """One change to try on one system, and why.

    `intervention` (a key of `INTERVENTIONS`) is what recovered the misses, `causes` their primary
    causes. `title` names the change in a few words, `reason` says in sentences why. `command` are
    the words of a runnable `ragcheck sweep`, its paths relative to the folder of the configuration;
    empty where no sweep makes this change, or flags cannot write it down. `settings` are those of
    that sweep, as keys of `ragcheck.toml`. `at` is the working cut to judge the change at.
    `details` are lines for a person to go through: documents, labels. `system_here` is the system
    of the same run that has made the change already, "" where none has. `items` are the misses it
    is for: question and number of the item.
    """

    system: str
    intervention: str
    causes: tuple[str, ...]
    title: str
    reason: str
    predicted: Prediction
    at: Cut
    command: tuple[str, ...] = ()
    settings: Config = field(default_factory=dict)
    details: tuple[str, ...] = ()
    system_here: str = ""
    items: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """What one kind of advice proposes before it is priced.

    `settings` are those of a sweep of the changed system; empty: no sweep does it. `at` is the
    working cut to judge it at, None for that of the run.
    """

    title: str
    reason: str
    settings: Mapping[str, object] = field(default_factory=dict)
    details: tuple[str, ...] = ()
    at: Cut | None = None
