"""Where the labelled passages went: into the context, or lost for the first reason that applies."""

from __future__ import annotations

from dataclasses import dataclass

from ragcheck.report.load import Loaded
from ragcheck.report.numbers import Figure, figure
from ragcheck.report.ranking import ranked

#: Measures that add up to one, after recall: the reason, and the class that colours it.
LOSSES = {
    "not_ranked": ("whole in a chunk, not ranked", "unranked"),
    "cut_and_missed": ("cut by a boundary", "broken"),
    "index_gap": ("not in the index", "absent"),
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
    """A system's passages, all of them: the parts of its bar add up to 1000."""

    system: str
    run: str
    parts: tuple[Part, ...]


def build_waterfall(data: Loaded) -> tuple[Fall, ...]:
    """A bar per system, best first; reasons that no system has are left out.

    Empty where the run lacks the measures.
    """
    recall = data.find("recall", data.at)
    names = [recall, *(data.find(base, data.at) for base in LOSSES)]
    known = [name for name in names if name]
    if recall is None or len(known) < 2:
        return ()
    words = {recall: ("in the context", "found")}
    words |= {name: LOSSES[name.partition("@")[0]] for name in known[1:]}
    lost = [name for name in known[1:] if any(cell.mean(name) for cell in data.cells)]
    falls = []
    for cell in ranked(data, recall):
        measures = cell.result.measures
        shown = [figure(n, data.measure(n), measures.get(n)) for n in (recall, *lost)]
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
