"""The Causes screen: why passages were missed, what recovers them, and what to try next."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from ragcheck.advice import Advice, Asked, advise, beyond_chance, promise
from ragcheck.causes import CAUSES, INTERVENTIONS, CauseSummary, Diagnosis, InterventionSummary
from ragcheck.records import Document, Question, Summary
from ragcheck.report.choice import Choice
from ragcheck.report.load import Cell, Loaded
from ragcheck.report.numbers import ABSENT, amount, bare, percent, plain, seconds, share
from ragcheck.report.ranking import ranked
from ragcheck.report.words import plural
from ragcheck.run import RunFolder

#: What the texts embedded for a diagnosis were for.
PURPOSES = {
    "oracles": "missed passages",
    "context": "titles and headings",
    "competitors": "competitors",
    "placebo": "random windows",
    "suspects": "windows to judge labels by",
}


@dataclass(frozen=True, slots=True)
class Stretch:
    """The misses of one cause in a system's bar: where they begin and end, in thousandths."""

    cause: str
    name: str
    n: int
    start: int
    length: int


@dataclass(frozen=True, slots=True)
class Bar:
    """A system's misses by cause; bars are as long as there are misses."""

    system: str
    run: str
    misses: int
    stretches: tuple[Stretch, ...]


@dataclass(frozen=True, slots=True)
class CauseRow:
    """The misses of one cause; `most` is recall that undoing it adds at most, with its interval."""

    key: str
    name: str
    words: str
    n: int
    share: str
    most: str
    interval: str
    expected: str


@dataclass(frozen=True, slots=True)
class FixRow:
    """What one intervention recovered, and what of that random windows recover too.

    `reading` says whether it is more than chance; empty where chance was not or cannot be tried.
    """

    key: str
    words: str
    recovered: str
    chance: str
    beyond: str
    reading: str
    most: str
    interval: str
    expected: str


@dataclass(frozen=True, slots=True)
class Next:
    """A change to try, with the command that makes it; `details` are for a person to go through."""

    title: str
    reason: str
    promise: str
    command: str
    details: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Why:
    """One system's causes, interventions and advice; `unknown` are (cause, reason)."""

    system: str
    run: str
    misses: int
    causes: tuple[CauseRow, ...]
    fixes: tuple[FixRow, ...]
    next: tuple[Next, ...]
    unknown: tuple[tuple[str, str], ...]
    cost: str


@dataclass(frozen=True, slots=True)
class Causes:
    """All of the screen. `whys` hold every diagnosed system, best first; `best` is the leader's.

    `present` are the causes that any system has; `words` are a sentence on the leader's largest.
    """

    present: tuple[str, ...]
    bars: tuple[Bar, ...]
    whys: tuple[Why, ...]
    best: Why | None
    words: str


def name_of(cause: str) -> str:
    """A cause as people read it: `boundary cut`."""
    return cause.replace("_", " ")


def build_causes(data: Loaded, choice: Choice | None, folder: RunFolder) -> Causes:
    """Every diagnosed system; nothing but empty lists for a run without causes."""
    cells, folder = ranked(data, data.order), _Remembered(folder.path, folder.run)
    found = [(cell, known) for cell in cells if (known := cell.result.diagnosis) is not None]
    longest = max((known.misses for _, known in found), default=0) or 1
    bars = tuple(Bar(c.id, c.run, k.misses, _stretches(k, longest)) for c, k in found)
    asked = Asked(data.questions, data.documents)
    whys = tuple(_why(folder, asked, cell, known) for cell, known in found)
    best = next((w for w in whys if choice and w.run == choice.best.run), whys[0] if whys else None)
    seen = {key for _, known in found for key in known.causes}
    return Causes(tuple(k for k in CAUSES if k in seen), bars, whys, best, _words(best))


class _Remembered(RunFolder):
    """A run folder that reads questions and documents once, whoever asks."""

    @cached_property
    def _asked(self) -> tuple[Question, ...]:
        return super().questions()

    @cached_property
    def _texts(self) -> tuple[Document, ...]:
        return super().documents()

    def questions(self) -> tuple[Question, ...]:
        """The labelled questions in order."""
        return self._asked

    def documents(self) -> tuple[Document, ...]:
        """The documents in order."""
        return self._texts


def _stretches(diagnosis: Diagnosis, longest: int) -> tuple[Stretch, ...]:
    counts = {key: diagnosis.causes[key].n for key in CAUSES if key in diagnosis.causes}
    ends = [round(end / longest * 1000) for end in accumulate(counts.values(), initial=0)]
    return tuple(
        Stretch(key, name_of(key), n, start, stop - start)
        for (key, n), start, stop in zip(counts.items(), ends, ends[1:], strict=False)
    )


def _why(folder: RunFolder, asked: Asked, cell: Cell, known: Diagnosis) -> Why:
    causes = {key: known.causes[key] for key in CAUSES if key in known.causes}
    fixes = known.interventions
    return Why(
        cell.id,
        cell.run,
        known.misses,
        tuple(_cause_row(key, found) for key, found in causes.items()),
        tuple(_fix_row(key, fixes[key]) for key in INTERVENTIONS if key in fixes),
        tuple(_next(advice) for advice in advise(folder, cell.result, asked)),
        tuple((name_of(key), reason) for key, reason in known.unknown.items()),
        _cost(cell, known),
    )


def _cause_row(key: str, found: CauseSummary) -> CauseRow:
    return CauseRow(
        key,
        name_of(key),
        CAUSES[key],
        found.n,
        percent(found.share),
        *_gain(found.recoverable_recall if found.recoverable_recall.mean else None),
        _added(found.expected),
    )


def _fix_row(key: str, found: InterventionSummary) -> FixRow:
    placebo = found.placebo_tried
    beyond = reading = ""
    if found.corrected is not None and found.low is not None and found.high is not None:
        low, high = (round(100 * end) for end in (found.low, found.high))
        beyond = f"{max(0, round(100 * found.corrected))}% [{max(0, low)}, {max(0, high)}]"
        reading = "beyond chance" if found.low > 0 else "not beyond chance"
    return FixRow(
        key,
        INTERVENTIONS[key],
        f"{found.recovered:,} of {found.tried:,}",
        f"{found.placebo_recovered:,} of {placebo:,}" if placebo else ABSENT,
        beyond or ABSENT,
        reading,
        *_gain(found.recoverable_recall),
        _added(found.expected),
    )


def _gain(found: Summary | None) -> tuple[str, str]:
    """Recall that may be gained and its interval, as text; absent where nothing is known to."""
    if found is None or found.mean is None:
        return ABSENT, ""
    ends = "" if found.low is None else f"[{bare(found.low)}, {bare(found.high)}]"
    return _added(found.mean), ends


def _added(value: float | None) -> str:
    return ABSENT if value is None else f"+{share(value)}" if value else share(value)


def _next(advice: Advice) -> Next:
    chance = beyond_chance(advice.predicted)
    words = f"{promise(advice)}{f'; {chance}' if chance else ''}."
    return Next(
        advice.title,
        advice.reason,
        f"{words[0].upper()}{words[1:]}",
        shlex.join(advice.command),
        advice.details,
    )


def _cost(cell: Cell, diagnosis: Diagnosis) -> str:
    """What it took to know: texts embedded by purpose, and time."""
    texts = [
        f"{count:,} {PURPOSES.get(purpose, purpose)}"
        for purpose, count in diagnosis.encodings.items()
        if count
    ]
    total = amount(float(sum(diagnosis.encodings.values())))
    embedded = f"{total} texts embedded ({', '.join(texts)})" if texts else "nothing embedded"
    spent, part = (plain(cell.result.timing.get(f"diagnosis_{n}")) for n in ("s", "share"))
    if spent is None:
        return f"To know this: {embedded}."
    of = "" if part is None else f", {percent(part)} of the time this system took"
    return f"To know this: {embedded}, {seconds(spent)} s{of}."


def _words(best: Why | None) -> str:
    """The largest causes of the leader in a sentence."""
    if best is None or not best.causes:
        return ""
    most = sorted(best.causes, key=lambda row: -row.n)[:2]
    parts = "; ".join(f"{row.share} {row.words}" for row in most)
    return f"{plural(best.misses, 'passage')}. {parts}."
