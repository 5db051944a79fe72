"""The exported files read by trec_eval itself give the run's own values."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
import pytrec_eval

from ragcheck.api import sweep
from ragcheck.config import configure
from ragcheck.prepare import prepare
from ragcheck.report.trec import NOTHING, Trec, export
from ragcheck.run import RunFolder

KS = (1, 3, 5, 10)
#: Deeper than any ranking here, so that AP and RR mean what map and recip_rank do.
DEEP = 5000
SYSTEMS = ("section-256/bm25", "overlap-64-13/bm25")


def swept(**settings: object) -> RunFolder:
    """A run without its page, which no export needs."""
    return sweep(prepare(configure(settings)))


@pytest.fixture(scope="module")
def run(fixtures: Path, tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    return swept(
        docs=str(fixtures / "docs"),
        labels=str(fixtures / "labels"),
        chunkers="section,size=256,overlap,size=64,overlap=13",
        retrievers="bm25",
        k=[*KS, DEEP],
        budgets=[500],
        out=str(tmp_path_factory.mktemp("trec") / "run"),
    )


def trec_eval(files: Trec) -> dict[str, dict[str, float]]:
    qrels = pytrec_eval.parse_qrel(io.StringIO(files.qrels))
    ranked = pytrec_eval.parse_run(io.StringIO(files.run))
    cuts = ",".join(map(str, (*KS, DEEP)))
    wanted = {f"{name}.{cuts}" for name in ("ndcg_cut", "recall", "success")}
    evaluator = pytrec_eval.RelevanceEvaluator(qrels, {*wanted, "map", "recip_rank"})
    return evaluator.evaluate(ranked)


@pytest.mark.parametrize("system", SYSTEMS)
def test_trec_eval_agrees_with_the_run(run: RunFolder, system: str) -> None:
    (files,) = export(run, [system])
    theirs = trec_eval(files)
    answerable = {q.id: q for q in run.questions() if not q.unanswerable}
    assert theirs.keys() == answerable.keys()
    ranks = run.items(system).to_pydict()
    shared = {
        q
        for q in answerable
        if len(set(own := [r for i, r in zip(ranks["question"], ranks["rank"], strict=True)
                           if i == q and r is not None])) < len(own)
    }  # fmt: skip
    assert len(shared) == files.shared
    compared = 0
    for row in run.values(system).to_pylist():
        if row["question"] not in answerable:
            continue
        expected = theirs[row["question"]]
        assert expected["recip_rank"] == pytest.approx(row[f"RR@{DEEP}"], abs=1e-9)
        pairs = [(f"ndcg_cut_{k}", f"nDCG@{k}") for k in KS]
        pairs += [(f"recall_{k}", f"recall@{k}") for k in KS] + [("map", f"AP@{DEEP}")]
        for k in KS:
            assert expected[f"success_{k}"] == row[f"any@{k}"]
        for name, ours in pairs:
            if row["question"] in shared:
                assert expected[name] <= row[ours] + 1e-9
            else:
                assert expected[name] == pytest.approx(row[ours], abs=1e-9), (row["question"], ours)
                compared += 1
    assert compared > 0.8 * 9 * len(answerable)


def test_means_agree_where_no_chunk_completes_two_passages(run: RunFolder) -> None:
    single = {q.id for q in run.questions() if len(q.items) == 1}
    for files, system in zip(export(run, SYSTEMS), SYSTEMS, strict=True):
        theirs = trec_eval(files)
        rows = {row["question"]: row for row in run.values(system).to_pylist()}
        for k in KS:
            ours = sum(rows[q][f"recall@{k}"] for q in single)
            assert sum(theirs[q][f"recall_{k}"] for q in single) == pytest.approx(ours, abs=1e-9)
        assert 0 < ours < len(single)


def test_scores_decrease_strictly_and_ranks_count_up(run: RunFolder) -> None:
    for files in export(run, SYSTEMS):
        last: tuple[str, int, float] | None = None
        for line in files.run.splitlines():
            topic, q0, _, rank, score, tag = line.split()
            assert (q0, tag) == ("Q0", files.name)
            if last is not None and last[0] == topic:
                assert (int(rank), float(score)) == (last[1] + 1, last[2] - 1)
            else:
                assert rank == "1"
            last = (topic, int(rank), float(score))


def test_a_question_that_finds_nothing_counts_as_nothing_found(tmp_path: Path) -> None:
    """Odd names too: trec's columns end at white space."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "the fees 100%.txt").write_text("Late fees are capped at $8 per month.")
    rows = [
        {"id": "q 1", "question": "zzz", "passages": [{"doc": "the fees 100%.txt", "text": "$8"}]},
        {"id": "q 2", "question": "fees", "passages": [{"doc": "the fees 100%.txt", "text": "$8"}]},
        {"id": "q 3", "question": "who?", "unanswerable": True},
    ]
    (tmp_path / "q.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    run = swept(
        docs=str(tmp_path / "docs"), labels=str(tmp_path / "q.jsonl"), out=str(tmp_path / "run"),
        chunkers="fixed,size=64", retrievers="bm25",
    )  # fmt: skip
    (files,) = export(run, ["fixed-64/bm25"])
    assert files.name == "fixed-64_bm25"
    assert files.run == (
        f"q%201 Q0 {NOTHING} 1 1 fixed-64_bm25\n"
        "q%202 Q0 the%20fees%20100%25.txt:0-37 1 1 fixed-64_bm25\n"
    )
    assert files.qrels == "q%201 0 passage:0 1\nq%202 0 the%20fees%20100%25.txt:0-37 1\n"
    theirs = trec_eval(files)
    assert [theirs[q]["recall_5"] for q in ("q%201", "q%202")] == [0, 1]


def test_every_system_has_a_file_name_of_its_own() -> None:
    from ragcheck.report.trec import file_names

    names = file_names(["a/b", "a_b", "a:b", "fixed-64,unit=characters/bm25"])
    assert list(names.values()) == ["a_b", "a_b_2", "a_b_3", "fixed-64,unit=characters_bm25"]
