"""A retriever's answers are what `Index.search` promises, or the run says which cell's are not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from ragcheck import evaluate
from ragcheck.errors import ComponentError
from ragcheck.protocols import ScoringIndex
from ragcheck.records import Rankings
from ragcheck.run import RunFolder
from ragcheck.sweep.answers import checked

GOOD = (np.array([[2, 0, 1]]), np.array([[3.0, 2.0, 2.0]]))
WRONG: dict[str, tuple[Callable[[], tuple[object, object]], str]] = {
    "flat": (lambda: (GOOD[0][0], GOOD[1][0]), "shapes (3,) and (3,) for"),
    "ragged": (lambda: (GOOD[0], GOOD[1][:, :2]), "shapes (1, 3) and (1, 2)"),
    "rows": (lambda: (np.repeat(GOOD[0], 2, 0), np.repeat(GOOD[1], 2, 0)), "for 1 queries"),
    "wide": (lambda: (np.arange(9)[None], -np.arange(9.0)[None]), "9 texts where"),
    "floats": (lambda: (GOOD[0] * 1.0, GOOD[1]), "positions of texts as float64"),
    "words": (lambda: (GOOD[0], np.array([["c", "b", "a"]])), "scores as <U1"),
    "beyond": (lambda: (GOOD[0] + 1, GOOD[1]), "text 3, but there are 3, counted from 0"),
    "hole": (lambda: (np.array([[2, -1, 1]]), GOOD[1]), "a text after a place without one"),
    "twice": (lambda: (np.array([[2, 0, 2]]), GOOD[1]), "the same text twice"),
    "nan": (lambda: (GOOD[0], np.array([[3.0, np.nan, 1.0]])), "not a finite number"),
    "rising": (lambda: (GOOD[0], -GOOD[1]), "scores that rise"),
}


@dataclass(frozen=True)
class Answer:
    """A retriever that answers every query with one row, whatever is in the texts."""

    how: str = "good"

    def index(self, texts: Sequence[str]) -> Answer:
        return self

    def search(self, queries: Sequence[str], *, k: int) -> Rankings:
        chunk, score = WRONG[self.how][0]() if self.how in WRONG else GOOD
        return Rankings(chunk, score)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Least:
    """A retriever of one text per query, with types of its own, that counts how often it is asked.

    It also pads with other negative numbers than -1, and scores what is not there.
    """

    asked = 0

    def index(self, texts: Sequence[str]) -> Least:
        return self

    def search(self, queries: Sequence[str], *, k: int) -> Rankings:
        type(self).asked += 1
        chunk, score = np.array([[1, -7]] * len(queries)), np.array([[2.0, 9.0]] * len(queries))
        return Rankings(chunk[:, :k], score[:, :k])  # type: ignore[arg-type]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Three chunks of four characters; the question's passage is the second."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.txt").write_text("abcdefghijkl")
    (tmp_path / "q.jsonl").write_text(
        '{"id": "q", "question": "?", "passages": [{"doc": "a.txt", "text": "efgh"}]}\n'
    )
    return tmp_path


def sweep(project: Path, retriever: str, **settings: object) -> RunFolder:
    return evaluate(
        project / "docs", project / "q.jsonl", chunkers="fixed,unit=characters", chunk_sizes=[4],
        retrievers=retriever, out=project / "run", **settings,
    )  # fmt: skip


def test_a_good_answer_is_taken(project: Path) -> None:
    run = sweep(project, f"{__name__}:Answer")
    (result,) = run.run.systems
    assert result.measures["recall@1"].mean == 0
    assert result.measures["RR@3"].mean == pytest.approx(1 / 3)
    assert run.hits(result.system.id)["chunk"].to_pylist() == [2, 0, 1]


def test_nothing_is_asked_without_a_query() -> None:
    Least.asked = 0
    found = checked(Least(), 3).search([], k=5)
    assert (found.chunk.shape, found.score.shape, Least.asked) == ((0, 0), (0, 0), 0)


@pytest.mark.parametrize("how", WRONG)
def test_a_wrong_answer_stops_the_run_and_names_the_cell(project: Path, how: str) -> None:
    with pytest.raises(ComponentError) as caught:
        sweep(project, f"{__name__}:Answer,how={how}")
    assert caught.value.message.startswith("fixed-4,unit=characters/")
    assert f"how={how}: index Answer returned " in caught.value.message
    assert WRONG[how][1] in caught.value.message
    assert caught.value.hint


@dataclass(frozen=True)
class Scoring(Answer):
    """An index that also scores other texts, in one of several ways."""

    scores: str = "good"

    def score(self, query: str, texts: Sequence[str]) -> object:
        count = len(texts)
        return {
            "good": np.where(np.arange(count) % 2, -np.inf, np.arange(count, dtype=np.float64)),
            "few": np.zeros(count - 1),
            "integers": np.arange(count),
            "nan": np.full(count, np.nan),
            "endless": np.full(count, np.inf),
        }[self.scores]


def test_scores_of_other_texts_are_taken_where_there_are_any() -> None:
    index = checked(Scoring(), 3)
    assert isinstance(index, ScoringIndex)
    found = index.score("?", ["a", "b", "c"])
    assert (found.dtype, found.tolist()) == (np.float32, [0.0, -np.inf, 2.0])
    assert not isinstance(checked(Answer(), 3), ScoringIndex)


@pytest.mark.parametrize("how", ["few", "integers", "nan", "endless"])
def test_wrong_scores_of_other_texts_are_refused(how: str) -> None:
    index = checked(Scoring(scores=how), 3)
    assert isinstance(index, ScoringIndex)
    with pytest.raises(ComponentError, match="index Scoring returned") as caught:
        index.score("?", ["a", "b", "c"])
    assert caught.value.hint


@pytest.mark.parametrize("how", ["beyond", "twice", "nan", "rising"])
@pytest.mark.parametrize("fusion", ["rrf", "weighted"])
def test_a_wrong_answer_inside_a_fusion_is_found_too(project: Path, how: str, fusion: str) -> None:
    part = {"name": f"{__name__}:Answer", "how": how}
    hybrid = {"name": "hybrid", "first": "bm25", "second": part, "fusion": fusion}
    with pytest.raises(ComponentError, match=r"hybrid,.*index Answer returned"):
        sweep(project, [hybrid])  # type: ignore[arg-type]


def test_other_types_and_paddings_are_made_ours(project: Path) -> None:
    Least.asked = 0
    run = sweep(project, f"{__name__}:Least", budgets=[1000], k=[1, 2])
    (result,) = run.run.systems
    assert result.measures["recall@1"].mean == 1
    hits = run.hits(result.system.id)
    assert (hits["chunk"].to_pylist(), hits["score"].to_pylist()) == ([1], [2.0])
    assert hits.schema.field("score").type == "float"


def test_who_has_given_all_is_not_asked_again(project: Path) -> None:
    """The budget is never filled, but one text is all there is: one search, and one that is timed.

    Doubling the depth up to the number of chunks would repeat every search of a large collection.
    """
    (project / "docs" / "b.txt").write_text("x" * 4000)
    Least.asked = 0
    sweep(project, f"{__name__}:Least", budgets=[1000], k=[1], diagnosis=False)
    assert Least.asked == 2


@pytest.mark.parametrize("at", ["5", "1t", "5t"])
def test_the_working_cut_is_no_budget_of_recall_auc(project: Path, at: str) -> None:
    """METRICS, section 2: over the budgets asked for, here nothing at 1 and all at 10 tokens."""
    (project / "docs" / "a.txt").write_text("a b c")
    (project / "q.jsonl").write_text(
        '{"id": "q", "question": "?", "passages": [{"doc": "a.txt", "text": "b"}]}\n'
    )
    retriever = f"{__name__}:Answer"
    run = evaluate(
        project / "docs", project / "q.jsonl", chunkers="fixed", chunk_sizes=[1], at=at,
        retrievers=retriever, budgets=[1, 10], out=project / "run",
    )  # fmt: skip
    (result,) = run.run.systems
    assert run.values(result.system.id)["recall_auc"].to_pylist() == [0.5]
    assert result.measures[f"recall@{at}"].mean == (0 if at == "1t" else 1)
