"""Where the labelled passages went, and what fills the context: bars that add up to the whole."""

from __future__ import annotations

from dataclasses import dataclass

from ragcheck.report.load import Loaded
from ragcheck.report.numbers import Figure, figure
from ragcheck.report.ranking import ranked

#: Measures that add up to one, after recall: the reason, and the class that colours it.
LOSSES = {
    "not_ranked": ("whole in a chunk, not ranked", "unranked"),
    "unseen": ("never read by the embedder", "unread"),
    "cut_and_missed": ("cut by a boundary", "broken"),
    "index_gap": ("not in the index", "absent"),
}
#: Measures that add up to one, after gold: what else fills a context, and its class.
FILLINGS = {
    "duplicate": ("repeats", "repeated"),
    "prefix": ("prefixes", "absent"),
    "same_section": ("same section", "section"),
    "same_document": ("same document", "document"),
    "other_document": ("other documents", "unranked"),
}


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a bar: where it begins and how long it is in thousandths."""

    name: str
    kind: str
    start: int
    length: int
    figure: Figure


@dataclass(frozen=True, slots=True)
class Fall:
    """A system's passages or context, all of it: the parts of its bar add up to 1000."""

    system: str
    run: str
    parts: tuple[Part, ...]


def build_waterfall(data: Loaded) -> tuple[Fall, ...]:
    """A bar per system, best first; reasons that no system has are left out.

    Empty where the run lacks the measures.
    """
    return _bars(data, ("recall", "in the context", "found"), LOSSES)


def build_fillings(data: Loaded) -> tuple[Fall, ...]:
    """What the context of each system is made of, in the same order."""
    return _bars(data, ("gold", "gold", "found"), FILLINGS)


def fillings_words(falls: tuple[Fall, ...], best: str) -> str:
    """The largest pollution of a system, in a sentence; empty where there is none."""
    mine = next((fall.parts for fall in falls if fall.system == best), ())
    worst = max(mine[1:], key=lambda part: part.figure.value or 0.0, default=None)
    if worst is None:
        return ""
    return f"Largest pollution of {best}: {worst.name}, {worst.figure.text} of its context."


def _bars(
    data: Loaded, first: tuple[str, str, str], rest: dict[str, tuple[str, str]]
) -> tuple[Fall, ...]:
    lead = data.find(first[0], data.at)
    known = [name for base in rest if (name := data.find(base, data.at))]
    if lead is None or not known:
        return ()
    words = {lead: first[1:], **{name: rest[name.partition("@")[0]] for name in known}}
    present = [name for name in known if any(cell.mean(name) for cell in data.cells)]
    falls = []
    for cell in ranked(data, data.find("recall", data.at)):
        measures = cell.result.measures
        shown = [figure(n, data.measure(n), measures.get(n)) for n in (lead, *present)]
        if all(one.value is not None for one in shown):
            falls.append(Fall(cell.id, cell.run, _parts(shown, words)))
    return tuple(falls)


def _parts(shown: list[Figure], words: dict[str, tuple[str, str]]) -> tuple[Part, ...]:
    parts: list[Part] = []
    at = 0.0
    for one in shown:
        start, at = at, at + (one.value or 0.0)
        name, kind = words[one.measure]
        begin = round(start * 1000)
        parts.append(Part(name, kind, begin, round(at * 1000) - begin, one))
    return tuple(parts)
