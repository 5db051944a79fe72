"""Rankings after texts were taken away, changed or added."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pytest

from ragcheck.diagnosis import Searcher
from ragcheck.diagnosis.injecting import Scorer, score
from ragcheck.diagnosis.ranking import INJECTED, Deep, Lists, Scored
from ragcheck.errors import ComponentError
from ragcheck.records import Floats, Rankings
from ragcheck.retrieval.bm25 import BM25
from ragcheck.retrieval.hybrid import Hybrid
from ragcheck.retrieval.ranking import pack, top

NOTHING = np.zeros(0, np.int64)


@dataclass(frozen=True)
class Given:
    """An index whose texts have these scores, whatever is asked, and which scores by length."""

    scores: Sequence[float]

    def index(self, texts: Sequence[str]) -> Given:
        return self

    def search(self, queries: Sequence[str], *, k: int) -> Rankings:
        scores = np.array(self.scores, np.float32)
        best = top(scores, k, above=0)
        return pack([(best, scores[best])] * len(queries))

    def score(self, query: str, texts: Sequence[str]) -> Floats:
        return np.array([len(text) for text in texts], np.float32)


def lists(*parts: Sequence[float], depth: int = 50, pool: int = 100) -> Lists:
    size = len(parts[0])
    given = [Given(scores) for scores in parts]
    if len(given) == 1:
        return Lists(Searcher("one", given[0], given[0]), ["?"], Deep(depth, 2, size))
    fused = Hybrid(given[0], given[1], pool=pool)
    searcher = Searcher("both", fused, fused.fuse(given), tuple(given))
    return Lists(searcher, ["?"], Deep(depth, 2, size))


def injected(found: Lists, *scores: float, gone: Sequence[int] = ()) -> list[int]:
    away = np.array(gone, np.int64)
    return found.changed(0, away, [Scored(INJECTED, scores)]).tolist()


@pytest.mark.parametrize(
    ("score", "expected"),
    [
        (9.0, [-1, 0, 1, 2]),
        (2.5, [0, -1, 1, 2]),
        (2.0, [0, -1, 1, 2]),
        (2.0 - 2e-6, [0, -1, 1, 2]),
        (2.0 - 1e-5, [0, 1, -1, 2]),
        (0.5, [0, 1, 2, -1]),
        (-1.0, [0, 1, 2, -1]),
        (-np.inf, [0, 1, 2]),
    ],
)
def test_a_text_stands_before_those_of_its_score(score: float, expected: list[int]) -> None:
    assert injected(lists([3.0, 2.0, 1.0]), score) == expected


def test_what_is_taken_away_leaves_its_place() -> None:
    assert injected(lists([3.0, 2.0, 1.0]), 1.5, gone=[0, 1]) == [-1, 2]


def test_a_changed_chunk_moves() -> None:
    found = lists([3.0, 2.0, 1.0])
    assert found.changed(0, NOTHING, [Scored(2, [2.5])]).tolist() == [0, 2, 1]
    assert found.changed(0, NOTHING, [Scored(0, [0.5]), Scored(2, [2.5])]).tolist() == [2, 1, 0]
    assert found.changed(0, NOTHING, [Scored(0, [-np.inf])]).tolist() == [1, 2]


def test_nothing_is_said_of_ranks_deeper_than_was_searched() -> None:
    deep = lists([9.0 - n for n in range(9)], depth=3)
    assert deep.order(0).tolist() == [0, 1, 2, 3, 4]
    assert -1 not in injected(deep, 4.5)
    assert injected(deep, 5.5, gone=[0, 1]) == [2, 3, -1, 4]
    whole = lists([9.0 - n for n in range(5)], depth=3)
    assert injected(whole, 0.1) == [0, 1, 2, 3, 4, -1], "there is nothing deeper"


def test_a_fusion_fills_its_pools_again() -> None:
    found = lists([3.0, 2.0, 1.0], [1.0, 2.0, 3.0], pool=1)
    assert found.order(0).tolist() == [0, 2]
    assert injected(found, 0.5, 2.5, gone=[2]) == [-1, 0]
    assert injected(found, 0.5, 0.5, gone=[2]) == [0, 1], "in neither pool"
    assert injected(found, 9.0, 0.5) == [-1, 2]


def test_a_fusion_without_its_parts_is_taken_as_it_is() -> None:
    given = [Given([3.0, 2.0]), Given([1.0, 2.0])]
    fused = Hybrid(*given)
    found = Lists(Searcher("both", fused, fused.fuse(given)), ["?"], Deep(9, 0, 2))
    assert sorted(found.order(0).tolist()) == [0, 1]
    assert "Hybrid" in found.unscored
    assert not lists([1.0]).unscored


class Wrong:
    """Scores that are none."""

    def __init__(self, answer: Sequence[float]) -> None:
        self.search = Given([1.0]).search
        self.score = lambda query, texts: np.array(answer, np.float32)


@pytest.mark.parametrize("answer", [[1.0], [1.0, np.nan], [1.0, np.inf], [[1.0, 2.0]]])
def test_wrong_scores_are_refused(answer: Sequence[float]) -> None:
    with pytest.raises(ComponentError, match="Wrong"):
        score(Wrong(answer), "?", ["a", "b"])


def test_texts_are_embedded_in_one_call_and_counted_once() -> None:
    calls: list[list[str]] = []

    class Noting:
        fingerprint = "noting"

        def embed(self, texts: Sequence[str], *, kind: str) -> Floats:
            calls.append(list(texts))
            return np.zeros((len(texts), 1), np.float32)

    scorer = Scorer(lists([1.0]), [Noting()], ["?", "!"])
    assert scorer.scores([(0, "a"), (1, "bbb"), (0, "bbb")], "oracles") == [(1.0,), (3.0,), (3.0,)]
    assert scorer.scores([(1, "bbb"), (1, "cc")], "placebo") == [(3.0,), (2.0,)]
    assert calls == [["a", "bbb"], ["cc"]]
    assert scorer.encodings == {"oracles": 2, "placebo": 1}


def test_bm25_scores_injected_text_with_the_statistics_of_the_index() -> None:
    texts = ["copper kettle", "copper pan", "tin pan lid"]
    index = BM25().index(texts)
    found = Scorer(Lists(Searcher("b", BM25(), index), ["tin lid"], Deep(9, 0, 3)), [], ["tin lid"])
    for text in texts:
        [(injected_score,)] = found.scores([(0, text)], "oracles")
        ranked = index.search(["tin lid"], k=3)
        at = ranked.chunk[0].tolist()
        expected = ranked.score[0][at.index(texts.index(text))] if texts.index(text) in at else None
        assert injected_score == (expected if expected is not None else -np.inf)
    assert found.scores([(0, "no shared word")], "oracles") == [(-np.inf,)]
