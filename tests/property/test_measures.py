"""The vectorised judge against one that works on sets of characters, for every quantity."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ragcheck.measures import Corpus, Part, evaluate, judge, measures_for
from ragcheck.records import Cut
from tests.property.worlds import CUTS, Brute, World, worlds

KS = tuple(cut.value for cut in CUTS if cut.unit == "k")
BUDGETS = tuple(cut.value for cut in CUTS if cut.unit == "t")
AT = Cut(2)

checked = settings(
    deadline=None,
    max_examples=150,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def judged_and_values(world: World, read=None):
    corpus = Corpus.of(world.collection)
    judged = judge(corpus, world.chunks, world.rankings, CUTS, AT, read)
    values = {str(measure): column for measure, column in evaluate(judged).items()}
    return judged, values


def answerable(world: World):
    """Numbers of the questions that have items, each with its brute-force judge."""
    return [
        (number, Brute(world, number))
        for number, question in enumerate(world.collection.questions)
        if question.items
    ]


def same(found: float, expected: float) -> None:
    if math.isnan(expected):
        assert math.isnan(found)
    else:
        assert found == pytest.approx(expected, abs=1e-12)


@checked
@given(worlds())
def test_recall_family(world):
    _judged, values = judged_and_values(world)
    for q, brute in answerable(world):
        lengths = [len(brute.units(brute.place(i.members[0].span))) for i in brute.items]
        for cut in CUTS:
            best = brute.best(cut)
            same(values[f"recall@{cut}"][q], brute.mean([v == 1 for v in best]))
            same(values[f"recall_half@{cut}"][q], brute.mean([v >= 0.5 for v in best]))
            same(values[f"touched@{cut}"][q], brute.mean([v > 0 for v in best]))
            same(values[f"any@{cut}"][q], float(any(v == 1 for v in best)))
            same(values[f"all@{cut}"][q], float(all(v == 1 for v in best)))
            found = sum(n * v for n, v in zip(lengths, best, strict=True))
            same(values[f"char_recall@{cut}"][q], found / sum(lengths))
            same(values[f"context_tokens@{cut}"][q], brute.context(cut)[2])
        grid = [brute.mean([v == 1 for v in brute.best(Cut(b, "t"))]) for b in BUDGETS]
        logs = [math.log(b) for b in BUDGETS]
        area = sum(
            (grid[i] + grid[i + 1]) / 2 * (logs[i + 1] - logs[i]) for i in range(len(grid) - 1)
        )
        same(values["recall_auc"][q], area / (logs[-1] - logs[0]))


def causes(brute: Brute, fresh: set[tuple[int, int]]) -> dict[str, int]:
    """Units that are neither gold nor repeated, by where they stand."""
    counts = {"same_section": 0, "same_document": 0, "other_document": 0}
    gold = brute.gold()
    documents = {d for d, _ in gold}
    for d, position in fresh:
        section = next(
            (s for s in brute.documents[d].sections if s.start <= position < s.end), None
        )
        if section and any((d, i) in gold for i in range(section.body, section.end)):
            counts["same_section"] += 1
        else:
            counts["same_document" if d in documents else "other_document"] += 1
    return counts


@checked
@given(worlds())
def test_composition(world):
    _, values = judged_and_values(world)
    for q, brute in answerable(world):
        all_gold = brute.gold()
        for cut in CUTS:
            shown, prefix, _ = brute.context(cut)
            source, credited = set().union(*shown), brute.credited(cut)
            twice = sum(len(units) for units in shown) - len(source)
            copies = len((all_gold - credited) & source)
            total = sum(len(units) for units in shown) + prefix
            expected = {
                "gold": len(credited & source),
                "redundant": twice + copies,
                "duplicate": twice + copies,
                "other": len(source - all_gold) + prefix,
                "prefix": prefix,
                **causes(brute, source - all_gold),
            }
            expected["pollution"] = expected["redundant"] + expected["other"]
            for name, units in expected.items():
                same(values[f"{name}@{cut}"][q], units / total if total else math.nan)
            same(values[f"iou@{cut}"][q], len(credited & source) / len(credited | source))


@checked
@given(worlds())
def test_offtopic(world):
    _, values = judged_and_values(world)
    for q, brute in answerable(world):
        for cut in (c for c in CUTS if c.unit == "k"):
            shown, credited = brute.context(cut)[0], brute.credited(cut)
            adding, seen = 0, set()
            for units in shown:
                adding += bool((units & credited) - seen)
                seen |= units
            touching = sum(
                bool(brute.units(brute.chunk(c)) & credited) for c in range(len(world.chunks))
            )
            count = len(shown)
            offtopic = 1 - adding / count if count else math.nan
            floor = 1 - min(count, touching) / count if count else math.nan
            same(values[f"offtopic@{cut}"][q], offtopic)
            same(values[f"offtopic_floor@{cut}"][q], floor)
            assert not count or offtopic >= floor


@checked
@given(worlds())
def test_rank_measures(world):
    judged, values = judged_and_values(world)
    first = judged.items.first
    for q, brute in answerable(world):
        ranks = brute.completion()
        found = judged.completion[first[q] : first[q + 1]]
        assert [r if r else math.inf for r in found.tolist()] == ranks
        effective = [max(r, j) for j, r in enumerate(sorted(ranks), 1)]
        for k in KS:
            ideal = min(len(ranks), k)
            gain = sum(1 / math.log2(e + 1) for e in effective if e <= k)
            best = sum(1 / math.log2(j + 1) for j in range(1, ideal + 1))
            same(values[f"nDCG@{k}"][q], gain / best)
            precision = sum(j / e for j, e in enumerate(effective, 1) if e <= k)
            same(values[f"AP@{k}"][q], precision / ideal)
            same(values[f"RR@{k}"][q], 1 / min(ranks) if min(ranks) <= k else 0)


@st.composite
def read_worlds(draw):
    """A world, and where its embedder stops in each chunk: int32[n], or None without one."""
    world = draw(worlds())
    stops = [
        draw(st.integers(start, end))
        for start, end in zip(world.chunks.start.tolist(), world.chunks.end.tolist(), strict=True)
    ]
    return world, draw(st.sampled_from([None, np.array(stops, np.int32)]))


@checked
@given(read_worlds())
def test_breaks(case):
    world, read = case
    judged, values = judged_and_values(world, read)
    everything = [set() for _ in world.collection.documents]
    for q, brute in answerable(world):
        chunks = [brute.units(brute.chunk(c)) for c in range(len(world.chunks))]
        largest = max(map(len, chunks), default=0)
        everything = set().union(*chunks)
        expected: dict[str, list[float]] = {}
        first = judged.items.first[q]
        pairs = zip(brute.alternatives, brute.best(AT), strict=True)
        for number, (places, coverage) in enumerate(pairs, first):
            gold = [brute.units(place) for place in places]
            unread = read is not None and judged.unseen[number] > 0.5
            share = max((len(g & c) / len(g) for g in gold for c in chunks), default=0)
            pieces = min(fewest(g, chunks) for g in gold)
            absent = not any(g <= everything for g in gold)
            assert absent == (pieces == math.inf)
            missed = coverage < 1
            for name, value in {
                "severed": share < 1,
                "severity": 1 - share,
                "unavoidable": all(len(g) > largest for g in gold),
                "pieces": math.nan if absent else pieces,
                "index_gap": missed and absent,
                "cut_and_missed": missed and not absent and share < 1,
                "unseen": missed and share == 1 and unread,
                "not_ranked": missed and share == 1 and not unread,
            }.items():
                expected.setdefault(name, []).append(value)
        for name, row in expected.items():
            same(values[name][q], brute.mean(row))
        reasons = ("index_gap", "cut_and_missed", "unseen", "not_ranked")
        lost = sum(values[name][q] for name in reasons)
        same(lost + values[f"recall@{AT}"][q], 1)


def fewest(gold, chunks) -> float:
    """Least number of chunks whose union holds `gold`, by trying all sets."""

    @cache
    def search(left: frozenset, first: int) -> float:
        if not left:
            return 0
        if first == len(chunks):
            return math.inf
        return min(search(left, first + 1), 1 + search(left - chunks[first], first + 1))

    return search(frozenset(gold), 0)


@checked
@given(worlds())
def test_hits(world):
    judged, _ = judged_and_values(world)
    hits = judged.hits
    rows = zip(hits.question, hits.rank, hits.chunk, strict=True)
    assert [(q, c) for q, _, c in rows] == [
        (q, c) for q in range(len(world.collection.questions)) for c in world.ranked(q)
    ]
    for q, brute in answerable(world):
        credited, all_gold, seen = brute.credited(AT), brute.gold(), set()
        for row in np.flatnonzero(hits.question == q):
            number = int(hits.chunk[row])
            units, prefix = brute.beginning(number, math.inf)
            gold = (units & credited) - seen
            fresh = units - seen - all_gold
            seen |= units
            redundant = len(units) - len(gold) - len(fresh)
            assert hits.gold[row] == len(gold)
            assert hits.redundant[row] == redundant
            assert hits.other[row] == len(fresh) + prefix
            amounts = {"duplicate": redundant, "prefix": prefix, **causes(brute, fresh)}
            largest = max(amounts.values())
            cause = max(amounts, key=lambda name: amounts[name]) if largest else "gold"
            assert Part(hits.cause[row]).name == cause


@checked
@given(worlds())
def test_unanswerable_questions_have_no_values(world):
    _, values = judged_and_values(world)
    assert list(values) == [str(m) for m in measures_for(KS, BUDGETS, AT)]
    for q, question in enumerate(world.collection.questions):
        if question.unanswerable:
            assert all(math.isnan(column[q]) for column in values.values())
