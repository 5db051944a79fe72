"""The gate's three outcomes, its rules, guards and notices; rounding never hides a failure."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ragcheck import evaluate
from ragcheck.artefacts.text import gate_lines
from ragcheck.baseline import Baseline, read_baseline, write_baseline
from ragcheck.errors import BaselineError, ConfigError, RunError
from ragcheck.gate import (
    Asking,
    GateResult,
    Naming,
    Rule,
    choose_system,
    judge,
    parse_rule,
    read_table,
)
from ragcheck.gate.wording import exact_enough, points
from ragcheck.records import Question
from ragcheck.run import RunFolder
from ragcheck.scores import scores_of
from ragcheck.statistics.decision import DropRule, decide_drops
from tests.make_gate import questions, recalls, write_run


def pinned(folder: RunFolder, name: str = "a", measures: tuple[str, ...] = ()) -> Baseline:
    """The baseline of a system, through its file."""
    path = folder.path / "b.jsonl"
    write_baseline(path, scores_of(folder, name), measures)
    return read_baseline(path)


def gate(folder: RunFolder, *rules: Rule, system: str = "a", **asking: Any) -> GateResult:
    return judge(folder, folder.result(system), Asking(rules, **asking))


def against(folder: RunFolder, *rules: Rule, **asking: Any) -> GateResult:
    """System `b` of a run held against `a` of the same run."""
    return gate(folder, *rules, system="b", baseline=pinned(folder), path="b.jsonl", **asking)


def test_a_floor_just_missed_fails_and_shows_it(tmp_path: Path) -> None:
    folder = write_run(tmp_path, {"a": [0.8499999] * 40})
    found = gate(folder, Rule("recall@5", "min", 0.85))
    assert (found.verdict, found.passed) == ("FAIL", False)
    assert found.checks[0].message.startswith("recall@5 0.8499999 < 0.85")


def test_a_floor_met_exactly_passes(tmp_path: Path) -> None:
    folder = write_run(tmp_path, {"a": recalls(8, 2)})
    assert gate(folder, Rule("recall@5", "min", 0.8)).verdict == "PASS"
    assert gate(folder, Rule("recall@5", "max", 0.8)).verdict == "PASS"
    assert gate(folder, Rule("recall@5", "max", 0.79)).verdict == "FAIL"


def test_a_floor_of_a_slice_is_about_its_questions_only(tmp_path: Path) -> None:
    folder = write_run(tmp_path, {"a": [1.0, 0.0] * 10}, documents=4)
    assert gate(folder, Rule("recall@5", "min", 1.0, "tag:even")).verdict == "PASS"
    assert gate(folder, Rule("recall@5", "min", 0.1, "tag:odd")).verdict == "FAIL"
    found = gate(folder, Rule("recall@5", "min", 1.0, "doc:d2.txt"))
    assert found.checks[0].message.startswith("recall@5 doc:d2.txt 1.000 >= 1")
    with pytest.raises(ConfigError) as caught:
        gate(folder, Rule("recall@5", "min", 0.1, "tag:evn"))
    assert caught.value.hint == "did you mean `tag:even`?"


def _must_pass(count: int) -> list[Question]:
    asked = [dataclasses.replace(q, must_pass=n < 2) for n, q in enumerate(questions(count, 4))]
    return [*asked[:-1], Question("silent", "Nothing?", (), must_pass=True)]


def test_a_missed_must_pass_question_fails_without_any_rule(tmp_path: Path) -> None:
    values = [*recalls(7, 0), float("nan")]
    good = gate(write_run(tmp_path / "1", {"a": values}, asked=_must_pass(8)))
    assert (good.verdict, good.must_pass_missed) == ("PASS", ())
    assert good.checks[0].message == "must_pass @5: 2 questions, missed: none"
    values[1] = 0.5
    bad = gate(write_run(tmp_path / "2", {"a": values}, asked=_must_pass(8)))
    (missed,) = bad.must_pass_missed
    assert (bad.verdict, missed.question.id) == ("FAIL", "q00001")
    assert (missed.place, missed.rank, missed.cause) == ("d1.txt:1", None, "")
    assert bad.questions == 7


def test_a_clear_drop_fails(tmp_path: Path) -> None:
    folder = write_run(tmp_path, {"a": recalls(90, 10), "b": recalls(75, 25)}, documents=100)
    found = against(folder)
    assert found.verdict == "FAIL"
    check = found.deciding
    assert check is not None
    assert check.rule == Rule("recall@5", "max_drop", 0.02)
    assert check.message.startswith("recall@5 0.750  baseline 0.900  drop 15.0 points [")
    assert "allowed 2.0  100 questions, can see " in check.message
    assert found.against is not None
    assert len(found.against.changes.lost) == 15


def test_a_pass_without_any_change_says_that_all_are_identical(tmp_path: Path) -> None:
    """The interval beside it is about other questions, and wide for so few."""
    before = recalls(18, 2)
    same = against(write_run(tmp_path / "1", {"a": before, "b": before}))
    assert same.verdict == "PASS"
    assert "drop 0.0 points [-" in same.checks[0].message
    assert "identical on all 20 questions, can see" in same.checks[0].message
    after = [0.0, *before[1:-1], 1.0]
    swapped = against(write_run(tmp_path / "2", {"a": before, "b": after}))
    assert "drop 0.0 points" in swapped.checks[0].message
    assert "identical" not in swapped.checks[0].message


def test_a_gain_passes_and_says_the_baseline_is_stale(tmp_path: Path) -> None:
    folder = write_run(tmp_path, {"a": recalls(75, 25), "b": recalls(90, 10)}, documents=100)
    found = against(folder)
    assert found.verdict == "PASS"
    assert any(notice.startswith("baseline is stale: recall@5") for notice in found.notices)
    same = gate(folder, baseline=pinned(folder), path="b.jsonl")
    assert (same.verdict, same.notices) == ("PASS", ())


def test_a_drop_that_chance_makes_is_inconclusive(tmp_path: Path) -> None:
    """Four of 50 questions lost, two gained: over the tolerance and nothing to be sure of."""
    before = recalls(40, 10)
    after = [*before[:36], 0.0, 0.0, 0.0, 0.0, 1.0, 1.0, *before[42:]]
    folder = write_run(tmp_path, {"a": before, "b": after}, documents=50)
    found = against(folder)
    assert (found.verdict, found.passed) == ("INCONCLUSIVE", True)
    check = found.deciding
    assert check is not None
    assert check.decision is not None
    assert f"about {check.decision.needed:,} would see one of 2.0 points" in check.note
    assert "can see a drop of " in check.note
    strict = against(folder, strict=True)
    assert (strict.verdict, strict.passed) == ("INCONCLUSIVE", False)
    assert "--strict: fails" in gate_lines(strict)[0]


def test_the_decision_is_that_of_statistics(tmp_path: Path) -> None:
    generator = np.random.default_rng(5)
    before, after = (generator.integers(0, 2, 80).astype(float) for _ in range(2))
    folder = write_run(tmp_path, {"a": before, "b": after}, documents=8)
    rules = (Rule("recall@5", "max_drop", 0.05), Rule("all@5", "max_drop", 0.01))
    found = against(folder, *rules)
    wanted = decide_drops([DropRule(after - before, np.arange(80) % 8, r.limit) for r in rules])
    assert [check.decision for check in found.checks[:2]] == wanted


def test_no_share_drops_by_more_than_all_of_it(tmp_path: Path) -> None:
    folder = write_run(tmp_path, {"a": recalls(6, 0), "b": recalls(0, 6)}, documents=6)
    decision = against(folder).checks[0].decision
    assert decision is not None
    assert decision.high == 1
    assert "100.0]" in against(folder).checks[0].message


def test_a_rule_given_twice_is_one_rule(tmp_path: Path) -> None:
    folder = write_run(tmp_path, {"a": recalls(90, 10), "b": recalls(75, 25)}, documents=100)
    rule = Rule("recall@5", "max_drop", 0.02)
    assert against(folder, rule, Rule("", "max_drop", 0.02)).checks == against(folder, rule).checks


def test_a_rule_that_only_warns_neither_fails_nor_changes_the_others(tmp_path: Path) -> None:
    folder = write_run(tmp_path, {"a": recalls(90, 10), "b": recalls(75, 25)}, documents=100)
    hard = Rule("recall@5", "max_drop", 0.3)
    warn = Rule("recall@5", "max_drop", 0.02, level="warn")
    found = against(folder, hard, warn)
    assert found.verdict == "PASS"
    assert [check.verdict for check in found.checks[:2]] == ["PASS", "FAIL"]
    assert found.checks[0].decision == against(folder, hard).checks[0].decision
    assert any("FAIL (warning only)" in line for line in gate_lines(found))


def test_less_is_better_of_pollution(tmp_path: Path) -> None:
    more = {"a": {"pollution@5": [0.5] * 100}, "b": {"pollution@5": [0.8] * 100}}
    both = {"a": recalls(50, 50), "b": recalls(50, 50)}
    folder = write_run(tmp_path, both, documents=100, more=more)
    found = against(folder, Rule("pollution@5", "max_drop", 0.1))
    assert found.verdict == "FAIL"
    assert "rise 30.0 points" in found.checks[0].message
    back = gate(folder, Rule("pollution@5", "max_drop", 0.1), baseline=pinned(folder, "b"))
    assert back.verdict == "PASS"
    assert "fall 30.0 points" in back.checks[0].message


def test_lost_questions_are_counted_exactly(tmp_path: Path) -> None:
    folder = write_run(tmp_path, {"a": recalls(15, 5), "b": recalls(12, 8)})
    assert against(folder, Rule("", "max_lost", 3)).verdict == "PASS"
    found = against(folder, Rule("", "max_lost", 2))
    assert found.verdict == "FAIL"
    assert found.checks[0].message == (
        "recall@5 lost 3, allowed 2: q00012, q00013, q00014"
    )  # fmt: skip
    assert against(folder, Rule("all@5", "max_lost", 1, "tag:odd")).verdict == "PASS"


def test_text_in_no_chunk_fails_unless_told_otherwise(tmp_path: Path) -> None:
    more = {"a": {"index_gap": [0.0] * 9 + [1.0]}}
    folder = write_run(tmp_path, {"a": recalls(10, 0)}, more=more)
    found = gate(folder)
    assert found.verdict == "FAIL"
    assert "questions: q00009" in found.checks[0].message
    assert gate(folder, index_gap="warn").verdict == "PASS"
    assert gate(folder, index_gap="off").checks == ()


def test_more_unread_text_fails_where_runs_say_it(tmp_path: Path) -> None:
    def run(name: str, share: float | None) -> RunFolder:
        return write_run(tmp_path / name, {"a": recalls(10, 0)}, truncated_share=share)

    old, new = run("old", 0.2), run("new", 0.215)
    found = gate(new, baseline=pinned(old))
    assert found.verdict == "FAIL"
    assert found.checks[-1].message.endswith("never reads 21.5% of the text, baseline 20.0%")
    assert gate(old, baseline=pinned(new)).verdict == "PASS"
    assert gate(run("more", 0.209), baseline=pinned(old)).verdict == "PASS"
    words = gate(run("bm25", None), baseline=pinned(old))
    assert words.verdict == "PASS"
    assert not any("truncation" in check.name for check in words.checks)


def test_what_changes_the_reading_is_said(tmp_path: Path) -> None:
    asked = list(questions(20, 4))
    old = write_run(tmp_path / "1", {"a": recalls(20, 0)}, asked=asked)
    asked[0] = dataclasses.replace(asked[0], text="Changed?")
    asked[1] = dataclasses.replace(asked[1], id="added")
    new = write_run(tmp_path / "2", {"b": recalls(20, 0)}, asked=asked, corpus="other")
    found = gate(new, system="b", baseline=pinned(old), path="b.jsonl")
    assert found.notices == (
        "the baseline is of another system: a",
        "the documents changed since the baseline",
        "questions left out, their labels changed since the baseline: 1 (q00000)",
        "questions of the baseline that are gone: 1 (q00001)",
        "questions that the baseline lacks: 1 (added)",
    )
    assert found.checks[0].decision is not None
    assert found.checks[0].decision.n == 18


def test_a_baseline_that_no_rule_looks_at_is_said(tmp_path: Path) -> None:
    folder = write_run(tmp_path, {"a": recalls(10, 0), "b": recalls(10, 0)})
    notice = "no rule looks at the baseline: give one `max_drop = 0.02`"
    assert notice in against(folder, Rule("recall@5", "min", 0.5)).notices
    assert notice not in against(folder, Rule("", "max_lost", 0)).notices


def test_a_rule_about_a_change_needs_a_baseline(tmp_path: Path) -> None:
    folder = write_run(tmp_path, {"a": recalls(4, 0), "b": recalls(4, 0)})
    for rule in (Rule("recall@5", "max_drop", 0.02), Rule("", "max_lost", 0)):
        with pytest.raises(BaselineError, match="needs a baseline") as caught:
            gate(folder, rule)
        assert caught.value.exit_code == 5
    more = {"a": {"other@5": [0.5] * 4}}
    lacking = write_run(tmp_path / "2", {"a": recalls(4, 0)}, more=more)
    with pytest.raises(BaselineError, match="holds no measure `other@5`"):
        gate(lacking, Rule("other@5", "max_drop", 0.1), baseline=pinned(folder))
    kept = pinned(lacking, measures=("other@5",))
    assert gate(lacking, Rule("other@5", "max_drop", 0.1), baseline=kept).verdict == "PASS"
    other = write_run(tmp_path / "3", {"a": recalls(4, 0)}, twins=False)
    with pytest.raises(BaselineError, match="twins") as caught:
        gate(other, baseline=pinned(folder))
    assert caught.value.exit_code == 5


def test_what_cannot_be_gated_is_refused(tmp_path: Path) -> None:
    more = {"a": {"offtopic@5": [0.5] * 4, "offtopic_floor@5": [0.1] * 4, "nDCG@5": [np.nan] * 4}}
    folder = write_run(tmp_path, {"a": recalls(4, 0)}, more=more)
    for name in ("offtopic@5", "offtopic_floor@5"):
        with pytest.raises(ConfigError, match="cannot be gated"):
            gate(folder, Rule(name, "max", 0.9))
    with pytest.raises(ConfigError) as caught:
        gate(folder, Rule("recal@5", "min", 0.5))
    assert caught.value.hint == "did you mean `recall@5`?"
    with pytest.raises(RunError, match="no question has one"):
        gate(folder, Rule("nDCG@5", "min", 0.5))


def test_one_of_several_systems_must_be_named(tmp_path: Path) -> None:
    folder = write_run(tmp_path, {"x": recalls(4, 0), "y": recalls(4, 0)})
    with pytest.raises(ConfigError) as caught:
        choose_system(folder, None)
    assert "x, y" in (caught.value.hint or "")
    assert choose_system(folder, "x").system.id == "x"
    with pytest.raises(ConfigError, match="` has no system `w`"):
        choose_system(folder, "w")
    naming = Naming("reports/x", "`system` in [gate]", "more")
    with pytest.raises(ConfigError) as caught:
        choose_system(folder, "xx", naming)
    assert caught.value.message == "`system` in [gate]: `reports/x` has no system `xx`"
    assert caught.value.hint == "change it, or add `--system ID`; did you mean `x`?; more"
    unfinished = RunFolder(folder.path, dataclasses.replace(folder.run, systems=()))
    with pytest.raises(RunError, match="has not finished"):
        choose_system(unfinished, "y")


def test_rules_are_read_from_text() -> None:
    assert parse_rule("recall@5=0.85", "min") == Rule("recall@5", "min", 0.85)
    assert parse_rule("3", "max_lost") == Rule("", "max_lost", 3)
    assert parse_rule("recall@10=3", "max_lost") == Rule("recall@10", "max_lost", 3)
    for text in ("recall@5", "recall@5=", "recall@5=high", "0.5", "recall@5=nan", "recall@5=inf"):
        with pytest.raises(ConfigError):
            parse_rule(text, "min")
    for text in ("recall@5=-0.1", "=0.1"):
        with pytest.raises(ConfigError):
            parse_rule(text, "max_drop")
    with pytest.raises(ConfigError, match=r"--max-lost 1\.5"):
        parse_rule("1.5", "max_lost")


def test_rules_are_read_from_the_configuration() -> None:
    table = read_table(
        {
            "system": "a",
            "baseline": "pinned.jsonl",
            "index_gap": "warn",
            "rules": [
                {"measure": "recall@5", "min": 0.8, "max_drop": 0.02, "where": "tag:x"},
                {"max_lost": 4, "level": "warn"},
                {"measure": "recall@1", "min": 0.9, "level": "off"},
            ],
        }
    )
    assert (table.system, table.baseline, table.index_gap) == ("a", "pinned.jsonl", "warn")
    assert table.rules == (
        Rule("recall@5", "min", 0.8, "tag:x"),
        Rule("recall@5", "max_drop", 0.02, "tag:x"),
        Rule("", "max_lost", 4, "", "warn"),
    )


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ([], "gate: "),
        ({"sytem": "a"}, "gate: unknown key `sytem`"),
        ({"system": 3}, r"gate\.system"),
        ({"rules": {}}, r"gate\.rules"),
        ({"rules": ["recall"]}, r"gate\.rules"),
        ({"index_gap": "no"}, r"gate\.index_gap"),
        ({"rules": [{"measure": "recall@5"}]}, r"gate\.rules\[0\]: needs"),
        ({"rules": [{"min": 0.5}]}, r"gate\.rules\[0\]: needs"),
        ({"rules": [{"measure": "a", "mni": 0.5}]}, "unknown key `mni`"),
        ({"rules": [{"measure": "a", "min": "0.8"}]}, r"rules\[0\]\.min"),
        ({"rules": [{"measure": "a", "min": True}]}, r"rules\[0\]\.min"),
        ({"rules": [{"measure": "a", "min": 10**400}]}, "must be a finite number"),
        ({"rules": [{"measure": "a", "max_drop": -1}]}, "must not be negative"),
        ({"rules": [{"measure": "a", "max_lost": 1.5}]}, "whole number"),
        ({"rules": [{"measure": "a", "min": 1, "where": "x"}]}, r"rules\[0\]\.where"),
        ({"rules": [{"measure": "a", "min": 1, "level": "loud"}]}, r"rules\[0\]\.level"),
    ],
)
def test_a_wrong_table_names_its_key(table: object, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        read_table(table)


@pytest.mark.parametrize(
    ("actual", "limit", "text"),
    [
        (0.5, 0.85, "0.500"),
        (0.84999, 0.85, "0.84999"),
        (0.85, 0.85, "0.850"),
        (1 / 3, 0.5, "0.333"),
    ],
)
def test_digits_until_the_difference_shows(actual: float, limit: float, text: str) -> None:
    assert exact_enough(actual, limit) == text


def test_a_drop_just_over_the_tolerance_never_reads_as_allowed() -> None:
    assert points(0.02004, "share", 0.02) == "2.004"
    assert points(0.021, "share", 0.02) == "2.1"
    assert points(14.0, "tokens") == "14.0"
    assert points(0.21, "ratio") == "0.210"


def test_a_public_set_is_judged_alike_from_either_side(shared_data: Path, tmp_path: Path) -> None:
    """As `python -m benchmarks.gate`, without a model: BM25 that counts repeats is 12 points worse.

    On five documents, whose questions share what is hard about them.
    """
    folder = shared_data / "chroma_general"
    run = evaluate(
        folder / "docs", folder / "questions.jsonl", out=tmp_path / "run", chunkers="fixed",
        chunk_sizes=[256], k=[5], budgets=[2000], phase="off", diagnosis="off",
        retrievers=["bm25", {"name": "bm25", "k1": 15.0}],
    )  # fmt: skip
    good, bad = run.run.plan.cells
    drop = gate(run, system=bad, baseline=pinned(run, good))
    check = drop.deciding
    assert check is not None
    assert check.decision is not None
    assert 0.11 < (check.decision.drop or 0) < 0.13
    assert (drop.verdict, drop.passed) == ("FAIL", False)
    assert check.decision.groups == 5
    gain = gate(run, system=good, baseline=pinned(run, bad))
    assert gain.verdict == "PASS"
    assert gain.notices[0].startswith("baseline is stale: recall@5 is above it")
