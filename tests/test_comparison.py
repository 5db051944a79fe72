"""Comparisons: what is shared, what changed, and refusals with their reason."""

from __future__ import annotations

import dataclasses
import json
import time
from pathlib import Path

import numpy as np
import pytest

from ragcheck.comparison import compare_scores
from ragcheck.errors import ComparisonError
from ragcheck.joining import join
from ragcheck.records import Item, Passage, Question
from ragcheck.run import RunFolder, RunWriter, open_folder
from ragcheck.scores import Scores, scores_of
from ragcheck.spans import Span
from ragcheck.statistics.paired import compare
from ragcheck.verdict import verdict_of
from tests.make_gate import questions, recalls, write_run


def scores(folder: RunFolder, name: str = "a") -> Scores:
    return scores_of(folder, name)


def test_lost_gained_and_same_add_up(tmp_path: Path) -> None:
    before = [1.0, 1.0, 0.5, 0.0, 1.0, 0.0, 0.5, float("nan")]
    after = [1.0, 0.5, 0.0, 1.0, 0.0, 0.0, 0.5, float("nan")]
    folder = write_run(tmp_path, {"a": before, "b": after})
    found = compare_scores(scores(folder), scores(folder, "b"))
    assert [c.question.id for c in found.changes.lost] == ["q00001", "q00002", "q00004"]
    assert [c.question.id for c in found.changes.gained] == ["q00003"]
    assert found.changes.found == ("q00000",)
    assert found.changes.missed == ("q00005", "q00006")
    lost = found.changes.lost[0]
    assert (lost.before, lost.after, lost.rank_before, lost.rank_after) == (1.0, 0.5, 1, None)
    assert lost.place == "d1.txt:1"
    delta = found.measures[0]
    assert str(delta.measure) == "recall@5"
    assert delta.before == pytest.approx(4 / 7)
    assert delta.after == pytest.approx(3 / 7)


def test_the_test_is_that_of_statistics_by_document(tmp_path: Path) -> None:
    generator = np.random.default_rng(3)
    before, after = (generator.integers(0, 2, 60).astype(float) for _ in range(2))
    folder = write_run(tmp_path, {"a": before, "b": after}, documents=5)
    found = compare_scores(scores(folder), scores(folder, "b")).measures[0].difference
    assert found == compare(before, after, np.arange(60) % 5)
    assert found.groups == 5


def test_a_measure_of_which_less_is_better_improves_when_it_falls(tmp_path: Path) -> None:
    more = {
        "a": {"pollution@5": [0.9] * 40},
        "b": {"pollution@5": [0.5 + n / 400 for n in range(40)]},
    }
    folder = write_run(tmp_path, {"a": recalls(20, 20), "b": recalls(20, 20)}, more=more)
    found = compare_scores(scores(folder), scores(folder, "b"))
    (pollution,) = (d for d in found.measures if d.measure.name == "pollution")
    assert pollution.difference.outcome == "improved"
    assert pollution.difference.delta is not None
    assert pollution.difference.delta < 0


def test_slices_add_up_to_the_whole(tmp_path: Path) -> None:
    folder = write_run(tmp_path, {"a": recalls(12, 8), "b": recalls(9, 11)}, documents=4)
    found = compare_scores(scores(folder), scores(folder, "b"))
    for slices in (found.tags, found.documents):
        assert sum(one.lost for one in slices) == len(found.changes.lost) == 3
        assert sum(one.delta.difference.n for one in slices) == 20
    assert [one.name for one in found.tags] == ["even", "odd"]
    assert [one.name for one in found.documents] == ["d0.txt", "d1.txt", "d2.txt", "d3.txt"]


def test_changed_gone_and_new_labels_are_left_out_and_listed(tmp_path: Path) -> None:
    asked = list(questions(8, 4))
    first = write_run(tmp_path / "1", {"a": recalls(8, 0)}, asked=asked)
    asked[0] = dataclasses.replace(asked[0], text="Another question?")
    asked[1] = dataclasses.replace(asked[1], id="new")
    span = asked[2].items[0].members[0].span
    longer = Span(span.document, span.start, span.end + 10)
    asked[2] = dataclasses.replace(asked[2], items=(Item((Passage(longer),)),))
    asked[3] = dataclasses.replace(asked[3], tags=("other",), must_pass=True)
    second = write_run(tmp_path / "2", {"a": recalls(6, 2)}, asked=asked, corpus="edited")
    shared = join(scores(first), scores(second))
    assert shared.changed == ("q00000", "q00002")
    assert shared.removed == ("q00001",)
    assert shared.added == ("new",)
    assert len(shared.after) == 5
    assert shared.corpus is False
    assert join(scores(first), scores(first)).corpus is True


def test_a_label_that_moved_with_its_words_is_the_same(tmp_path: Path) -> None:
    """A line inserted above: offsets differ, words do not."""
    first = write_run(tmp_path / "1", {"a": recalls(4, 0)}, documents=1)
    second = write_run(tmp_path / "2", {"a": recalls(4, 0)}, documents=1)
    inserted = "A new first line.\n"
    documents = [dataclasses.replace(d, text=inserted + d.text) for d in second.documents()]
    asked = [_moved(question, len(inserted)) for question in second.questions()]
    with RunWriter(second.path, second.run) as writer:
        writer.write_collection(documents, asked)
        writer.save()
    shared = join(scores(first), scores(open_folder(second.path)))
    assert (shared.changed, shared.drifted, len(shared.after)) == ((), 4, 4)


def _moved(question: Question, by: int) -> Question:
    span = question.items[0].members[0].span
    moved = Span(span.document, span.start + by, span.end + by)
    return dataclasses.replace(question, items=(Item((Passage(moved),)),))


def test_without_texts_places_tell_labels_apart(tmp_path: Path) -> None:
    first = write_run(tmp_path / "1", {"a": recalls(4, 0)}, texts=False)
    second = write_run(tmp_path / "2", {"a": recalls(3, 1)})
    shared = join(scores(first), scores(second))
    assert len(shared.after) == 4
    assert scores(first).asked[0].places == ("d0.txt",)


@pytest.mark.parametrize(
    ("what", "reason"),
    [
        ("twins", "twins = on, the candidate `a` with off"),
        ("tokenizer", "tokenizer = cl, the candidate `a` with x"),
    ],
)
def test_runs_judged_otherwise_are_refused(tmp_path: Path, what: str, reason: str) -> None:
    first = write_run(tmp_path / "1", {"a": recalls(4, 0)})
    second = write_run(
        tmp_path / "2", {"a": recalls(4, 0)}, **{what: False if what == "twins" else "x"}
    )
    with pytest.raises(ComparisonError, match=reason) as caught:
        compare_scores(scores(first), scores(second))
    assert caught.value.exit_code == 2


def test_runs_that_share_nothing_are_refused(tmp_path: Path) -> None:
    first = write_run(tmp_path / "1", {"a": recalls(4, 0)})
    asked = [dataclasses.replace(q, text=q.text + "!") for q in questions(4, 4)]
    second = write_run(tmp_path / "2", {"a": recalls(4, 0)}, asked=asked)
    with pytest.raises(ComparisonError, match=r"share no question: 4 of their ids are the same"):
        join(scores(first), scores(second))
    with pytest.raises(ComparisonError, match="holds no measure `recall@7`"):
        compare_scores(scores(first), scores(first), ["recall@7"])
    more = {"a": {"offtopic_floor@5": [0.1] * 4}}
    third = write_run(tmp_path / "3", {"a": recalls(4, 0)}, more=more)
    with pytest.raises(ComparisonError, match="neither improve nor regress"):
        compare_scores(scores(third), scores(third), ["offtopic_floor@5"])


def test_a_verdict_names_tiers_and_the_cheapest_of_the_best(tmp_path: Path) -> None:
    """Two good systems that cannot be told apart, and one that is far behind."""
    generator = np.random.default_rng(0)
    good = (generator.random(200) < 0.9).astype(float)
    twin = good.copy()
    twin[np.flatnonzero(good)[:2]] = 0.0
    bad = (generator.random(200) < 0.3).astype(float)
    more = {
        n: {"context_tokens@5": [c] * 200} for n, c in (("x", 900.0), ("y", 400.0), ("z", 100.0))
    }
    folder = write_run(tmp_path, {"x": good, "y": twin, "z": bad}, documents=50, more=more)
    found = verdict_of(folder)
    assert found is not None
    assert found.tiers == (("x", "y"), ("z",))
    assert found.best.system == "x"
    assert found.best.naive == pytest.approx(good.mean())
    assert found.best.honest.mean is not None
    assert found.best.honest.mean <= found.best.naive
    assert found.recommended.system == "y"
    assert sum(found.p_best.values()) == pytest.approx(1)
    assert found.questions == 200
    assert found == verdict_of(folder)


def test_a_verdict_reads_back_equal_and_stays_with_a_finished_plan(tmp_path: Path) -> None:
    folder = write_run(tmp_path, {"x": recalls(30, 10), "y": recalls(10, 30)})
    with RunWriter(tmp_path, folder.run) as writer:
        writer.save(verdict=verdict_of(folder))
    stored = open_folder(tmp_path).run
    assert stored.verdict == verdict_of(folder)
    data = json.loads((tmp_path / "run.json").read_text())
    assert data["verdict"]["tiers"]
    del data["verdict"]
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "run.json").write_text(json.dumps(data))
    assert open_folder(tmp_path / "old").run.verdict is None
    with RunWriter(tmp_path, dataclasses.replace(folder.run, verdict=None)) as again:
        assert again.run.verdict == stored.verdict
    assert verdict_of(write_run(tmp_path / "one", {"x": recalls(1, 1)})) is None


def test_as_many_documents_as_questions_take_no_square_of_time(tmp_path: Path) -> None:
    folder = write_run(tmp_path, {"a": [1.0] * 8_000, "b": [0.0] * 8_000}, documents=8_000)
    sides = [scores_of(folder, name) for name in ("a", "b")]
    started = time.process_time()
    found = compare_scores(*sides)
    assert time.process_time() - started < 8
    assert [one.lost for one in found.documents] == [1] * 8_000
