"""Trying advice: the advised sweep on what the run holds, against what was predicted."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ragcheck.advice import Advice
from ragcheck.cli.sweeping import run_prepared
from ragcheck.comparison import Delta, delta
from ragcheck.config import Configured
from ragcheck.errors import RunError
from ragcheck.joining import Shared, changes_of, join
from ragcheck.labels import collection_digest
from ragcheck.offline import forbid_network
from ragcheck.prepare import prepare
from ragcheck.records import Collection, Config, Document
from ragcheck.run import RunFolder
from ragcheck.scores import Scores, scores_of
from ragcheck.settings import Settings
from ragcheck.structure import is_markdown, sections

#: Coverage from which an item counts as whole: all of it, but for the float's last bit.
WHOLE = 1 - 1e-9


@dataclass(frozen=True, slots=True)
class Held:
    """A measure of the changed system held against that of the old one; `name` says which."""

    name: str
    delta: Delta


@dataclass(frozen=True, slots=True)
class Verified:
    """What an advised change really did to recall.

    `system` is the changed one, in the run at `run`. `held` begins with what the advice is about:
    recall at the old working cut, then at the advised one. More stands beside it where that is
    another question: recall at the same cut, or in as much context as nearly as both runs measured.
    `fixed` and `lost` count questions. Of the `promised` misses, those the advice is for,
    `promised_fixed` are found now; `others` are all other misses.
    """

    advice: Advice
    system: str
    run: str
    held: tuple[Held, ...]
    fixed: int
    lost: int
    promised: int
    promised_fixed: int
    others: int
    others_fixed: int


def verify(folder: RunFolder, advice: Advice, *, quiet: bool) -> Verified | None:
    """Make the change and count; None for advice that no sweep can follow.

    A change that a system of the run has made already is read from there. Else the sweep runs on
    the run's own documents and labels, into `verified/` in the run folder, where the next call
    finds it. Raises RunError for a run without texts.
    """
    if not advice.settings:
        return None
    changed, system = folder, advice.system_here
    if not system:
        changed = _swept(folder, advice, quiet)
        system = changed.run.systems[0].system.id
    old, new = scores_of(folder, advice.system), scores_of(changed, system)
    at_advised = new if advice.at == old.at else _renamed(new, f"recall@{advice.at}", old)
    shared = join(old, at_advised)
    changes = changes_of(old, at_advised, shared)
    promised, found = set(advice.items), _found(changed, system)
    others = _found(folder, advice.system, missed=True) - promised
    return Verified(
        advice=advice,
        system=system,
        run=str(changed.path),
        held=(
            Held(_name(old, advice), delta(old, at_advised, shared, old.main)),
            *_beside(folder, old, new, shared, advice),
        ),
        fixed=len(changes.gained),
        lost=len(changes.lost),
        promised=len(promised),
        promised_fixed=len(promised & found),
        others=len(others),
        others_fixed=len(others & found),
    )


def _name(old: Scores, advice: Advice) -> str:
    new = f"recall@{advice.at}"
    return new if new == old.main else f"{old.main} -> {new}"


def _beside(
    folder: RunFolder, old: Scores, new: Scores, shared: Shared, advice: Advice
) -> Iterator[Held]:
    """The same cut where the advice is about another one, else as much context."""
    if advice.intervention == "deeper":
        return  # the same ranking: nothing differs at the same cut or in as much context
    if advice.at != old.at:
        yield Held(f"{old.main}, the same cut", delta(old, new, shared, old.main))
        return
    price = folder.result(old.system.id).costs.get("context_tokens")
    both = [b for b in folder.run.plan.budgets if f"recall@{b}t" in {*old.values} & {*new.values}]
    if old.at.unit == "k" and both and price:
        name = f"recall@{min(both, key=lambda budget: abs(math.log(budget / price)))}t"
        yield Held(f"{name}, as much context", delta(old, new, shared, name))


def _swept(folder: RunFolder, advice: Advice, quiet: bool) -> RunFolder:
    settings = {**advice.settings, "diagnosis": "off", "phase": "off"}
    configured = _configured(settings)
    if configured.settings.offline:
        forbid_network()
    prepared = prepare(configured, _collection(folder))
    out = folder.path / "verified" / prepared.plan.key[:8]
    return run_prepared(dataclasses.replace(prepared, out=out), quiet=quiet)


def _configured(settings: Config) -> Configured:
    """Settings of a run as a sweep takes them, and nothing of the environment or of a file."""
    fields = Settings.__dataclass_fields__
    values = {
        key: fields[key].metadata["parse"](value)
        for key, value in settings.items()
        if key in fields and value is not None
    }
    return Configured(Settings(**values), {}, Path(), {}, {})


def _collection(folder: RunFolder) -> Collection:
    """The documents and labels of a run, as they were read."""
    documents, questions = folder.documents(), folder.questions()
    if not any(document.text for document in documents):
        raise RunError(
            f"{folder.path}: was written without texts, so no change can be tried on it",
            hint="run the advised command on your documents, or sweep with `--report-docs full`",
        )
    twins = folder.run.plan.twins
    digest = collection_digest(documents, questions, twins=twins)
    name = str(folder.run.collection["name"])
    return Collection(name, tuple(map(_sectioned, documents)), questions, digest)


def _sectioned(document: Document) -> Document:
    """A document with its sections, which runs do not store."""
    if not is_markdown(document.id):
        return document
    return dataclasses.replace(document, sections=sections(document.text))


def _renamed(scores: Scores, name: str, other: Scores) -> Scores:
    """The same scores with the measure `name` under the name of the other side's deciding one."""
    values = {**scores.values, other.main: scores.values[name]}
    measures = {**scores.measures, other.main: other.measures[other.main]}
    return dataclasses.replace(scores, at=other.at, values=values, measures=measures)


def _found(folder: RunFolder, system: str, *, missed: bool = False) -> set[tuple[str, int]]:
    """The items that a system has whole at the working cut, or those it has not."""
    rows = folder.items(system).select(["question", "item", "coverage"]).to_pylist()
    return {(r["question"], r["item"]) for r in rows if (r["coverage"] < WHOLE) == missed}
