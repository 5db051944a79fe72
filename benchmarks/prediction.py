"""What the diagnosis promises against what the change does: each fix is really made and counted.

`python -m benchmarks.prediction [collection folder ..]`; without one it takes the shared sets
`chroma_general` and `prometheus_docs` where they are beside the checkout. For every intervention
there is a change of the system that does to all chunks what the intervention did to one passage.
`fixed` counts the missed passages that the changed system finds in as much context: those that the
intervention had recovered, then the others. A diagnosis that says something separates the two.
`expected` is the recall that the run expects of the former, `achieved` what they really add.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ragcheck import api
from ragcheck.chunking import Fixed
from ragcheck.chunking.context import Context
from ragcheck.config import configure
from ragcheck.prepare import prepare
from ragcheck.protocols import Embedder
from ragcheck.records import Cut, Document, Piece, Rankings
from ragcheck.retrieval.dense import Dense
from ragcheck.run import RunFolder
from ragcheck.statistics.intervals import wilson
from ragcheck.structure import is_markdown, structure

#: Sizes of the chunks that are examined: the model reads the smaller ones whole.
SMALL, LARGE = 200, 512
K = 5
#: The same context in tokens as K of the small chunks.
BUDGET = K * SMALL
_SETS = ("chroma_general", "prometheus_docs")
_Z = 1.959963984540054


@dataclass(frozen=True)
class Titled:
    """Fixed chunks with the same boundaries, title and heading path before each."""

    size: int = SMALL

    def chunk(self, document: Document) -> Sequence[Piece]:
        """The pieces of `Fixed`, prefixed; they grow by what is put before them."""
        context = Context(
            document,
            structure(document.text, is_markdown(document.id)),
            "cl100k_base",
            titles=True,
            headers=False,
        )
        pieces = Fixed(size=self.size).chunk(document)
        return [Piece(p.start, p.end, context.prefix(p.start, sys.maxsize)) for p in pieces]


@dataclass(frozen=True)
class Throughout:
    """Dense retrieval that reads every text to its end: in parts, the best of which counts."""

    embedder: Embedder

    def index(self, texts: Sequence[str]) -> _Parts:
        """Embed what is read of each text, then what is read of the rest, until nothing is left."""
        owners, parts = list(range(len(texts))), list(texts)
        kept_owners, kept = [], []
        while parts:
            read = self.embedder.read(parts)  # type: ignore[attr-defined]
            kept_owners += owners
            kept += [part[:end] for part, end in zip(parts, read.tolist(), strict=True)]
            rest = [
                (owner, part[end:])
                for owner, part, end in zip(owners, parts, read.tolist(), strict=True)
                if part[end:].strip()
            ]
            owners, parts = [owner for owner, _ in rest], [part for _, part in rest]
        return _Parts(Dense(self.embedder).index(kept), np.array(kept_owners), len(texts))


class _Parts:
    """Each text as good as its best part."""

    def __init__(self, index: Any, owner: Any, texts: int) -> None:
        self._index, self._owner, self._texts = index, owner, texts

    def search(self, queries: Sequence[str], *, k: int) -> Rankings:
        """The best `k` texts by their best part."""
        found = self._index.search(queries, k=len(self._owner))
        width = min(k, self._texts)
        chunk = np.zeros((len(queries), width), np.int32)
        score = np.zeros((len(queries), width), np.float32)
        for row, (parts, scores) in enumerate(zip(found.chunk, found.score, strict=True)):
            best = np.full(self._texts, -np.inf, np.float32)
            np.maximum.at(best, self._owner[parts], scores)
            chunk[row] = np.argsort(-best, kind="stable")[:width]
            score[row] = best[chunk[row]]
        return Rankings(chunk, score)


@dataclass(frozen=True)
class Change:
    """One promise and the change that keeps it.

    Misses of `base` count as promised where `intervention` recovers them and, where `cause` is
    named, that is their primary cause. `chunker` and `retriever` are the changed system; `cut` is
    as much context as the base had.
    """

    name: str
    base: str
    intervention: str
    chunker: dict[str, Any]
    retriever: dict[str, Any] = field(default_factory=lambda: {"name": "dense"})
    cut: Cut = field(default_factory=lambda: Cut(K))
    cause: str = ""


CHANGES = (
    Change(
        "50% overlap",
        f"fixed-{SMALL}/dense",
        "clipped_oracle",
        {"name": "overlap", "size": SMALL, "overlap": SMALL // 2},
    ),
    Change(
        "50% overlap",
        f"fixed-{SMALL}/bm25",
        "clipped_oracle",
        {"name": "overlap", "size": SMALL, "overlap": SMALL // 2},
        {"name": "bm25"},
    ),
    Change(
        "unread part embedded",
        f"fixed-{LARGE}/dense",
        "clipped_oracle",
        {"name": "fixed", "size": LARGE},
        {"name": "benchmarks.prediction:Throughout"},
        cause="truncation",
    ),
    Change(
        "sentence chunks, equal budget",
        f"fixed-{SMALL}/dense",
        "tight_oracle",
        {"name": "sentence", "size": 100},
        cut=Cut(BUDGET, "t"),
    ),
    Change(
        "title and headings in place",
        f"fixed-{SMALL}/dense",
        "add_context",
        {"name": "benchmarks.prediction:Titled", "size": SMALL},
    ),
)


@dataclass(frozen=True)
class Outcome:
    """What a change did: `fixed` of `n` promised misses, `others_fixed` of `others`."""

    change: Change
    fixed: int
    n: int
    others_fixed: int
    others: int
    expected: float | None
    achieved: float
    placebo: str


def _sweep(collection: Path, out: Path, **settings: Any) -> RunFolder:
    flags = {
        "docs": str(collection / "docs"),
        "labels": [str(collection / "questions.jsonl")],
        "out": str(out),
        "k": [K],
        "budgets": [BUDGET],
        "phase": "off",
        **settings,
    }
    return api.sweep(prepare(configure(flags)))


def _found(run: RunFolder, system: str, cut: Cut) -> dict[tuple[str, int], bool]:
    """Whether each item of a run is whole in the context of `cut`, by question and number."""
    table = run.items(system).to_pydict()
    if cut.unit == "k":
        whole = [rank is not None and rank <= cut.value for rank in table["rank"]]
    else:  # the run was measured at this cut
        whole = [coverage >= 1 for coverage in table["coverage"]]
    return dict(zip(zip(table["question"], table["item"], strict=True), whole, strict=True))


def outcomes(collection: Path, folder: Path) -> list[Outcome]:
    """Diagnose the base systems of one set, make every change and count."""
    bases = _sweep(
        collection,
        folder / "bases",
        chunkers=[{"name": "fixed"}],
        chunk_sizes=[SMALL, LARGE],
        retrievers=[{"name": "bm25"}, {"name": "dense"}],
    )
    found = []
    for number, change in enumerate(CHANGES):
        changed = _sweep(
            collection,
            folder / f"change-{number}",
            chunkers=[change.chunker],
            retrievers=[change.retriever],
            at=str(change.cut),
            diagnosis="off",
        )
        found.append(_outcome(bases, changed, change))
    return found


def _outcome(bases: RunFolder, changed: RunFolder, change: Change) -> Outcome:
    """Count what the change found of the misses of its base."""
    weights = _weights(bases, change.base)
    now = _found(changed, changed.run.systems[0].system.id, change.cut)
    table = bases.causes(change.base)
    diagnosis = bases.result(change.base).diagnosis
    if table is None or diagnosis is None:
        raise RuntimeError(f"{change.base} was not diagnosed")
    fixed, missed = {True: 0, False: 0}, {True: 0, False: 0}
    achieved = 0.0
    for row in table.to_pylist():
        key = row["question"], row["item"]
        promised = change.intervention in row["fixes"] and change.cause in ("", row["cause"])
        fixed[promised] += now[key]
        missed[promised] += 1
        achieved += weights[key] if promised and now[key] else 0.0
    told = diagnosis.interventions.get(change.intervention)
    about = diagnosis.causes.get(change.cause) if change.cause else told
    return Outcome(
        change,
        fixed[True],
        missed[True],
        fixed[False],
        missed[False],
        about.expected if about else None,
        achieved,
        f"{told.placebo_recovered}/{told.placebo_tried}" if told and told.placebo_tried else "none",
    )


def _weights(run: RunFolder, system: str) -> dict[tuple[str, int], float]:
    """What each item adds to the mean recall when it is found."""
    rows = run.items(system).to_pylist()
    whole: dict[str, float] = {}
    for row in rows:
        whole[row["question"]] = whole.get(row["question"], 0.0) + row["weight"]
    return {
        (row["question"], row["item"]): row["weight"] / whole[row["question"]] / len(whole)
        for row in rows
    }


def _share(fixed: int, n: int) -> str:
    """A count with its share and Wilson's 95% interval."""
    if not n:
        return "none"
    low, high = wilson(fixed / n, n, _Z)
    return f"{fixed}/{n} = {fixed / n:.0%} [{low:.0%}, {high:.0%}]"


def main() -> None:
    """Print a row per set and change."""
    shared = Path(__file__).parents[2] / "shared" / "data"
    folders = [Path(name) for name in sys.argv[1:]] or [shared / name for name in _SETS]
    for collection in folders:
        if not collection.is_dir():
            print(f"prediction: {collection.name} is absent")
            continue
        print(f"{collection.name}: passages missed at {K} chunks that the change finds")
        with tempfile.TemporaryDirectory() as temporary:
            for one in outcomes(collection, Path(temporary)):
                print(
                    f"  {one.change.name:<30} {one.change.base:<16}"
                    f" promised {_share(one.fixed, one.n):<26}"
                    f" others {_share(one.others_fixed, one.others):<26}"
                    f" placebo {one.placebo:<7}"
                    f" expected {_points(one.expected)} achieved {_points(one.achieved)}"
                )


def _points(recall: float | None) -> str:
    return "none" if recall is None else f"{100 * recall:+.2f}"


if __name__ == "__main__":
    main()
