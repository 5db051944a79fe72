"""What a sweep will do: its cells, each with a key that names everything its result depends on."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ragcheck import __version__
from ragcheck.chunking import Fixed
from ragcheck.embedding.cache import CachedEmbedder
from ragcheck.errors import ConfigError
from ragcheck.measures import cuts_for
from ragcheck.records import Collection, Config, Cut, Json, Run, System
from ragcheck.sweep.phases import shifted

#: Packages and modules whose code decides what a cell's tables hold.
_MAKING = (
    "causes", "chunking", "diagnosis", "documents", "embedding", "labels", "measures", "retrieval",
    "statistics", "structure", "sweep", "likeness", "records", "spans", "tokens",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Component:
    """A built chunker or retriever: its short name, its options, and what else marks its results.

    `marks` holds versions and model fingerprints: equal options with other marks are other results.
    `embedders` are those inside it, shared between components that use the same model.
    """

    id: str
    options: Config
    made: Any
    marks: tuple[str, ...]
    embedders: tuple[CachedEmbedder, ...] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """One system on one collection. `key` names its result, `chunking` the chunks it stands on.

    `phases` are the chunker's other starting points, at which recall is measured too.
    """

    system: System
    chunker: Component
    retriever: Component
    chunking: str
    key: str
    phases: tuple[Fixed, ...] = ()


@dataclass(frozen=True, slots=True)
class Judging:
    """How every cell is measured: cut-offs in chunks and tokens, working cut, tokenizer, twins.

    `parity` names the modes of other tools whose measures come beside ours; `phase` whose recall is
    measured from several starting points (`phases.shifted`). `diagnosis`: whether every miss is
    traced to its cause.
    """

    ks: tuple[int, ...]
    budgets: tuple[int, ...]
    at: Cut
    tokenizer: str
    twins: bool
    parity: tuple[str, ...] = ()
    phase: str = "off"
    diagnosis: bool = False

    @property
    def asked(self) -> tuple[Cut, ...]:
        """The cut-offs asked for: `recall_auc` runs over their budgets, whatever `at` is."""
        return (*map(Cut, self.ks), *(Cut(budget, "t") for budget in self.budgets))

    @property
    def cuts(self) -> tuple[Cut, ...]:
        """All cut-offs in order, the working cut among them."""
        return cuts_for(self.ks, self.budgets, self.at)


@dataclass(frozen=True, slots=True)
class SweepPlan:
    """Cells grouped by chunking, in the order given; `key` names the whole plan."""

    collection: Collection
    cells: tuple[Cell, ...]
    judging: Judging
    key: str

    def finished(self, run: Run) -> frozenset[str]:
        """Keys of the planned cells that a run holds whole: diagnosed too, where that is asked."""
        keys = {cell.key for cell in self.cells}
        return frozenset(
            result.key
            for result in run.systems
            if result.key in keys and (result.diagnosis is not None or not self.judging.diagnosis)
        )


def digest(value: object) -> str:
    """16 hex digits of a canonical JSON value: the address of whatever depends on it alone."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@cache
def own_code() -> str:
    """Digest of the code that makes numbers: whoever updates a checkout keeps the same version."""
    root = Path(__file__).parents[1]
    whole = hashlib.sha256()
    for name in _MAKING:
        for path in sorted((root / name).rglob("*.py")) or [root / f"{name}.py"]:
            whole.update(path.read_bytes())
    return whole.hexdigest()


def make_plan(
    collection: Collection,
    chunkers: Sequence[Component],
    retrievers: Sequence[Component],
    judging: Judging,
) -> SweepPlan:
    """Every chunker with every retriever. Raises ConfigError when two systems have one name."""
    base = [__version__, own_code(), collection.digest, judging.tokenizer]
    how = [judging.ks, judging.budgets, str(judging.at), judging.twins, judging.parity]
    cells: list[Cell] = []
    for chunker in chunkers:
        chunking = digest([*base, chunker.options, chunker.marks])
        for retriever in retrievers:
            system = System(f"{chunker.id}/{retriever.id}", chunker.options, retriever.options)
            phases = shifted(chunker.made, retriever.made, judging.phase)
            starts = [[phase.offset for phase in phases]] if phases else []
            others = [_siblings(retriever, retrievers)] if judging.diagnosis else []
            key = digest([chunking, how, retriever.options, retriever.marks, *starts, *others])
            cells.append(Cell(system, chunker, retriever, chunking, key, phases))
    names = Counter(cell.system.id for cell in cells)
    keys = Counter(cell.key for cell in cells)
    for cell in cells:
        if names[cell.system.id] > 1 or keys[cell.key] > 1:
            raise ConfigError(
                f"system `{cell.system.id}` is planned twice",
                hint="name each chunker, size and retriever once",
            )
    if not cells:
        raise ConfigError("nothing to sweep: no chunker or no retriever is named")
    return SweepPlan(collection, tuple(cells), judging, digest([cell.key for cell in cells]))


def _siblings(retriever: Component, retrievers: Sequence[Component]) -> list[list[Json]]:
    """What a diagnosis depends on beside its own system: the retrievers it is held against."""
    others = (other for other in retrievers if other is not retriever)
    return [[other.id, other.options, other.marks] for other in others]
