"""What METRICS promises of every value, whatever the collection, and exact ceilings."""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from ragcheck.measures import Corpus, evaluate, judge
from ragcheck.records import Cut
from tests.property.worlds import CUTS, Brute, World, make_rankings, worlds

checked = settings(
    deadline=None,
    max_examples=120,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
CAUSES = ("duplicate", "prefix", "same_section", "same_document", "other_document")
KS = [cut for cut in CUTS if cut.unit == "k"]
BUDGETS = [cut for cut in CUTS if cut.unit == "t"]


def table(world: World):
    """Values of every measure by name and cut-off."""
    judged = judge(Corpus.of(world.collection), world.chunks, world.rankings, CUTS, KS[0])
    return {(m.name, m.cut): (m, v) for m, v in evaluate(judged).items()}


@checked
@given(worlds())
def test_shares_lie_between_0_and_1(world):
    for measure, values in table(world).values():
        known = values[~np.isnan(values)]
        assert (known >= 0).all()
        assert measure.unit != "share" or (known <= 1).all()


@checked
@given(worlds())
def test_recall_does_not_fall_with_more_context(world):
    found = table(world)
    for name in ("recall", "any", "all", "char_recall", "recall_half", "touched", "ceiling"):
        for cuts in (KS, BUDGETS):
            for less, more in pairwise(cuts):
                low, high = found[name, less][1], found[name, more][1]
                assert (np.isnan(low) | (low <= high + 1e-12)).all()


@checked
@given(worlds())
def test_composition_and_causes_sum_to_one(world):
    found = table(world)
    for cut in CUTS:
        gold, redundant, other, pollution = (
            found[name, cut][1] for name in ("gold", "redundant", "other", "pollution")
        )
        shown = ~np.isnan(gold)
        assert np.allclose((gold + redundant + other)[shown], 1)
        assert np.allclose((1 - gold)[shown], pollution[shown])
        assert np.allclose(sum(found[name, cut][1] for name in CAUSES)[shown], pollution[shown])


@checked
@given(worlds(), st.data())
def test_a_repeat_after_the_last_result_changes_no_recall_at_k(world, data):
    """METRICS, section 2: the coverage of a set is unchanged when a chunk is repeated."""
    lists = [world.ranked(q) for q in range(len(world.collection.questions))]
    assume(all(lists))
    longer = [[*row, data.draw(st.sampled_from(row))] for row in lists]
    repeated = World(world.collection, world.chunks, make_rankings(longer))
    before, after = table(world), table(repeated)
    names = ("recall", "any", "all", "char_recall", "recall_half", "touched", "nDCG", "AP", "RR")
    for name, cut in before:
        if name in names and cut.unit == "k":
            np.testing.assert_array_equal(before[name, cut][1], after[name, cut][1])


@checked
@given(worlds())
def test_rank_measures_are_1_exactly_when_evidence_comes_as_early_as_ranks_allow(world):
    found = table(world)
    for q, question in enumerate(world.collection.questions):
        if not question.items:
            continue
        ranks = sorted(Brute(world, q).completion())
        for cut in KS:
            wanted = ranks[: min(len(ranks), cut.value)]
            early = all(rank <= place for place, rank in enumerate(wanted, 1))
            assert (found["nDCG", cut][1][q] >= 1 - 1e-12) == early
            assert (found["AP", cut][1][q] >= 1 - 1e-12) == early
            assert (found["RR", cut][1][q] == 1) == (ranks[0] == 1)


@checked
@given(worlds())
def test_no_system_beats_its_ceiling(world):
    judged = judge(Corpus.of(world.collection), world.chunks, world.rankings, CUTS, KS[0])
    recall = np.stack([v for m, v in evaluate(judged).items() if m.name == "recall"], axis=1)
    labelled = judged.answerable
    assert judged.ceilings.exact.all()
    assert (recall[labelled] <= judged.ceilings.share[labelled] + 1e-12).all()


def best_share(brute: Brute, cut: Cut) -> float:
    """Most weight that any set of chunks can hold, the last of them cut where the budget ends."""
    number = range(len(brute.world.chunks))
    tokens = brute.world.chunks.tokens
    best = 0.0
    for size in range(min(len(number), cut.value if cut.unit == "k" else 99) + 1):
        for chosen in combinations(number, size):
            for last in chosen or (None,):
                spent = sum(int(tokens[c]) for c in chosen if c != last)
                room = cut.value - spent if cut.unit == "t" else 10**6
                if room < 0:
                    continue
                found = set().union(*(brute.units(brute.chunk(c)) for c in chosen if c != last))
                if last is not None:
                    found |= brute.beginning(last, room)[0]
                whole = [any(brute.units(p) <= found for p in row) for row in brute.alternatives]
                best = max(best, brute.mean(whole))
    return best


@settings(checked, max_examples=80)
@given(worlds(max_chunks=5, extra=1))
def test_ceiling_is_the_best_of_all_sets_of_chunks(world):
    judged = judge(Corpus.of(world.collection), world.chunks, world.rankings, CUTS, KS[0])
    for q, question in enumerate(world.collection.questions):
        if question.items:
            for column, cut in enumerate(judged.cuts):
                expected = best_share(Brute(world, q), cut)
                assert judged.ceilings.share[q, column] == pytest.approx(expected, abs=1e-12)
