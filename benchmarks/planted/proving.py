"""Proof of what is planted, by searching real indexes; the diagnosis takes no part."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from benchmarks.planted.cases import Case, Family, Side, Text
from benchmarks.planted.drafting import READS, word_pieces
from benchmarks.planted.setups import Setup
from ragcheck.chunking import chunk_collection
from ragcheck.protocols import Embedder, Index
from ragcheck.records import Document
from ragcheck.retrieval.bm25 import BM25
from ragcheck.retrieval.dense import Dense
from ragcheck.retrieval.hybrid import Hybrid
from ragcheck.spans import Span

#: Chunks that are shown, and how deep a case that must be missed there too is looked for.
SHOWN, DEEP = 5, 25
#: How many more chunks are searched than a pool holds, where some must be left out.
_MORE = 400
TOKENIZER = "cl100k_base"

Rows = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Planted:
    """A collection: the haystack and every case drawn, and which of these `held` by kind of system.

    `given_up` counts the others, by fault, kind of system and reason.
    """

    setup: Setup
    hay: Sequence[Text]
    cases: Sequence[Case]
    held: Mapping[Family, list[Case]]
    given_up: Counter[tuple[str, Family, str]]


class World:
    """Documents, chunked and searchable."""

    def __init__(self, texts: Sequence[Text], setup: Setup, embedder: Embedder | None) -> None:
        ordered = sorted(texts, key=lambda text: text.id)
        self._texts = {text.id: text.text for text in ordered}
        self._place = {text.id: position for position, text in enumerate(ordered)}
        documents = [Document(text.id, text.text) for text in ordered]
        self._chunks = chunk_collection(documents, setup.chunker, TOKENIZER)
        self._first = np.searchsorted(self._chunks.document, np.arange(len(documents) + 1))
        passages = self._chunks.texts(documents)
        self._parts: dict[Family, Index] = {"bm25": BM25().index(passages)}
        if embedder is not None and setup.families != ("bm25",):
            self._parts["dense"] = Dense(embedder).index(passages)
            self._hybrid = Hybrid(BM25(), Dense(embedder))

    def search(self, family: Family, questions: Sequence[str], hidden: Sequence[set[str]]) -> Rows:
        """The best chunks for each question when some documents are not there: int32[q, DEEP].

        Padded with -1. What is hidden still counts in the statistics of BM25.
        """
        parts: tuple[Family, ...] = ("bm25", "dense") if family == "hybrid" else (family,)
        lists = [self._parts[part].search(questions, k=100 + _MORE) for part in parts]
        rows = np.full((len(questions), DEEP), -1, np.int32)
        for row, documents in enumerate(hidden):
            gone = np.array([self._place[one] for one in documents], np.int64)
            kept = []
            for found in lists:
                chunk, score = found.chunk[row], found.score[row]
                there = (chunk >= 0) & ~np.isin(self._chunks.document[chunk], gone)
                kept.append((chunk[there].astype(np.intp)[:100], score[there][:100]))
            best = self._hybrid.merge(kept, DEEP)[0] if family == "hybrid" else kept[0][0][:DEEP]
            rows[row, : len(best)] = best
        return rows

    def complete(self, side: Side, shown: Rows) -> bool:
        """Whether the shown chunks together hold any place of the side's gold."""
        return any(self._covered(span, shown) for span in side.gold)

    def shaped(self, side: Side) -> bool:
        """Whether the chunks lie to the labelled passage as the side says."""
        gold = side.gold[0]
        position = self._place[gold.document]
        rows = np.arange(self._first[position], self._first[position + 1], dtype=np.int32)
        starts, ends = self._chunks.start[rows], self._chunks.end[rows]
        hosts = starts[(starts <= gold.start) & (gold.end <= ends)].tolist()
        if side.shape == "any":
            return True
        if side.shape == "gap" or not self._covered(gold, rows):
            return side.shape == "gap" and not self._covered(gold, rows)
        if side.shape == "unread":
            text = self._texts[gold.document]
            return bool(hosts) and all(word_pieces(text[s : gold.start]) > READS for s in hosts)
        return bool(hosts) == (side.shape == "whole")

    def _covered(self, span: Span, shown: Rows) -> bool:
        text = self._texts[span.document]
        missing = np.array([not letter.isspace() for letter in text[span.start : span.end]])
        for row in shown[shown >= 0]:
            if self._chunks.document[row] == self._place[span.document]:
                low = max(0, int(self._chunks.start[row]) - span.start)
                missing[low : max(0, int(self._chunks.end[row]) - span.start)] = False
        return not missing.any()


def plant(
    setup: Setup, cases: Sequence[Case], hay: Sequence[Text], embedder: Embedder | None
) -> Planted:
    """The collection of these cases, and which of them hold for which kind of system.

    Missed as planted, in the collection that is swept; found in every heal and missed in every
    control, when these stand in place of the case's own documents there and nothing else changes;
    and with the shape that each side claims. A case that needs a kind of system beside that the
    setup lacks holds for none.
    """
    known = [case for case in cases if case.beside in (None, *setup.families)]
    reasons = _reasons((setup, hay, embedder), cases, known)
    held: dict[Family, list[Case]] = {family: [] for family in setup.families}
    given_up: Counter[tuple[str, Family, str]] = Counter()
    for case in known:
        for family in (family for family in setup.families if family in case.expected):
            reason = reasons.get((case.id, family))
            if reason is None:
                held[family].append(case)
            else:
                given_up[case.fault, family, reason] += 1
    return Planted(setup, hay, cases, held, given_up)


def _reasons(
    made_of: tuple[Setup, Sequence[Text], Embedder | None],
    cases: Sequence[Case],
    known: Sequence[Case],
) -> dict[tuple[str, Family], str]:
    """Why cases do not hold, by case and kind of system: searched as planted, then otherwise."""
    setup, hay, embedder = made_of
    reasons: dict[tuple[str, Family], str] = {}
    planted = [*hay, *(text for case in cases for text in case.planted.documents)]
    checks = [check for case in known for check in _other_sides(case)]
    fewer = [check for check in checks if check.absent is not None]
    other = [_renamed(check) for check in checks if check.absent is None]
    world = World(planted, setup, embedder)
    _hold(world, setup, [_Check(case, "planted", case.planted) for case in known], reasons)
    _hold(world, setup, fewer, reasons, [check.absent or set() for check in fewer])
    new = {text.id for check in other for text in check.side.documents}
    hidden = [
        {text.id for text in check.case.planted.documents}
        | (new - {text.id for text in check.side.documents})
        for check in other
    ]
    world = World([*planted, *(t for c in other for t in c.side.documents)], setup, embedder)
    _hold(world, setup, other, reasons, hidden)
    return reasons


@dataclass(frozen=True, slots=True)
class _Check:
    """One side of a case, and whether its passage must be found."""

    case: Case
    name: str
    side: Side
    found: bool = False

    @property
    def absent(self) -> set[str] | None:
        """The planted documents that this side lacks; None if it has others."""
        planted = {text.id: text for text in self.case.planted.documents}
        if any(planted.get(text.id) != text for text in self.side.documents):
            return None
        return planted.keys() - {text.id for text in self.side.documents}


def _other_sides(case: Case) -> list[_Check]:
    """The heals and controls of a case."""
    heals = [_Check(case, f"heal-{n}", side, True) for n, side in enumerate(case.heals, 1)]
    controls = [_Check(case, f"control-{n}", side) for n, side in enumerate(case.controls, 1)]
    return [*heals, *controls]


def _renamed(check: _Check) -> _Check:
    """The same with its documents under names of their own."""
    name, side = check.name, check.side
    documents = tuple(Text(f"{name}/{text.id}", text.text) for text in side.documents)
    gold = tuple(Span(f"{name}/{one.document}", one.start, one.end) for one in side.gold)
    return replace(check, side=replace(side, documents=documents, gold=gold))


def _hold(
    world: World,
    setup: Setup,
    checks: Sequence[_Check],
    reasons: dict[tuple[str, Family], str],
    hidden: Sequence[set[str]] = (),
) -> None:
    """Note the first reason why a case does not hold for a kind of system."""
    questions = [check.side.question for check in checks]
    for family in setup.families:
        shown = world.search(family, questions, hidden or [set()] * len(checks))
        for check, rows in zip(checks, shown, strict=True):
            case = check.case
            if not world.shaped(check.side):
                reason, families = f"{check.name}: shape", setup.families
            elif family == case.beside and check.name == "planted":
                reason = "" if world.complete(check.side, rows[:SHOWN]) else f"{family} misses it"
                families = setup.families
            else:
                depth = DEEP if case.deep and not check.found else SHOWN
                right = world.complete(check.side, rows[:depth]) == check.found
                reason = "" if right else f"{check.name} is {'missed' if check.found else 'found'}"
                families = (family,)
            for one in families if reason else ():
                reasons.setdefault((case.id, one), reason)
