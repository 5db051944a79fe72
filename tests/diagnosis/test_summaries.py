"""Sums over missed items: expected fixes, placebo and what is left after it."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
import pytest

from ragcheck.conclusions import Summary
from ragcheck.diagnosis import diagnose
from ragcheck.diagnosis.bench import Bench
from ragcheck.diagnosis.expected import expected_share
from ragcheck.diagnosis.placebo import Placebo
from ragcheck.diagnosis.showing import Goal, Showing
from ragcheck.diagnosis.summaries import corrected
from ragcheck.diagnosis.trial import Outcome, Trial
from ragcheck.measures import Corpus
from ragcheck.notation import parse_cut
from ragcheck.records import Floats
from ragcheck.retrieval.words import words
from ragcheck.statistics.intervals import wilson
from tests.diagnosis.build import World, filler
from tests.diagnosis.test_causes import ASKED, crowd, every_retriever, rivals, world

Z = 1.959963984540054


def share(hits: int, count: int) -> Summary:
    return Summary(hits / count, *wilson(hits / count, count, Z), count)


@pytest.mark.parametrize(
    ("hits", "placebo", "expected"),
    [
        ((60, 100), (0, 100), 0.6),
        ((60, 100), (20, 100), 0.5),
        ((20, 100), (20, 100), 0.0),
        ((5, 100), (20, 100), -0.1875),
        ((100, 100), (30, 100), 1.0),
    ],
)
def test_the_placebo_is_taken_off(
    hits: tuple[int, int], placebo: tuple[int, int], expected: float
) -> None:
    failed, control = (share(n - k, n) for k, n in (hits, placebo))
    value, low, high = corrected(failed, control)
    assert value == pytest.approx(expected)
    assert low < value < high or value == high == 1
    again, wider, higher = corrected(
        share((hits[1] - hits[0]) // 5, hits[1] // 5), share((placebo[1] - placebo[0]) // 5, 20)
    )
    assert again == pytest.approx(expected)
    assert higher - wider > high - low, "fewer items, a wider interval"


def test_the_interval_of_the_corrected_share_covers() -> None:
    """About 95 in 100, where both shares are counts of independent items."""
    random = np.random.default_rng(0)
    for s, p in ((0.5, 0.05), (0.3, 0.2), (0.9, 0.1)):
        truth, covered = (s - p) / (1 - p), 0
        for _ in range(400):
            hits, controls = random.binomial(120, s), random.binomial(100, p)
            value, low, high = corrected(share(120 - hits, 120), share(100 - controls, 100))
            assert value is not None
            covered += low <= truth <= high
        assert covered >= 0.92 * 400


def test_the_ends_solve_the_equations_of_the_method() -> None:
    """Donner & Zou (2012): each end of the ratio R of shares a and b is a root of
    (a - R b)² = (distance of a to its end)² + R² (distance of b to the opposite end)²."""
    a, b = share(40, 100), share(90, 120)
    _, low, high = corrected(a, b)
    assert a.mean and b.mean
    assert low is not None and high is not None
    least, most = 1 - high, 1 - low
    assert least < a.mean / b.mean < most
    near = (a.mean - a.low) ** 2 + least**2 * (b.high - b.mean) ** 2
    assert (a.mean - least * b.mean) ** 2 == pytest.approx(near)
    far = (a.high - a.mean) ** 2 + most**2 * (b.mean - b.low) ** 2
    assert (a.mean - most * b.mean) ** 2 == pytest.approx(far)


def test_a_placebo_that_always_helps_leaves_nothing_to_say() -> None:
    assert corrected(share(5, 10), share(0, 10)) == (None, None, None)
    assert corrected(Summary(None, None, None, 0), share(5, 10)) == (None, None, None)
    one = Summary(1.0, None, None, 1)
    assert corrected(one, one) == (0.0, None, None)


@pytest.mark.parametrize(
    ("at", "rank", "needed", "expected"),
    [
        ("5", 1, 0, 0.89),
        ("5", 2, 0, 0.71),
        ("5", 3, 0, 0.71),
        ("5", 4, 0, 0.27),
        ("5", 5, 0, 0.27),
        ("10", 2, 0, 0.89),
        ("10", 6, 0, 0.71),
        ("10", 10, 0, 0.27),
        ("1", 1, 0, 0.89),
        ("2000t", 3, 400, 0.89),
        ("2000t", 9, 1200, 0.71),
        ("2000t", 9, 1900, 0.27),
        ("2000t", 1, 1900, 0.89),
    ],
)
def test_what_enters_the_context_early_is_expected_to_stay(
    at: str, rank: int, needed: int, expected: float
) -> None:
    cut = parse_cut(at)
    reach = (rank if cut.unit == "k" else needed) / cut.value
    trial = Trial.of([Outcome(True, rank, reach), Outcome(False, rank, reach), None])
    assert expected_share("clipped_oracle", trial).tolist() == [expected, 0, 0]
    assert expected_share("deeper", trial).tolist() == [1, 0, 0]


@every_retriever
def test_expected_recall_is_that_of_the_ranks_reached(retriever: str) -> None:
    gold = "the copper kettle\nboils water slowly"
    made = world({"gold.txt": f"{filler(1, 9)} {gold} {filler(2, 9)}", **rivals()}, gold)
    found = made.diagnose(retriever)
    rank = int(found.misses.clipped_rank[0])
    expected = 0.89 if rank == 1 else 0.27
    assert found.diagnosis.causes["boundary_cut"].expected == pytest.approx(expected)


def test_placebos_touch_no_gold_and_are_ill() -> None:
    gold = "the copper kettle boils water"
    lines = [f"{ASKED} {filler(n, 9)}" for n in range(6)]
    texts = {"gold.txt": f"{filler(1, 60)} {gold} {filler(2, 60)}\n" + "\n".join(lines)}
    made = World({**texts, **rivals(3), **crowd()}, [(ASKED, [("gold.txt", gold)])] * 40, at="4")
    case = made.case("bm25")
    bench = Bench.of(case)
    placebo = Placebo(bench)
    assert placebo.sample == tuple(range(40))
    drawn = []
    for miss in bench.missed.misses:
        one = placebo.stretch(miss, bench.windows.tight(miss))
        assert one is not None
        window = bench.windows.around(one.passage)
        drawn.append(window.start)
        assert window.end <= miss.start or miss.end <= window.start
        size = case.corpus.tokens.count(window.start, window.end)
        assert abs(int(size) - int(case.corpus.tokens.count(miss.start, miss.end))) <= 1
        order = bench.missed.orders[miss.row]
        assert not bench.showing.within(bench.showing.place(one.goal, order))
        assert one.gone.tolist() == bench.showing.touching(one.goal).tolist()
    assert len(set(drawn)) > 20
    again = Placebo(bench)
    same = [again.stretch(miss, bench.windows.tight(miss)) for miss in bench.missed.misses]
    assert [bench.windows.around(one.passage).start for one in same if one] == drawn


def test_no_placebo_of_a_cut_passage_touches_it() -> None:
    """Whatever share of the window stands before it: the document has little room."""
    gold = "the copper kettle\nboils water slowly"
    around = f"{filler(1, 20)} {gold} {filler(2, 20)}\n{filler(4, 12)}"
    texts = {"gold.txt": around, **rivals(4, ASKED)}
    made = World({**texts, **crowd()}, [(ASKED, [("gold.txt", gold)])] * 30, at="1")
    case = made.case("bm25")
    asked: list[str] = []

    class Noting:
        search = staticmethod(case.system.index.search)

        def score(self, query: str, given: Sequence[str]) -> Floats:
            asked.extend(given)
            return case.system.index.score(query, given)  # type: ignore[attr-defined]

    system = dataclasses.replace(case.system, index=Noting())
    found = diagnose(dataclasses.replace(case, system=system))
    assert found.diagnosis.interventions["clipped_oracle"].placebo_tried == 30
    placebos = [text for text in set(asked) if gold not in text]
    assert len(placebos) > 10
    assert not [text for text in placebos if set(words(gold)) & set(words(text))]


def test_no_placebo_of_context_is_a_chunk_of_the_passage() -> None:
    said = "It boils water with the lid on the pot."
    text = f"# Copper kettle\n\n{said} Then\nmore of it\n{filler(3, 4)}"
    texts = {"kettle.md": text, **rivals(4, ASKED), **crowd()}
    gold = f"{said} Then\nmore"
    made = World(texts, [(ASKED, [("kettle.md", gold)])] * 20)
    bench = Bench.of(made.case("bm25"))
    placebo = Placebo(bench)
    drawn = [placebo.patient(miss) for miss in bench.missed.misses]
    assert all(one is not None for one in drawn)
    for miss, one in zip(bench.missed.misses, drawn, strict=True):
        assert one is not None
        assert not set(one.touching.tolist()) & set(miss.touching.tolist())


def test_the_sample_has_a_hundred_at_most() -> None:
    gold = f"a copper kettle {filler(3, 5)}"
    texts = {"gold.txt": f"{gold}\n{filler(1, 40)}", **rivals(6), **crowd()}
    made = World(texts, [(ASKED, [("gold.txt", gold)])] * 120)
    found = made.diagnose("bm25").diagnosis
    assert found.misses == 120
    assert found.interventions["clipped_oracle"].placebo_tried == 100
    assert found.interventions["clipped_oracle"].tried == 120


def test_a_document_that_is_all_gold_has_no_placebo() -> None:
    gold = f"a copper kettle {filler(3, 5)}"
    found = world({"gold.txt": gold, **rivals(6)}, gold).diagnose("bm25").diagnosis
    one = found.interventions["clipped_oracle"]
    assert one.placebo_tried == 0
    assert one.corrected is None


@every_retriever
def test_random_windows_of_an_apt_document_recover_too(retriever: str) -> None:
    """Where many windows of a document come first, an oracle's recovery proves little."""
    gold = "the copper kettle\nboils water slowly"
    apt = "\n".join(f"{filler(9 + n, 9)} {ASKED} {filler(n, 9)}" for n in range(30))
    texts = {"gold.txt": f"{apt}\n{filler(1, 20)} {gold} {filler(2, 20)}", **rivals(4, ASKED)}
    made = World({**texts, **crowd()}, [(ASKED, [("gold.txt", gold)])] * 60)
    one = made.diagnose(retriever).diagnosis.interventions["tight_oracle"]
    assert one.recovered == 60
    assert 2 <= one.placebo_recovered < one.placebo_tried == 60
    clipped = made.diagnose(retriever).diagnosis.interventions["clipped_oracle"]
    assert clipped.corrected is None or clipped.corrected <= clipped.recovered / clipped.tried


def test_a_place_counts_what_it_needs() -> None:
    """A passage at the beginning of the second chunk needs little of that chunk's budget."""
    texts = {"a.txt": "one two three four five\nsix seven eight nine ten"}
    made = World(texts, [("?", [("a.txt", "six")])])
    showing = Showing(Corpus.of(made.collection()), made.chunks(), parse_cut("6t"))
    gold = Corpus.of(made.collection()).alternatives
    place = showing.place(Goal(int(gold.start[0]), int(gold.end[0])), np.array([0, 1]))
    assert place is not None
    assert (place.rank, place.tokens, place.needed) == (2, 10, 6)
    assert showing.within(place)
