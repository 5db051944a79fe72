"""What a diagnosis says at the edges: nothing missed, nothing retrieved, budgets, plug-ins."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
import pytest

from ragcheck.chunking import Fixed, Section
from ragcheck.diagnosis import Case, diagnose
from ragcheck.diagnosis.bench import Bench
from ragcheck.errors import ComponentError
from ragcheck.records import Floats, Rankings
from ragcheck.retrieval.dense import Dense
from ragcheck.spans import Span
from ragcheck.tokens import token_map
from tests.diagnosis.build import World, filler, without_score
from tests.diagnosis.test_causes import ALL, ASKED, crowd, every_retriever, only, rivals, world


@every_retriever
def test_nothing_missed_nothing_tried(retriever: str) -> None:
    made = World({"gold.txt": ASKED, **crowd()}, [(ASKED, [("gold.txt", ASKED)])])
    found = made.diagnose(retriever, [name for name in ALL if name != retriever])
    assert found.diagnosis.misses == 0
    assert not found.diagnosis.causes
    assert not found.diagnosis.interventions
    assert not found.diagnosis.encodings
    for field in dataclasses.fields(found.misses):
        assert len(getattr(found.misses, field.name)) == 0


@every_retriever
def test_unanswerable_questions_are_no_misses(retriever: str) -> None:
    made = World({"gold.txt": f"{ASKED}\n{filler(1, 5)}", **crowd()}, [("nothing", []), ("no", [])])
    found = made.diagnose(retriever)
    assert found.diagnosis.misses == 0
    assert np.isnan(found.distractors).all()


@every_retriever
def test_unanswerable_questions_leave_the_rows_in_order(retriever: str) -> None:
    gold = f"a copper kettle {filler(3, 5)}"
    texts = {"gold.txt": gold, **rivals(6), **crowd()}
    item = [("gold.txt", gold)]
    found = World(texts, [("nothing", []), (ASKED, item), ("no", []), (ASKED, item)])
    rows = found.diagnose(retriever).misses
    assert rows.question.tolist() == [1, 3]
    assert rows.cause == ("outranked", "outranked")


def test_what_shares_no_word_with_the_question_is_ranked_nowhere() -> None:
    found = World({"gold.txt": "one thing", **crowd()}, [("another", [("gold.txt", "one")])])
    rows = found.diagnose("bm25", ["dense"]).misses
    assert not rows.rank.any()
    assert not rows.clipped_rank.any()
    assert not rows.tight_rank.any()
    assert rows.rival.tolist() == [-1]


def test_an_index_of_nothing() -> None:
    made = World({"gold.txt": "-one thing"}, [("one", [("gold.txt", "one")])])
    for retriever in ("bm25", "dense", "hybrid"):
        rows = made.diagnose(retriever).misses
        assert rows.cause == ("index_gap",)
        assert rows.host.tolist() == [-1]


@every_retriever
@pytest.mark.parametrize("at", ["30t", "60t"])
def test_budgets_cut_what_is_shown(retriever: str, at: str) -> None:
    """The passage stands at the end of the chunk that the budget cuts."""
    gold = "boils water"
    line = f"copper kettle {filler(1, 18)} {gold}"
    made = world({"gold.txt": line, "rival.txt": "copper kettle"}, gold, at=at)
    found = made.diagnose(retriever)
    if at == "60t":
        assert found.diagnosis.misses == 0
        return
    _, fixes = only(found)
    assert found.misses.rank[0] in (1, 2)
    assert "deeper" in fixes
    assert "tight_oracle" in fixes
    assert found.misses.rank_tokens[0] > 30


@every_retriever
def test_deeper_is_five_times_the_budget(retriever: str) -> None:
    gold = f"a copper kettle {filler(3, 5)}"
    texts = {"gold.txt": gold, **rivals(6)}
    needed = world(texts, gold).diagnose(retriever).misses.rank_tokens[0]
    for budget, enough in ((-(-needed // 5), True), (needed // 5 - 1, False)):
        rows = world(texts, gold, at=f"{budget}t").diagnose(retriever).misses
        assert ("deeper" in rows.fixes[0]) == enough
        assert rows.rank_tokens[0] == needed


def test_a_budget_of_many_small_chunks_is_searched_to_five_times_it() -> None:
    """Large chunks elsewhere make the mean size a bad guess of how many chunks a budget holds."""
    small = "\n".join(f"copper kettle {number}" for number in range(450))
    large = {f"large{n}.txt": filler(n, 700) for n in range(10)}
    gold = f"copper {filler(3, 4)}"
    texts = {"small.txt": small, "gold.txt": gold, **large}
    made = World(texts, [("copper kettle", [("gold.txt", gold)])], at="500t")
    rows = made.diagnose("bm25").misses
    assert rows.rank.tolist() == [451]
    assert "deeper" in rows.fixes[0]


@every_retriever
def test_a_passage_longer_than_every_chunk_is_its_own_window(retriever: str) -> None:
    gold = f"copper kettle {filler(1, 30)} boils water"
    made = world({"gold.txt": f"{filler(2, 20)} {gold}", **rivals(9)}, gold, chunker=Fixed(size=16))
    case = made.case(retriever)
    bench = Bench.of(case)
    (miss,) = bench.missed.misses
    window = bench.windows.around(bench.windows.clipped(miss))
    assert (window.start, window.end) == (miss.start, miss.end)
    rows = diagnose(case).misses
    assert rows.clipped_rank.tolist() == rows.tight_rank.tolist()


@every_retriever
@pytest.mark.parametrize(("at", "enough"), [("2", False), ("4", True)])
def test_an_oracle_that_costs_more_than_the_context_recovers_nothing(
    retriever: str, at: str, enough: bool
) -> None:
    """Equal k is not equal context: one chunk as long as three is not one of two."""
    gold = " ".join(f"{word} {filler(n, 2)}" for n, word in enumerate(ASKED.split()))
    texts = {"gold.txt": gold, **rivals(9, "copper kettle")}
    made = world(texts, gold, chunker=Fixed(size=8), at=at)
    case = made.case(retriever)
    assert 16 < len(token_map(gold)) <= 32
    rows = diagnose(case).misses
    assert rows.tight_rank[0] == 1
    assert ("tight_oracle" in rows.fixes[0]) == enough


def test_context_is_not_put_before_chunks_of_what_cannot_be_shown() -> None:
    gold = " ".join(filler(n, 3) for n in range(9))
    texts = {"gold.md": f"# Copper\n\n{filler(1, 30)} {gold} {filler(2, 9)}", **rivals(4)}
    for at, tried in (("2", False), ("9", True)):
        made = world(texts, gold, "gold.md", chunker=Fixed(size=12), at=at)
        found = made.diagnose("dense").diagnosis
        assert found.interventions["add_context"].tried == 1
        assert ("context" in found.encodings) == tried


@every_retriever
def test_a_document_shorter_than_the_window_is_the_window(retriever: str) -> None:
    gold = "a copper kettle"
    made = world({"gold.txt": f"{gold} {filler(3, 5)}", **rivals(6)}, gold, chunker=Fixed(size=90))
    bench = Bench.of(made.case(retriever))
    (miss,) = bench.missed.misses
    window = bench.windows.around(bench.windows.clipped(miss))
    text = made.texts["gold.txt"]
    assert bench.windows.text(miss.document, window) == text
    found = made.diagnose(retriever)
    assert found.misses.clipped_rank.tolist() == found.misses.rank.tolist(), "it changes nothing"


@every_retriever
def test_of_an_any_of_group_the_best_covered_member_is_examined(retriever: str) -> None:
    near, far = f"a copper kettle\n{filler(3, 5)}", "wholly beside the point"
    texts = {"far.txt": far, "near.txt": near, **rivals(4)}
    item = [("far.txt", far), ("near.txt", near)]
    made = World({**texts, **crowd()}, [(ASKED, [item])], at="1")
    rows = made.diagnose(retriever).misses
    assert rows.document.tolist() == [1]
    assert (rows.start[0], rows.end[0]) == (0, len(near))


@every_retriever
def test_twins_are_alternatives_too(retriever: str) -> None:
    gold = "the copper kettle boils water"
    texts = {"gold.txt": gold, "twin.txt": f"{filler(1, 40)} {gold} {filler(2, 40)}", **crowd()}
    made = world(texts, gold)
    case = made.case(retriever)
    assert case.judged.coverage.all()
    buried = f"{filler(5, 90)} {gold} {filler(6, 90)}"
    hidden = world({**texts, "gold.txt": buried, **rivals(4)}, gold, at="1")
    start = hidden.texts["twin.txt"].index(gold)
    question = hidden.collection().questions[0]
    item = dataclasses.replace(
        question.items[0], twins=(Span("twin.txt", start, start + len(gold)),)
    )
    collection = dataclasses.replace(
        hidden.collection(), questions=(dataclasses.replace(question, items=(item,)),)
    )
    rows = hidden.diagnose(retriever, collection=collection).misses
    assert rows.document.tolist() == [1], "the one that is better covered further down"


@every_retriever
def test_an_item_of_several_chunks_is_whole_with_its_last(retriever: str) -> None:
    gold = f"copper kettle {filler(1, 4)}\nboils {filler(2, 6)}"
    found = world({"gold.txt": gold, **rivals(3)}, gold).diagnose(retriever)
    assert found.misses.rank.tolist() == [5]


def test_without_scores_the_reason_is_told() -> None:
    gold = "the copper kettle\nboils water slowly"
    texts = {"gold.txt": f"{filler(1, 9)} {gold} {filler(2, 9)}", **rivals()}
    case = world(texts, gold).case("dense")
    found = diagnose(without_score(case))
    assert "boundary_cut" in found.diagnosis.unknown
    assert "Dense cannot score" in found.diagnosis.unknown["boundary_cut"]
    assert "clipped_oracle" not in found.diagnosis.interventions
    assert found.misses.cause[0] in ("outranked", "hard")


class Raising:
    """A plug-in that searches, and fails to score."""

    def __init__(self, case: Case) -> None:
        self.search = case.system.index.search

    def score(self, query: str, texts: Sequence[str]) -> Floats:
        return np.zeros(len(texts) + 1, np.float32)


def test_a_plugin_that_scores_wrongly_is_refused() -> None:
    gold = "the copper kettle\nboils water slowly"
    case = world({"gold.txt": f"{gold} {filler(2, 9)}", **rivals()}, gold).case("bm25")
    system = dataclasses.replace(case.system, index=Raising(case))
    with pytest.raises(ComponentError, match="Raising scored"):
        diagnose(dataclasses.replace(case, system=system))


class Shallow:
    """A retriever that never returns more than two, however many are asked for."""

    def __init__(self, case: Case) -> None:
        self._index = case.system.index
        self.score = case.system.index.score  # type: ignore[attr-defined]

    def search(self, queries: Sequence[str], *, k: int) -> Rankings:
        found = self._index.search(queries, k=min(k, 2))
        return Rankings(found.chunk, found.score)


def test_a_retriever_that_returns_few_has_no_deeper_ranks() -> None:
    gold = f"a copper kettle {filler(3, 5)}"
    case = world({"gold.txt": gold, **rivals(6)}, gold).case("bm25")
    system = dataclasses.replace(case.system, index=Shallow(case))
    rows = diagnose(dataclasses.replace(case, system=system)).misses
    assert rows.rank.tolist() == [0]
    assert rows.clipped_rank.tolist() == [3], "after the two there are"


def test_encodings_are_counted_by_purpose() -> None:
    gold = "the copper kettle boils water"
    texts = {"gold.txt": f"{filler(1, 60)} {gold} {filler(2, 60)}", **rivals(4)}
    counts = world(texts, gold, chunker=Fixed(size=60)).diagnose("dense").diagnosis.encodings
    assert counts["oracles"] == 2
    assert set(counts) <= {"oracles", "placebo", "context", "competitors", "suspects"}
    assert not world(texts, gold).diagnose("bm25").diagnosis.encodings


@every_retriever
def test_weights_count(retriever: str) -> None:
    gold = f"a copper kettle {filler(3, 5)}"
    texts = {"gold.txt": gold, **rivals(6), **crowd()}
    made = World(texts, [(ASKED, [("gold.txt", gold), ("rival0.txt", "kettle")])])
    collection = made.collection()
    first, second = collection.questions[0].items
    heavy = dataclasses.replace(first.members[0], weight=3.0)
    item = dataclasses.replace(first, members=(heavy,))
    question = dataclasses.replace(collection.questions[0], items=(item, second))
    found = made.diagnose(
        retriever, collection=dataclasses.replace(collection, questions=(question,))
    )
    one = found.diagnosis.causes["outranked"]
    assert one.n == 1
    assert one.recoverable_recall.mean == pytest.approx(0.75)


@every_retriever
def test_two_faults_at_once_are_both_among_the_fixes(retriever: str) -> None:
    """A passage that a boundary cuts, and whose places near copies took."""
    gold = "a copper kettle boils\nslowly while water"
    copy = "copper kettle boils on the open gas stove of our kitchen"
    copies = {f"copy{n}.txt": f"{copy} {filler(n, 1)}" for n in range(6)}
    texts = {"gold.txt": f"{filler(1, 9)} {gold} {filler(2, 9)}", **copies}
    found = world(texts, gold).diagnose(retriever)
    cause, fixes = only(found)
    assert cause == "boundary_cut"
    assert {"clipped_oracle", "skip_duplicates"} <= set(fixes)


def test_a_prefixed_chunker_gives_its_prefix_to_the_clipped_oracle() -> None:
    said = "It boils water with the lid on the pot."
    text = f"# Copper kettle\n\n{filler(1, 40)}\n\n{said} {filler(2, 8)}"
    made = world(
        {"kettle.md": text, **rivals(4, f"{ASKED} {ASKED}")},
        said,
        "kettle.md",
        chunker=Section(size=60, heading_path=True),
    )
    bench = Bench.of(made.case("dense"))
    (miss,) = bench.missed.misses
    window = bench.windows.around(bench.windows.clipped(miss))
    passage = bench.windows.clipped(miss)
    assert bench.windows.prefixed(passage, window).startswith("Copper kettle\n\n")
    assert window.prefix > 0
    tokens = bench.case.corpus.tokens.count(window.start, window.end)
    assert window.prefix + tokens <= 60


def test_windows_stay_below_what_is_read() -> None:
    gold = "the copper kettle boils water"
    texts = {"gold.txt": f"{filler(1, 60)} {gold} {filler(2, 60)}", **rivals(4, "copper kettle")}
    case = world(texts, gold, limit=20).case("dense")
    bench = Bench.of(case)
    (miss,) = bench.missed.misses
    window = bench.windows.around(bench.windows.clipped(miss))
    read = bench.windows.text(miss.document, window).split()[:20]
    assert gold in " ".join(read)
    assert isinstance(case.system.retriever, Dense)
    assert bench.windows.limit is not None
    assert case.corpus.tokens.count(window.start, window.end) <= bench.windows.limit
    unlimited = dataclasses.replace(case, read=None)
    assert Bench.of(unlimited).windows.limit is None
