"""Rank measures against trec_eval itself, where the two mean the same (METRICS, section 5)."""

from __future__ import annotations

import numpy as np
import pytest
import pytrec_eval
from hypothesis import given, settings
from hypothesis import strategies as st

from ragcheck.measures import Corpus, cuts_for, evaluate, judge
from ragcheck.records import Chunks, Collection, Cut, Document, Item, Passage, Question, Rankings
from ragcheck.spans import Span

DOCUMENTS = tuple(Document(f"d{n:02}", f"text {n}") for n in range(12))
KS = (1, 3, 5, 10, 12)
WANTED = {"ndcg_cut", "recall", "success", "map", "recip_rank"}


def whole_documents() -> Chunks:
    """One chunk for each document, holding all of it."""
    numbers = np.arange(len(DOCUMENTS), dtype=np.int32)
    ends = np.array([len(document.text) for document in DOCUMENTS], np.int32)
    zeros = np.zeros_like(numbers)
    return Chunks(numbers, zeros, ends, zeros + 3, zeros)


def question(number: int, relevant: set[int]) -> Question:
    items = tuple(
        Item((Passage(Span(DOCUMENTS[d].id, 0, len(DOCUMENTS[d].text))),)) for d in sorted(relevant)
    )
    return Question(f"q{number}", "?", items)


def trec(relevant: list[set[int]], ranked: list[list[int]]) -> dict[str, dict[str, float]]:
    """What trec_eval says, from strictly decreasing scores."""
    qrels = {f"q{q}": {f"d{d:02}": 1 for d in found} for q, found in enumerate(relevant)}
    run = {
        f"q{q}": {f"d{d:02}": float(len(row) - place) for place, d in enumerate(row)}
        for q, row in enumerate(ranked)
    }
    cuts = ",".join(map(str, KS))
    names = {name if name in ("map", "recip_rank") else f"{name}.{cuts}" for name in WANTED}
    return pytrec_eval.RelevanceEvaluator(qrels, names).evaluate(run)


numbers = st.integers(0, len(DOCUMENTS) - 1)
cases = st.lists(
    st.tuples(st.sets(numbers, min_size=1, max_size=6), st.lists(numbers, min_size=1, unique=True)),
    min_size=1,
    max_size=4,
)


@settings(deadline=None, max_examples=150)
@given(cases)
def test_equal_to_trec_eval_on_whole_documents(found):
    relevant, ranked = [row[0] for row in found], [row[1] for row in found]
    width = max(map(len, ranked))
    chunk = np.full((len(ranked), width), -1, np.int32)
    for row, order in zip(chunk, ranked, strict=True):
        row[: len(order)] = order
    score = np.where(chunk >= 0, -np.arange(width), -np.inf).astype(np.float32)
    questions = tuple(question(q, row) for q, row in enumerate(relevant))
    collection = Collection("trec", DOCUMENTS, questions, "0")
    cuts = cuts_for(KS, [], Cut(5))
    judged = judge(Corpus.of(collection), whole_documents(), Rankings(chunk, score), cuts, Cut(5))
    values = {str(measure): column for measure, column in evaluate(judged).items()}
    theirs = trec(relevant, ranked)
    for q in range(len(questions)):
        expected = theirs[f"q{q}"]
        for k in KS:
            assert values[f"nDCG@{k}"][q] == pytest.approx(expected[f"ndcg_cut_{k}"], abs=1e-12)
            assert values[f"recall@{k}"][q] == pytest.approx(expected[f"recall_{k}"], abs=1e-12)
            assert values[f"any@{k}"][q] == expected[f"success_{k}"]
        # map and recip_rank have no cut-off: equal where k is at least the ranking's length.
        assert values["AP@12"][q] == pytest.approx(expected["map"], abs=1e-12)
        assert values["RR@12"][q] == pytest.approx(expected["recip_rank"], abs=1e-12)
