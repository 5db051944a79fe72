"""What a sweep tells while it runs. The command line draws it; by default nobody listens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ragcheck.records import Notice, SystemResult


@dataclass(frozen=True, slots=True)
class Work:
    """What is ahead: cells planned and already finished, distinct texts and tokens to embed.

    `cached` of the `texts` have a vector on disk; `tokens` counts only the others. What a
    `diagnosis` embeds on top is not known before it is known what is missed.
    """

    cells: int
    finished: int
    texts: int
    cached: int
    tokens: int
    diagnosis: bool = False


@dataclass(frozen=True, slots=True)
class Cost:
    """What it took a sweep to trace `misses` to their causes: `seconds` of `whole`.

    `encodings` texts were embedded for `embedding` of the misses (those of systems with an
    embedder), and `placebo` more to see what chance recovers; vectors from the cache included.
    """

    misses: int
    seconds: float
    whole: float
    embedding: int
    encodings: int
    placebo: int

    @classmethod
    def of(cls, results: Sequence[SystemResult], whole: float) -> Cost:
        """The sum over diagnosed systems, in a sweep that took `whole` seconds."""
        misses = embedding = encodings = placebo = 0
        seconds = 0.0
        for result in results:
            found, spent = result.diagnosis, result.timing.get("diagnosis_s")
            if found is None or not isinstance(spent, float):
                continue
            chance = found.encodings.get("placebo", 0)
            texts = sum(found.encodings.values()) - chance
            misses += found.misses
            seconds += spent
            embedding += found.misses if texts else 0
            encodings += texts
            placebo += chance
        return cls(misses, seconds, whole, embedding, encodings, placebo)


class Watch:
    """Hears of each step; override what is of interest."""

    def planned(self, work: Work) -> None:
        """Take note of everything that is about to be done, before the first long step."""

    def begins(self, system: str) -> None:
        """Take note that a cell begins."""

    def embedded(self, texts: int) -> None:
        """Take note that so many further texts have a vector."""

    def noticed(self, text: str) -> None:
        """Take note of something that went wrong without changing any number."""

    def warned(self, notice: Notice) -> None:
        """Take note of a warning that stands in the run from now on."""

    def judged(self, system: str) -> None:
        """Take note that a cell's values are in the run folder."""

    def diagnoses(self, system: str) -> None:
        """Take note that what a cell missed is traced to its causes."""

    def finished(self, system: str) -> None:
        """Take note that a cell is in the run folder, with its causes where they are asked for."""

    def diagnosed(self, cost: Cost) -> None:
        """Take note of what tracing all misses took, once the sweep is done."""
