"""Interventions against a plain reading of METRICS, section 6: lists, sets and loops.

Shared with the code under test are the search and the scores of single indexes, which have tests of
their own, the tokens of a text and the prefixes; every ranking, rank and coverage is made anew.
"""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ragcheck.chunking import Fixed, Overlap, Section
from ragcheck.chunking.context import Context
from ragcheck.diagnosis import Case, Misses, diagnose
from ragcheck.diagnosis.bench import Bench
from ragcheck.diagnosis.missed import Miss
from ragcheck.likeness import near_copies
from ragcheck.records import Item
from ragcheck.retrieval.bm25 import BM25
from ragcheck.retrieval.words import words
from ragcheck.spans import Span
from ragcheck.structure import is_markdown, structure
from ragcheck.tokens import count_tokens, token_map
from tests.diagnosis.build import World, random_world

NEW = -1  # the injected text
Positions = set[tuple[int, int]]

worlds = st.builds(
    random_world,
    st.integers(0, 10_000),
    at=st.sampled_from(["1", "2", "4", "20t", "45t"]),
    chunker=st.sampled_from(
        [
            Fixed(size=14),
            Fixed(size=30),
            Overlap(size=24, overlap=18),
            Section(size=26, heading_path=True),
        ]
    ),
    limit=st.sampled_from([8, 1000]),
    lexical=st.sampled_from([BM25(), BM25(idf="lucene"), BM25(variant="plus")]),
    pool=st.sampled_from([3, 6, 100]),
)


class Plain:
    """One system read plainly: chunks are positions, rankings are lists."""

    def __init__(self, case: Case, pool: int) -> None:
        self.case = case
        self.documents = case.collection.documents
        self.texts = case.chunks.texts(self.documents)
        self.spans = list(
            zip(
                case.chunks.document.tolist(),
                case.chunks.start.tolist(),
                case.chunks.end.tolist(),
                strict=True,
            )
        )
        self.cost = case.chunks.tokens.tolist()
        self.parts = case.system.parts or (case.system.index,)
        self.pool = pool if case.system.parts else 0
        cut = case.judged.cuts[case.judged.at]
        self.value, self.unit = cut.value, cut.unit

    def affordable(self, tokens: int) -> bool:
        """Whether a text costs no more than so many chunks of the size aimed at."""
        return self.unit == "t" or tokens <= self.value * self.case.size

    def units(self, place: tuple[int, int, int]) -> Positions:
        document, start, end = place
        text = self.documents[document].text
        return {(document, c) for c in range(start, end) if not text[c].isspace()}

    def lists(self, query: str, gone: set[int]) -> list[list[tuple[int, float]]]:
        found = []
        for part in self.parts:
            ranked = part.search([query], k=len(self.texts))
            pairs = zip(ranked.chunk[0].tolist(), ranked.score[0].tolist(), strict=True)
            found.append([(c, s) for c, s in pairs if c >= 0 and c not in gone])
        return found

    def order(self, lists: Sequence[list[tuple[int, float]]]) -> list[int]:
        if not self.pool:
            return [c for c, _ in lists[0]]
        points: dict[int, float] = {}
        for one in lists:
            for rank, (c, _) in enumerate(one[: self.pool], start=1):
                points[c] = points.get(c, 0.0) + 1 / (60 + rank)
        return sorted(points, key=lambda c: (-points[c], c))[: 2 * self.pool]

    def put(self, query: str, gone: set[int], texts: dict[int, str]) -> list[int]:
        """The ranking without `gone`, with these texts (by number) at their scores."""
        lists = self.lists(query, gone | set(texts))
        for part, one in zip(self.parts, lists, strict=True):
            scores = part.score(query, list(texts.values())).tolist()
            tie = 1e-6 * max((abs(s) for _, s in one), default=0.0)
            fresh = sorted(zip(scores, texts, strict=True), key=lambda pair: (-pair[0], pair[1]))
            for score, number in reversed(fresh):
                if score == -float("inf"):
                    continue
                above = sum(s > score + tie for c, s in one if c not in texts)
                one.insert(above, (number, score))
        return self.order(lists)

    def whole(
        self,
        goal: Positions,
        order: list[int],
        factor: int = 1,
        places: dict[int, tuple[int, int, int]] | None = None,
        costs: dict[int, int] | None = None,
    ) -> bool:
        """Whether the context holds all of `goal` at the cut."""
        shown: Positions = set()
        left = factor * self.value
        for number in order if self.unit == "t" else order[:left]:
            document, start, end = (places or {}).get(number) or self.spans[number]
            cost = (costs or {}).get(number, self.cost[number] if number >= 0 else 0)
            if self.unit == "t":
                tokens = token_map(self.documents[document].text)
                prefix = cost - int(tokens.count(start, end))
                if left <= 0:
                    break
                if left < cost:
                    reach = int(tokens.cut(start, max(left - prefix, 0)))
                    end = min(end, reach) if left > prefix else start
                left -= cost
            shown |= self.units((document, start, end))
        return goal <= shown

    def rank(
        self,
        goal: Positions,
        order: list[int],
        places: dict[int, tuple[int, int, int]] | None = None,
    ) -> int:
        """The rank at which the chunks so far hold all of `goal`, 0 for none."""
        shown: Positions = set()
        for rank, number in enumerate(order, start=1):
            shown |= self.units((places or {}).get(number) or self.spans[number])
            if goal <= shown:
                return rank
        return 0

    def body(self, number: int) -> str:
        document, start, end = self.spans[number]
        return self.documents[document].text[start:end]

    def above(self, number: int) -> str:
        """What could be put before a chunk; nothing where something is."""
        if self.case.chunks.prefix[number]:
            return ""
        document, start, end = self.spans[number]
        source = self.documents[document]
        first = min(c for _, c in self.units((document, start, end)))
        parts = structure(source.text, is_markdown(source.id))
        context = Context(source, parts, "cl100k_base", titles=True, headers=False)
        return context.prefix(first, 1 << 30)


def goal_of(
    plain: Plain, rows: Misses, number: int
) -> tuple[tuple[int, int, int], Positions, set[int]]:
    """The place of a missed item, its units, and the chunks that share any of them."""
    columns = (rows.document, rows.start, rows.end)
    place = tuple(int(column[number]) for column in columns)
    goal = plain.units(place)  # type: ignore[arg-type]
    touching = {c for c, span in enumerate(plain.spans) if goal & plain.units(span)}
    return place, goal, touching  # type: ignore[return-value]


def each_miss(world: World, retriever: str):
    case = world.case(retriever)
    plain, found = Plain(case, world.pool), diagnose(case)
    rows = found.misses
    for number, question in enumerate(rows.question.tolist()):
        query = case.collection.questions[question].text
        yield plain, rows, number, query, goal_of(plain, rows, number)


RETRIEVERS = pytest.mark.parametrize("retriever", ["bm25", "dense", "hybrid"])
few = settings(max_examples=40, deadline=None)


@RETRIEVERS
@few
@given(world=worlds)
def test_the_rank_of_a_tight_oracle_is_that_in_the_ranking_rebuilt(
    retriever: str, world: World
) -> None:
    for plain, rows, number, query, (place, goal, touching) in each_miss(world, retriever):
        document, start, end = place
        text = plain.documents[document].text[start:end]
        order = plain.put(query, touching, {NEW: text})
        assert rows.tight_rank[number] == plain.rank(goal, order, {NEW: place})
        cost = int(token_map(plain.documents[document].text).count(start, end))
        recovered = plain.whole(goal, order, places={NEW: place}, costs={NEW: cost})
        recovered &= plain.affordable(cost)
        assert ("tight_oracle" in rows.fixes[number]) == recovered


@RETRIEVERS
@few
@given(world=worlds)
def test_a_clipped_oracle_is_a_window_around_the_passage_ranked_the_same(
    retriever: str, world: World
) -> None:
    case = world.case(retriever)
    bench = Bench.of(case)
    plain, rows = Plain(case, world.pool), diagnose(case).misses
    for number, miss in enumerate(bench.missed.misses):
        _, goal, touching = goal_of(plain, rows, number)
        query = case.collection.questions[rows.question[number]].text
        prefix = plain.texts[miss.host][: -len(plain.body(miss.host))] if miss.host >= 0 else ""
        cut = case.judged.breaks.severed[miss.item]  # in every alternative
        results = []
        for lead in (0.5, 0.25, 0.75) if cut else (0.5,):
            start, end = _window(plain, bench, (miss, lead), world.chunker.size, prefix)
            text = prefix + plain.documents[miss.document].text[start:end]
            order = plain.put(query, touching, {NEW: text})
            spot = {NEW: (miss.document, start, end)}
            tokens = token_map(plain.documents[miss.document].text)
            cost = int(tokens.count(start, end)) + count_tokens(prefix)
            whole = plain.whole(goal, order, places=spot, costs={NEW: cost})
            results.append((whole, plain.rank(goal, order, spot)))
            if lead == 0.5:
                affordable = plain.affordable(cost)
                if whole:
                    break
        assert ("clipped_oracle" in rows.fixes[number]) == (
            affordable and any(whole for whole, _ in results)
        )
        if plain.unit == "k":
            ranks = [rank for _, rank in results if rank]
            assert rows.clipped_rank[number] == min(ranks, default=0)


def _window(
    plain: Plain, bench: Bench, tried: tuple[Miss, float], size: int, prefix: str
) -> tuple[int, int]:
    """Where the window stands in its document, which holds what it must."""
    miss, lead = tried
    begin = int(plain.case.corpus.text.offset[miss.document])
    window = bench.windows.around(bench.windows.clipped(miss), lead)
    start, end = window.start - begin, window.end - begin
    first, last = miss.start - begin, miss.end - begin
    source = plain.documents[miss.document].text
    tokens = token_map(source)
    assert 0 <= start <= first < last <= end <= len(source)
    room = min(size, bench.windows.limit or 1 << 30) - count_tokens(prefix)
    own = int(tokens.count(first, last))
    assert tokens.count(start, end) <= max(room, own + 1)
    before, after = int(tokens.count(start, first)), int(tokens.count(last, end))
    if start > 0 and end < len(source) and bench.windows.limit is None:
        assert abs(before - lead * (before + after)) <= 2, "unless the document ends"
        assert tokens.count(start, end) >= min(room, own) - 1, "as long as a chunk"
    return start, end


@RETRIEVERS
@few
@given(world=worlds)
def test_the_ranking_as_it_is_and_as_its_crowds_thin_out(retriever: str, world: World) -> None:
    for plain, rows, number, query, (_, goal, _) in each_miss(world, retriever):
        order = plain.order(plain.lists(query, set()))
        assert rows.rank[number] == plain.rank(goal, order)
        assert ("deeper" in rows.fixes[number]) == plain.whole(goal, order, factor=5)
        for name, skip in (("skip_duplicates", _copies), ("skip_overlaps", _seen)):
            kept: list[int] = []
            for chunk in order:
                if not skip(plain, chunk, kept):
                    kept.append(chunk)
            assert (name in rows.fixes[number]) == plain.whole(goal, kept), name


def _copies(plain: Plain, chunk: int, kept: list[int]) -> bool:
    own = plain.units(plain.spans[chunk])
    return any(
        near_copies(words(plain.body(chunk)), words(plain.body(other)))
        for other in kept
        if not own & plain.units(plain.spans[other])
    )


def _seen(plain: Plain, chunk: int, kept: list[int]) -> bool:
    own = plain.units(plain.spans[chunk])
    new = own.difference(*(plain.units(plain.spans[other]) for other in kept))
    return 2 * len(new) < len(own)


@RETRIEVERS
@few
@given(world=worlds)
def test_context_before_its_chunks_and_their_competitors(retriever: str, world: World) -> None:
    for plain, rows, number, query, (_, goal, touching) in each_miss(world, retriever):
        own = {c: plain.above(c) for c in sorted(touching)}
        own = {c: prefix for c, prefix in own.items() if prefix}
        if not own:
            assert "add_context" not in rows.fixes[number]
            assert rows.context_rank[number] == 0
            continue
        before = plain.order(plain.lists(query, set()))
        others = [c for c in before if c not in touching][:10]
        all_of_them = {**own, **{c: plain.above(c) for c in others if plain.above(c)}}
        results = []
        for prefixes in (own, all_of_them):
            texts = {c: prefix + plain.texts[c] for c, prefix in prefixes.items()}
            costs = {c: plain.cost[c] + count_tokens(prefix) for c, prefix in prefixes.items()}
            order = plain.put(query, set(), texts)
            results.append((plain.whole(goal, order, costs=costs), plain.rank(goal, order)))
        assert ("add_context" in rows.fixes[number]) == (results[0][0] and results[1][0])
        # What no ranking could show whole is not tried.
        last = results[1 if results[0][0] else 0]
        assert rows.context_rank[number] in ({last[1]} if last[0] else {last[1], 0})


@few
@given(world=worlds)
def test_examined_is_the_alternative_best_covered_at_five_times_the_cut(world: World) -> None:
    case = world.case("bm25")
    plain, rows = Plain(case, world.pool), diagnose(case).misses
    index = case.collection.index()
    for number, question in enumerate(rows.question.tolist()):
        asked = case.collection.questions[question]
        item: Item = asked.items[rows.item[number]]
        order = plain.order(plain.lists(asked.text, set()))

        def share(span: Span, order: list[int] = order) -> float:
            goal = plain.units((index[span.document], span.start, span.end))
            held = [u for u in sorted(goal) if plain.whole({u}, order, factor=5)]
            return len(held) / len(goal)

        places = sorted(item.alternatives, key=lambda s: (index[s.document], s.start, s.end))
        best = max(places, key=share)
        assert (best.start, best.end) == (rows.start[number], rows.end[number])
        assert index[best.document] == rows.document[number]
