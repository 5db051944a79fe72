"""From settings to a sweep that is ready to run: documents, labels, components, plan."""

from __future__ import annotations

import dataclasses
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ragcheck import __version__, grid
from ragcheck.config import Configured, shareable
from ragcheck.embedding.cache import CachedEmbedder
from ragcheck.embedding.folder import default_folder
from ragcheck.embedding.late_cache import cached_embedder
from ragcheck.files import shown
from ragcheck.labels import load_collection
from ragcheck.measures import measures_for, parity_measures, parity_notices
from ragcheck.measures.ceiling import EXACT_ITEMS
from ragcheck.protocols import Embedder
from ragcheck.records import Collection, Notice, Plan, Run
from ragcheck.registry import replace_embedders
from ragcheck.run_json import SCHEMA
from ragcheck.settings import Settings, named_files
from ragcheck.sweep import explained
from ragcheck.sweep.plan import Component, Judging, SweepPlan, digest, make_plan

#: Seed of the question sample: the same questions on every machine.
_SEED = 0

#: How the question begins that `ragcheck init` writes, so that there is one to run.
EXAMPLE = "Example, replace me:"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A sweep ready to run: the plan, where it writes, and what the labels gave to notice."""

    plan: SweepPlan
    out: Path
    notices: tuple[Notice, ...]
    configured: Configured


def prepare(configured: Configured, stored: Collection | None = None) -> Prepared:
    """Read documents and labels, build the components and plan the cells. Loads no model.

    A `stored` collection takes the place of the files that the settings name.
    """
    settings = configured.settings
    collection, notices = _collection(settings) if stored is None else (stored, ())
    retrievers = _share_embedders(grid.retrievers(settings))
    plan = make_plan(collection, grid.chunkers(settings), retrievers, _judging(settings))
    notices = (
        *notices,
        *parity_notices(settings.parity),
        *_bounded_ceilings(collection),
        *_examples(collection),
    )
    return Prepared(plan, _out(configured, plan), notices, configured)


def _judging(settings: Settings) -> Judging:
    """How every cell is measured."""
    return Judging(
        ks=settings.k,
        budgets=settings.budgets,
        at=settings.at,
        tokenizer=settings.tokenizer,
        twins=settings.twins,
        parity=settings.parity,
        phase=settings.phase,
        diagnosis=settings.diagnosis,
    )


def narrowed(prepared: Prepared, system: str) -> Prepared:
    """The same sweep of one planned system alone, in a folder of its own unless one is named.

    Planned anew: no other retriever stands beside it in its diagnosis.
    """
    (cell,) = (cell for cell in prepared.plan.cells if cell.system.id == system)
    given = prepared.plan
    plan = make_plan(given.collection, [cell.chunker], [cell.retriever], given.judging)
    return dataclasses.replace(prepared, plan=plan, out=_out(prepared.configured, plan))


def _examples(collection: Collection) -> list[Notice]:
    """The question that `ragcheck init` wrote is no user's question."""
    left = [q.id for q in collection.questions if q.text.startswith(EXAMPLE)]
    text = "is the example that `ragcheck init` wrote: replace it, it counts like any other"
    return [Notice("example", f"question {id} {text}") for id in left]


def _bounded_ceilings(collection: Collection) -> list[Notice]:
    """Questions with so many passages that their ceilings are lower bounds (METRICS, section 4)."""
    many = [question.id for question in collection.questions if len(question.items) > EXACT_ITEMS]
    if not many:
        return []
    text = (
        f"{len(many)} questions need more than {EXACT_ITEMS} passages ({many[0]} is one): their "
        "ceilings are lower bounds"
    )
    return [Notice("ceiling", text)]


def _out(configured: Configured, plan: SweepPlan) -> Path:
    """Where a plan writes: the same plan resumes in the same folder."""
    folder = f"{_slug(plan.collection.name)}-{plan.key[:8]}"
    return configured.settings.out or Path(shown(configured.root / "reports" / folder))


def blank_run(prepared: Prepared) -> Run:
    """The run as it stands before its first cell."""
    plan, judging = prepared.plan, prepared.plan.judging
    collection = plan.collection
    measures = measures_for(judging.ks, judging.budgets, judging.at)
    measures += parity_measures(judging.parity, judging.cuts)
    measures += explained.measures(judging.at) if judging.diagnosis else ()
    return Run(
        schema=SCHEMA,
        version=__version__,
        collection={
            "name": collection.name,
            "digest": collection.digest,
            "corpus": digest([[document.id, document.text] for document in collection.documents]),
            "documents": len(collection.documents),
            "questions": len(collection.questions),
            "items": sum(len(question.items) for question in collection.questions),
        },
        measures={str(measure): measure for measure in measures},
        plan=Plan(
            cells={cell.system.id: cell.key for cell in plan.cells},
            at=judging.at,
            ks=judging.ks,
            budgets=judging.budgets,
            tokenizer=judging.tokenizer,
            twins=judging.twins,
            settings=shareable(prepared.configured),
        ),
        systems=(),
        warnings=prepared.notices,
    )


def _collection(settings: Settings) -> tuple[Collection, tuple[Notice, ...]]:
    docs, files = named_files(settings)
    name = settings.name or _name(docs)
    collection, notices = load_collection(name, docs, files, twins=settings.twins)
    if settings.sample is not None and settings.sample < len(collection.questions):
        collection = _sampled(collection, settings.sample)
    return collection, notices


def _name(docs: Path) -> str:
    """The documents' folder names the collection, or its parent where that says nothing."""
    resolved = Path(os.path.realpath(docs))  # `resolve` raises on links in a circle
    plain = resolved.name.lower() in ("docs", "documents", "corpus", "data", "")
    return (resolved.parent.name if plain else resolved.name) or "collection"


def _slug(name: str) -> str:
    """The name as one folder's name, whatever a user called the collection."""
    return re.sub(r"[^\w.-]+", "-", name).strip(".-") or "collection"


def _sampled(collection: Collection, count: int) -> Collection:
    """`count` questions, never fewer documents: a smaller corpus would inflate recall."""
    chosen = np.random.default_rng(_SEED).choice(len(collection.questions), count, replace=False)
    questions = tuple(collection.questions[position] for position in sorted(chosen.tolist()))
    return dataclasses.replace(
        collection, questions=questions, digest=digest([collection.digest, count, _SEED])
    )


def _share_embedders(retrievers: Sequence[Component]) -> list[Component]:
    """The same retrievers with cached embedders, one for each model whoever uses it."""
    shared: dict[str, CachedEmbedder] = {}

    def cached(embedder: Embedder) -> CachedEmbedder:
        mark = embedder.fingerprint
        if mark not in shared:
            shared[mark] = cached_embedder(embedder, default_folder())
        return shared[mark]

    found = []
    for component in retrievers:
        used: list[CachedEmbedder] = []

        def wrap(embedder: Embedder, used: list[CachedEmbedder] = used) -> CachedEmbedder:
            used.append(cached(embedder))
            return used[-1]

        made = replace_embedders(component.made, wrap)
        found.append(dataclasses.replace(component, made=made, embedders=tuple(used)))
    return found
