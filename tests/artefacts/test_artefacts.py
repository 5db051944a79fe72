"""Files that a gate leaves behind: what they say, and that hostile or huge input breaks none."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from markdown_it import MarkdownIt

from ragcheck.artefacts import github
from ragcheck.artefacts.document import comparison_document, gate_document
from ragcheck.artefacts.junit import CASES, junit
from ragcheck.artefacts.markdown import COMMENT_BYTES, comparison_markdown, gate_markdown
from ragcheck.artefacts.text import comparison_lines, gate_lines
from ragcheck.artefacts.words import one_line, p_value
from ragcheck.baseline import read_baseline, write_baseline
from ragcheck.comparison import Comparison, compare_scores
from ragcheck.gate import Asking, GateResult, Rule, judge
from ragcheck.records import Question
from ragcheck.run_json import dump
from ragcheck.scores import scores_of
from tests.make_gate import questions, recalls, write_run

HOSTILE = (
    "</td><script>alert(1)</script> `code` | ::error::x\r\n"
    '::set-output\x00\x1b[31m @me #1 &<>"\ufffe'
)
MEGABYTE = 1024 * 1024


def held(
    path: Path, before: list[float], after: list[float], asked: list[Question] | None = None
) -> tuple[GateResult, Comparison]:
    """System `b` held against `a`."""
    folder = write_run(path / "run", {"a": before, "b": after}, asked=asked)
    scores = scores_of(folder, "a")
    write_baseline(path / "b.jsonl", scores)
    asking = Asking((), read_baseline(path / "b.jsonl"), "b.jsonl")
    result = judge(folder, folder.result("b"), asking)
    return result, compare_scores(scores, scores_of(folder, "b"))


@pytest.fixture
def small(tmp_path: Path) -> tuple[GateResult, Comparison]:
    """Forty questions: 30 found, 6 lost, one gained, three missed before and after."""
    before = recalls(36, 4)
    after = [*recalls(30, 6), 1.0, 0.0, 0.0, 0.0]
    return held(tmp_path, before, after)


@pytest.fixture(scope="module")
def huge(tmp_path_factory: pytest.TempPathFactory) -> tuple[GateResult, Comparison]:
    """10,000 questions with long hostile texts, all of them lost."""
    asked = [
        dataclasses.replace(question, text=HOSTILE + " so long a question" * 40, must_pass=True)
        for question in questions(10_000, 4)
    ]
    return held(tmp_path_factory.mktemp("huge"), [1.0] * 10_000, [0.0] * 10_000, asked)


def test_junit_fails_regressions_and_skips_known_misses(
    small: tuple[GateResult, Comparison],
) -> None:
    root = ElementTree.fromstring(junit(small[0]))
    rules, asked = root.findall("testsuite")
    assert [case.get("name") for case in rules] == ["recall@5 max_drop 0.02", "index_gap"]
    assert len(asked) == 40 == int(asked.get("tests", ""))
    failed = [case for case in asked if case.find("failure") is not None]
    assert [case.get("name") for case in failed] == [f"q{n:05d}" for n in range(30, 36)]
    assert asked.get("failures") == "6"
    skipped = [case.get("name") for case in asked if case.find("skipped") is not None]
    assert skipped == ["q00037", "q00038", "q00039"]
    message = failed[0].find("failure").get("message")  # type: ignore[union-attr]
    assert message == 'q00030 "What is line 30?" d2.txt:8 rank 1 -> none'


def test_a_rule_that_cannot_tell_or_only_warns_fails_no_case(tmp_path: Path) -> None:
    folder = write_run(tmp_path, {"a": recalls(2, 8)})
    rule = Rule("recall@5", "min", 0.9, level="warn")
    found = judge(folder, folder.result("a"), Asking((rule,)))
    (suite,) = ElementTree.fromstring(junit(found)).findall("testsuite")
    assert (suite.get("failures"), suite.get("skipped")) == ("0", "1")


def test_no_artefact_outgrows_its_reader(huge: tuple[GateResult, Comparison]) -> None:
    result, comparison = huge
    assert len(result.against.changes.lost) == 10_000  # type: ignore[union-attr]
    xml = junit(result)
    assert len(xml) < 4 * MEGABYTE
    cases = ElementTree.fromstring(xml).findall("testsuite")[1]
    assert len(cases) == CASES + 1
    assert cases[-1].get("name") == "5,000 more questions"
    assert len(gate_markdown(result).encode()) <= COMMENT_BYTES
    assert len(comparison_markdown(comparison).encode()) <= COMMENT_BYTES
    assert "more lost questions" in gate_markdown(result)
    documents = (gate_document(result), comparison_document(comparison))
    assert all(len(dump(document, indent=1).encode()) < 6 * MEGABYTE for document in documents)
    assert len(documents[0]["changes"]["lost"]) == 10_000
    assert len(gate_lines(result)) < 30
    assert len(comparison_lines(comparison)) < 60


def test_github_gets_a_megabyte_and_ten_annotations(
    huge: tuple[GateResult, Comparison], tmp_path: Path
) -> None:
    result = huge[0]
    summary, outputs = tmp_path / "summary", tmp_path / "outputs"
    summary.write_text("x" * 1000)
    environment = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_STEP_SUMMARY": str(summary),
        "GITHUB_OUTPUT": str(outputs),
    }
    assert github.active(environment)
    github.write_files(result, environment, "report.html")
    assert MEGABYTE // 2 < summary.stat().st_size <= MEGABYTE
    lines = github.workflow_commands(result)
    assert len(lines) == 10
    assert lines[0].startswith("::error title=ragcheck gate%3A FAIL::recall@5 0.000")
    assert "more::q" in lines[-1]
    stored = dict(line.split("=", 1) for line in outputs.read_text().splitlines())
    assert stored["verdict"] == "FAIL"
    assert (stored["passed"], stored["lost"], stored["gained"]) == ("false", "10000", "0")
    assert stored["report"] == "report.html"
    summary.write_text("x" * MEGABYTE)
    github.write_files(result, environment)
    assert summary.stat().st_size == MEGABYTE


def test_no_text_is_a_command_of_the_runner() -> None:
    text = "what is ##[add-mask]a ###[error]"
    assert "##[" not in github.inert(text)
    quoted = github.inert(json.dumps(text), quoted=True)
    assert "##[" not in quoted
    assert json.loads(quoted) == text


def test_hostile_text_stays_text(tmp_path: Path) -> None:
    asked = [dataclasses.replace(q, text=HOSTILE) for q in questions(4, 4)]
    asked[0] = dataclasses.replace(asked[0], id="q|`<b>\n::error::", must_pass=True)
    result, comparison = held(tmp_path, recalls(4, 0), recalls(0, 4), asked)
    commands = github.workflow_commands(result)
    for line in [*gate_lines(result), *comparison_lines(comparison), *commands]:
        assert line.isprintable()
    assert not any(line.startswith("::set") for line in commands)
    junit_cases = ElementTree.fromstring(junit(result)).findall("testsuite")[1]
    assert len(junit_cases) == 4
    for text in (gate_markdown(result), comparison_markdown(comparison)):
        html = MarkdownIt("commonmark").enable("table").render(text)
        assert "<script" not in html
        assert "<b>" not in html
        tables = html.split("<table>")
        assert any(one.count("<tr>") == 5 for one in tables)
        rows = html.split("<tr>")[1:]
        assert all(row.count("<td") in (0, 2, 4, 5, 7) for row in rows)
    assert json.loads(dump(gate_document(result)))["changes"]["lost"][1]["id"] == "q00001"


def test_the_terminal_names_what_decided_first(small: tuple[GateResult, Comparison]) -> None:
    lines = gate_lines(small[0], "run/report.html", "ragcheck baseline update")
    assert lines[0].startswith("ragcheck gate: FAIL  recall@5 0.775  baseline 0.900  drop 12.5 ")
    assert lines[1] == "  lost 6  gained 1  still missed 3  errors 0  labels drifted 0"
    assert lines[-1] == "  report: run/report.html#only=lost   accept: ragcheck baseline update"


def test_a_missed_must_pass_question_is_told_in_full_though_nothing_changed(tmp_path: Path) -> None:
    """Against a baseline that misses it too, it is not lost; its text and place still help."""
    asked = questions(8, 4)
    asked = [dataclasses.replace(question, must_pass=n > 5) for n, question in enumerate(asked)]
    result, _ = held(tmp_path, recalls(7, 1), recalls(6, 2), asked)
    line = 'q00007 "What is line 7?" d3.txt:2 rank none'
    text = gate_lines(result)
    assert f"  must_pass {line}" in text
    told = '  must_pass q00006 "What is line 6?" d2.txt:2 rank 1 -> none'
    assert [row for row in text if "q00006 " in row] == [told], "lost and must_pass: told once"
    assert "| `q00007` | `What is line 7?` | `d3.txt:2` | rank none |" in gate_markdown(result)
    rules, cases = ElementTree.fromstring(junit(result)).findall("testsuite")
    (failure,) = (case.find("failure") for case in rules if case.get("name") == "must_pass")
    assert line in (failure.text or "")  # type: ignore[union-attr]
    assert cases.get("failures") == "1"
    assert any(line in command for command in github.workflow_commands(result))
    missed = gate_document(result)["must_pass_missed"]
    assert missed[1] == {
        "id": "q00007",
        "question": "What is line 7?",
        "place": "d3.txt:2",
        "rank": None,
        "cause": None,
    }


def test_a_comparison_says_every_outcome(small: tuple[GateResult, Comparison]) -> None:
    lines = comparison_lines(small[1])
    assert lines[0] == "a -> b  40 questions"
    assert any(re.match(r"recall@5 +0\.900 +0\.775 +-12\.5 points \[-", line) for line in lines)
    assert "lost 6  gained 1  same 33, 3 of them missed" in lines
    (unchanged,) = (line for line in lines if line.startswith("index_gap "))
    assert "identical" in unchanged
    assert "| identical |" in comparison_markdown(small[1])
    document = comparison_document(small[1])
    assert document["measures"]["recall@5"]["delta"] == pytest.approx(-0.125)
    assert document["measures"]["recall@5"]["outcome"] in ("regressed", "not separable")
    assert [row["id"] for row in document["gained"]] == ["q00036"]


def test_lines_are_cut_at_words_and_keep_no_control_characters() -> None:
    assert one_line("a\tb\n\x1b[31mc") == "a b [31mc"
    assert one_line("word " * 40, 20) == "word word word ..."
    assert len(one_line("x" * 400)) <= 60
    assert (p_value(0.0004), p_value(0.0125), p_value(1.0)) == ("p < .001", "p .013", "p 1.000")
