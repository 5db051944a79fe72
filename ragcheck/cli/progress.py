"""Progress on stderr: a bar on a terminal, else a plain line every 10% or 30 seconds."""

from __future__ import annotations

import sys
import time

import click

from ragcheck.records import Notice
from ragcheck.sweep.watch import Cost, Watch, Work

#: What a cell and its causes cost beside embedding, in embedded texts: only shapes the bar.
_CELL, _CAUSES = 20, 20


class Progress(Watch):
    """Counts embedded texts and finished cells, and says how long the rest will take."""

    def __init__(self, *, quiet: bool, warn: bool) -> None:
        self._quiet = quiet
        self._warn = warn
        self._total = 1
        self._done = 0
        self._started = self._said = time.monotonic()
        self._shown = 0
        self._unplanned = False
        self._bar = not quiet and sys.stderr.isatty()

    def planned(self, work: Work) -> None:
        """Print the plan in one line and start the clock."""
        fresh = work.texts - work.cached
        self._total = fresh + (_CELL + _CAUSES) * (work.cells - work.finished) or 1
        self._started = self._said = time.monotonic()
        if not self._quiet:
            click.echo(describe(work), err=True)

    def embedded(self, texts: int) -> None:
        """Count vectors; nobody knows before how many a diagnosis needs."""
        if self._unplanned:
            self._total += texts
        self._advance(texts, "embedding")

    def begins(self, system: str) -> None:
        """Name the cell on a terminal."""
        self._unplanned = False
        self._advance(0, system)

    def judged(self, system: str) -> None:
        """Count a cell."""
        self._advance(_CELL, system)

    def diagnoses(self, system: str) -> None:
        """Name the cell whose misses are looked into."""
        self._unplanned = True
        self._advance(0, f"causes of {system}")

    def finished(self, system: str) -> None:
        """Count a cell's causes."""
        self._advance(_CAUSES, system)

    def diagnosed(self, cost: Cost) -> None:
        """Tell what the causes cost."""
        if not self._quiet:
            self.close()
            click.echo(spent(cost), err=True)

    def noticed(self, text: str) -> None:
        """Warn, also when quiet."""
        click.echo(f"warning: {text}", err=True)

    def warned(self, notice: Notice) -> None:
        """Tell a warning of the run, where nobody shows the run's warnings afterwards."""
        if self._warn:
            self.noticed(notice.text)

    def close(self) -> None:
        """Leave the terminal's line clean."""
        if self._bar and self._done:
            click.echo("\r\x1b[K", nl=False, err=True)

    def _advance(self, amount: int, what: str) -> None:
        self._done = min(self._done + amount, self._total)
        if self._quiet:
            return
        share, now = self._done / self._total, time.monotonic()
        left = (now - self._started) * (1 - share) / share if share > 0.02 else None
        text = f"{share:4.0%}  {_duration(left)}{what}"
        if self._bar:
            filled = "#" * int(share * 30)
            click.echo(f"\r\x1b[K[{filled:<30}] {text[:60]}", nl=False, err=True)
        elif int(share * 10) > self._shown or now - self._said > 30:
            self._shown, self._said = int(share * 10), now
            click.echo(text, err=True)


def describe(work: Work) -> str:
    """The plan in one line: cells, texts and tokens to embed, what the cache already holds."""
    parts = [f"{work.cells} systems"]
    if work.finished:
        parts.append(f"{work.finished} finished before")
    if work.texts:
        parts.append(f"{work.texts:,} texts to embed, {work.cached:,} of them in the cache")
    if work.tokens:
        parts.append(f"{work.tokens:,} tokens left to embed ({_expected(work.tokens)})")
    if work.diagnosis and work.texts and work.finished < work.cells:
        parts.append("tracing misses to their causes comes on top")
    return "plan: " + "; ".join(parts)


def spent(cost: Cost) -> str:
    """What tracing misses to their causes took, in one line."""
    misses = "miss" if cost.misses == 1 else "misses"
    share = cost.seconds / cost.whole
    text = f"causes: {cost.misses:,} {misses} traced in {cost.seconds:,.1f} s"
    text += f", {share:.0%} of the sweep"
    if cost.embedding:
        each = cost.encodings / cost.embedding
        text += f"; {each:.1f} texts embedded for a miss, {cost.placebo:,} for the placebo"
    return text


def _expected(tokens: int) -> str:
    """A rough time on two CPU cores (all-MiniLM-L6-v2 reads about 4,000 tokens a second)."""
    seconds = tokens / 4000
    return f"about {seconds / 60:.0f} min" if seconds > 90 else f"about {seconds:.0f} s"


def _duration(seconds: float | None) -> str:
    if seconds is None:
        return ""
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}:{rest:02d} left  "
