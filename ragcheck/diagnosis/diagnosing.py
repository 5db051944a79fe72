"""One system's missed items: every intervention tried, a cause found for each, all summed up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from ragcheck.causes import INTERVENTIONS, Diagnosis
from ragcheck.diagnosis.bench import Bench
from ragcheck.diagnosis.case import Case, Found, Misses
from ragcheck.diagnosis.context import Patient, add_context
from ragcheck.diagnosis.crowding import Crowd, crowding
from ragcheck.diagnosis.distractors import distractors
from ragcheck.diagnosis.oracles import clipped, tight
from ragcheck.diagnosis.others import Others, deeper
from ragcheck.diagnosis.placebo import Placebo
from ragcheck.diagnosis.summaries import Totals
from ragcheck.diagnosis.suspects import suspects
from ragcheck.diagnosis.trial import Trial
from ragcheck.diagnosis.unlabelled import accept_twins
from ragcheck.diagnosis.verdict import fixes, primary_causes
from ragcheck.measures.boundaries import Flags, Touching
from ragcheck.records import Int32s
from ragcheck.spans import Ints

#: Causes that only injected texts can show.
_INJECTED = ("truncation", "boundary_cut", "lost_context", "boundary_context", "dilution")


def diagnose(case: Case) -> Found:
    """Why the system missed what it missed at the working cut (METRICS, section 6).

    Deterministic. What it costs beyond searching is the encoding of the texts it injects, which is
    counted. Raises ComponentError where a component fails or scores what cannot be.
    """
    bench = Bench.of(case)
    tried = _try_all(bench)
    causes = primary_causes(bench, tried.trials)
    hard = [number for number, cause in enumerate(causes) if cause == "hard"]
    suspect = np.zeros(len(causes), np.bool_)
    if not bench.missed.lists.unscored:
        suspect = suspects(bench, hard)
    totals = Totals(case, bench.missed.misses)
    trials = {name: trial for name, trial in tried.trials.items() if trial.tried.any()}
    diagnosis = Diagnosis(
        misses=len(causes),
        causes=totals.causes(causes, tried.trials),
        interventions={name: totals.intervention(name, one) for name, one in trials.items()},
        unknown=_unknown(bench.missed.lists.unscored),
        encodings=dict(bench.scorer.encodings),
    )
    rows = _rows(bench, tried, causes, suspect)
    return Found(diagnosis, rows, distractors(case, bench.showing))


class _Tried(NamedTuple):
    """Every intervention by name, in the order of `INTERVENTIONS`, and what two of them found."""

    trials: Mapping[str, Trial]
    twin: Ints
    other: tuple[str, ...]


def _try_all(bench: Bench) -> _Tried:
    accepted, twin = accept_twins(bench)
    crowd = Crowd(bench.showing, bench.case.collection.documents)
    others = Others(bench)
    other, names = others.retrievers()
    injected: dict[str, Trial] = {}
    if not bench.missed.lists.unscored:
        placebo = Placebo(bench)
        injected["clipped_oracle"] = clipped(bench, placebo)
        injected["tight_oracle"] = tight(bench, placebo)
        injected["add_context"] = _context(bench, placebo)
    found = {
        "accept_twin": accepted,
        "skip_duplicates": crowding(bench, crowd.duplicate),
        "skip_overlaps": crowding(bench, crowd.overlap),
        "deeper": deeper(bench),
        "other_retriever": other,
        "fusion": others.fusions(),
    } | injected
    return _Tried({name: found[name] for name in INTERVENTIONS if name in found}, twin, names)


def _context(bench: Bench, placebo: Placebo) -> Trial:
    """`add_context` for every missed item, and for random chunks of the sampled ones' documents."""
    misses = bench.missed.misses
    patients = [Patient(miss.row, miss.goal, miss.touching) for miss in misses]
    results = add_context(bench, patients, ("context", "competitors"))
    controls = {
        number: patient
        for number in placebo.sample
        if results[number] is not None and (patient := placebo.patient(misses[number]))
    }
    treated = add_context(bench, list(controls.values()), ("placebo", "placebo"))
    placebos = {n: one.recovered for n, one in zip(controls, treated, strict=True) if one}
    return Trial.of(
        [one and replace(one, placebo=placebos.get(n)) for n, one in enumerate(results)]
    )


def _unknown(reason: str) -> dict[str, str]:
    """Which causes cannot be told, and why; `hard` then holds what could not be tried."""
    if not reason:
        return {}
    rest = f"also holds what could not be tried: {reason}"
    return {**dict.fromkeys(_INJECTED, reason), "hard": rest}


def _rows(bench: Bench, tried: _Tried, causes: Sequence[str], suspect: Flags) -> Misses:
    misses, trials, case = bench.missed.misses, tried.trials, bench.case
    begin = case.corpus.text.offset

    def column(values: Sequence[int] | Ints) -> Int32s:
        return np.array(values, np.int32)

    def ranks(name: str) -> Int32s:
        return column(trials[name].rank if name in trials else [0] * len(misses))

    return Misses(
        question=column([miss.question for miss in misses]),
        item=column([miss.item - int(case.judged.items.first[miss.question]) for miss in misses]),
        document=column([miss.document for miss in misses]),
        start=column([miss.start - int(begin[miss.document]) for miss in misses]),
        end=column([miss.end - int(begin[miss.document]) for miss in misses]),
        cause=tuple(causes),
        fixes=fixes(trials, len(misses)),
        rank=ranks("deeper"),
        rank_tokens=column([miss.place.tokens if miss.place else 0 for miss in misses]),
        clipped_rank=ranks("clipped_oracle"),
        tight_rank=ranks("tight_oracle"),
        context_rank=ranks("add_context"),
        other=tried.other,
        other_rank=ranks("other_retriever"),
        fusion_rank=ranks("fusion"),
        host=column([miss.host for miss in misses]),
        rival=column(_rivals(bench)),
        twin=column(tried.twin),
        suspect=suspect,
    )


def _rivals(bench: Bench) -> list[int]:
    """The best ranked chunk without labelled text of the question, -1 for none, by missed item."""
    gold = bench.case.judged.alternatives
    touching = Touching.of(gold, bench.showing.bounds)
    owner = gold.question[touching.alternative]
    by_row: dict[int, int] = {}
    for miss in bench.missed.misses:
        if miss.row not in by_row:
            order = bench.missed.orders[miss.row]
            others = order[~np.isin(order, touching.chunk[owner == miss.question])]
            by_row[miss.row] = int(others[0]) if len(others) else -1
    return [by_row[miss.row] for miss in bench.missed.misses]
