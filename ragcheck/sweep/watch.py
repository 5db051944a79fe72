"""What a sweep tells while it runs. The command line draws it; by default nobody listens."""

from __future__ import annotations

from dataclasses import dataclass

from ragcheck.records import Notice


@dataclass(frozen=True, slots=True)
class Work:
    """What is ahead: cells planned and already finished, distinct texts and tokens to embed.

    `cached` of the `texts` have a vector on disk; `tokens` counts only the others.
    """

    cells: int
    finished: int
    texts: int
    cached: int
    tokens: int


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

    def finished(self, system: str) -> None:
        """Take note that a cell is in the run folder."""
