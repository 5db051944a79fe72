"""The Verdict screen: which system to choose, how sure that is, and what to look at first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ragcheck.notation import parse_measure
from ragcheck.records import Cut
from ragcheck.report.choice import Choice
from ragcheck.report.load import Cell, Loaded
from ragcheck.report.numbers import Figure, amount, bare, figure, share
from ragcheck.report.outcomes import MISSED, PARTIAL, outcomes
from ragcheck.report.ranking import ranked
from ragcheck.report.view_facts import facts
from ragcheck.report.words import cut_words, ordinal, plural
from ragcheck.verdict import price

#: Systems on the first screen; all of them stand in Systems.
LEADERS = 8


@dataclass(frozen=True, slots=True)
class Headline:
    """The best system, its `figure` within `reach`, and recall (`working`) at the working cut.

    That recall is None where it is `figure`; `depth` and `mark` name its cut, `context` prices it.
    """

    lead: str
    system: str
    run: str
    figure: Figure
    reach: str
    working: Figure | None
    depth: str
    mark: str
    context: Figure


@dataclass(frozen=True, slots=True)
class Leader:
    """A system on the common scale; `low`, `mid`, `high` are places from 0 to 1000 on it.

    `standing` is as in the systems table: best, equal, behind or empty.
    """

    system: str
    run: str
    standing: str
    figure: Figure
    context: Figure
    low: int
    mid: int
    high: int


@dataclass(frozen=True, slots=True)
class Tile:
    """One of the leading numbers, with a remark that puts it in proportion."""

    title: str
    figure: Figure
    remark: str


@dataclass(frozen=True, slots=True)
class Lead:
    """A count of questions that is worth opening, with the facet that lists them."""

    count: int
    text: str
    only: str
    run: str


@dataclass(frozen=True, slots=True)
class Warning_:
    """Something that changes how the page must be read; `systems` are empty for the whole run."""

    text: str
    systems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The first screen."""

    headline: Headline | None
    sentences: tuple[str, ...]
    leaders: tuple[Leader, ...]
    tiles: tuple[Tile, ...]
    leads: tuple[Lead, ...]
    warnings: tuple[Warning_, ...]
    orders: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]


def build_verdict(data: Loaded, choice: Choice | None) -> Verdict:
    """The verdict of a run; a run without a finished system has none."""
    best = choice.best if choice else None
    return Verdict(
        _headline(data, best) if best else None,
        tuple(_certainty(data, choice)) if choice else (),
        _leaders(data, choice) if choice else (),
        _tiles(data, best) if best else (),
        _leads(data, best) if best else (),
        _warnings(data),
        tuple(_orders(data)),
        tuple(facts(data)),
    )


def measure_words(name: str) -> str:
    """A cut recall in words: `within 2,000 tokens`, `with 5 chunks`."""
    cut = parse_measure(name)[1]
    if cut is None:
        return f"by {name}"
    preposition = "with" if cut.unit == "k" else "within"
    return f"{preposition} {cut_words(cut.unit, cut.value)}"


def _shown(data: Loaded, cell: Cell, name: str) -> Figure:
    return figure(name, data.measure(name), cell.result.measures.get(name))


def _headline(data: Loaded, best: Cell) -> Headline | None:
    if data.order is None:
        return None
    cost = price(best.result)
    other = data.find("recall", data.at) or f"recall@{data.at}"
    return Headline(
        f"Best {measure_words(data.order)}",
        best.id,
        best.run,
        _shown(data, best, data.order),
        _reach(parse_measure(data.order)[1] or data.at),
        None if other == data.order else _shown(data, best, other),
        _reach(data.at),
        str(data.at),
        Figure(cost, amount(cost), "context"),
    )


def _reach(cut: Cut) -> str:
    """`in 5 chunks`, `within 2,000 tokens`."""
    return f"{'in' if cut.unit == 'k' else 'within'} {cut_words(cut.unit, cut.value)}"


def _leaders(data: Loaded, choice: Choice) -> tuple[Leader, ...]:
    """The first systems with their intervals on one scale."""
    name = data.order or ""
    cells = ranked(data, name)[:LEADERS]
    found = [(cell, summary) for cell in cells if (summary := cell.result.measures.get(name))]
    ends = [
        (s.mean if s.low is None else s.low, s.mean, s.mean if s.high is None else s.high)
        for _, s in found
        if s.mean is not None
    ]
    if len(ends) < 2:
        return ()
    low, high = min(end[0] for end in ends), max(end[2] for end in ends)

    def place(value: float) -> int:
        return round((value - low) / ((high - low) or 1.0) * 1000)

    return tuple(
        Leader(
            cell.id,
            cell.run,
            choice.standing(cell),
            _shown(data, cell, name),
            Figure(cost := price(cell.result), amount(cost), "context"),
            *(place(end) for end in places),
        )
        for (cell, _), places in zip(found, ends, strict=False)
    )


def _certainty(data: Loaded, choice: Choice) -> list[str]:
    """How sure the lead is, which cheaper system is as good, and what to expect of the leader."""
    if not choice.tested:
        left = len(data.run.missing)
        lines = [f"{plural(left, 'planned system')} not finished: nothing is tested yet."]
        return lines if left else []
    equal, others = len(choice.tiers[0]) - 1, plural(len(data.cells) - 1, "other system")
    cheap = choice.recommended
    where = f"in {cut_words('k', data.at.value)}" if data.at.unit == "k" else "of context"
    cost = f"{amount(price(cheap.result))} tokens {where}"
    text = f"Separable from each of the {others} on these questions."
    if equal:
        text = f"On these questions not separable from {equal} of the {others}; "
        text += (
            f"it is the cheapest of them, with {cost}."
            if cheap is choice.best
            else f"the cheapest is {cheap.id}: {share(cheap.mean(data.order))} with {cost}."
        )
    return [text, *_expectation(data, choice)]


def _expectation(data: Loaded, choice: Choice) -> list[str]:
    """What choosing in this way comes to on questions that had no part in the choice."""
    honest = choice.honest
    if honest is None or honest.mean is None:
        return []
    ends = f" [{bare(honest.low)}, {bare(honest.high)}]" if honest.low is not None else ""
    naive, expected = share(choice.best.mean(data.order)), share(honest.mean)
    lead = "Chosen on one part of the questions and scored on the rest, the leader comes to"
    if expected == naive:
        return [f"{lead} the same {naive}{ends}."]
    return [f"{lead} {expected}{ends}: expect that of other questions rather than {naive}."]


def _tiles(data: Loaded, best: Cell) -> tuple[Tile, ...]:
    wanted = [
        ("recall", data.budget, "Recall"),
        ("recall", data.at, "Recall"),
        ("cut_and_missed", data.at, "Cut and missed"),
        ("pollution", data.at, "Pollution"),
        ("nDCG", data.at, "nDCG"),
    ]
    names = [(data.find(base, cut), title) for base, cut, title in wanted]
    unique = {name: title for name, title in names if name}
    return tuple(
        Tile(f"{title}, {_where(data, name)}", _shown(data, best, name), _remark(data, best, name))
        for name, title in list(unique.items())[:4]
    )


def _remark(data: Loaded, best: Cell, name: str) -> str:
    """Of recall what the best possible ranking of these chunks reaches; then all systems."""
    base, cut = parse_measure(name)
    ceiling = best.mean(data.find("ceiling", cut)) if base == "recall" else None
    lead = "" if ceiling is None else f"ceiling {share(ceiling)} · "
    return f"{lead}{_spread(data, name)}"


def _where(data: Loaded, name: str) -> str:
    """The cut of a measure; one without a cut of its own is taken at the working cut."""
    cut = parse_measure(name)[1] or data.at
    return cut_words(cut.unit, cut.value)


def _spread(data: Loaded, name: str) -> str:
    means = [mean for cell in data.cells if (mean := cell.mean(name)) is not None]
    if len(means) < 2:
        return "the only system"
    return f"all systems: {share(min(means))} to {share(max(means))}"


def _leads(data: Loaded, best: Cell) -> tuple[Lead, ...]:
    found = outcomes(data, best)
    missed, partial = found.code == MISSED, found.code == PARTIAL
    must = np.array([question.must_pass for question in data.questions], dtype=bool)
    counts = [
        (int((must & missed).sum()), "labelled must-pass, and missed", "missed,must-pass"),
        (int(missed.sum()), "missed: none of their passages is whole in the context", "missed"),
        (int(partial.sum()), "found in part: some of their passages are whole", "partial"),
        (int(found.cut.sum()), "with a passage that a chunk boundary cuts, and not found", "cut"),
        (int(found.polluted.sum()), "whose best-ranked chunk adds no gold", "polluted"),
    ]
    return tuple(Lead(*entry, best.run) for entry in counts if entry[0])


def _orders(data: Loaded) -> list[str]:
    """Where the order within the budget and the order at the working cut disagree."""
    other = data.find("recall", data.at)
    if data.order is None or other is None or other == data.order or len(data.cells) < 2:
        return []
    by_budget, by_k = ranked(data, data.order), ranked(data, other)
    if by_budget[0] is by_k[0]:
        return []
    first = by_k[0]
    return [
        f"The order depends on the cut. {first.id} leads {measure_words(other)} "
        f"({share(first.mean(other))}) but is {ordinal(by_budget.index(first) + 1)} of "
        f"{len(by_k)} {measure_words(data.order)}; {by_budget[0].id} is "
        f"{ordinal(by_k.index(by_budget[0]) + 1)} {measure_words(other)}. "
        "Equal numbers of chunks are not equal amounts of context."
    ]


def _warnings(data: Loaded) -> tuple[Warning_, ...]:
    """The run's warnings; one that several systems share is said once."""
    systems: dict[str, list[str]] = {}
    for notice in data.run.warnings:
        systems.setdefault(notice.text, []).extend([notice.system] if notice.system else [])
    found = [Warning_(text, tuple(names)) for text, names in systems.items()]
    return (*_unfinished(data), *found)


def _unfinished(data: Loaded) -> list[Warning_]:
    """Planned systems without a result: what is shown is not yet the whole sweep."""
    left = data.run.missing
    if not left:
        return []
    text = f"{len(left)} of {plural(len(data.run.plan.cells), 'planned system')} not finished: "
    return [Warning_(f"{text}the same sweep, run again, resumes them.", left)]
