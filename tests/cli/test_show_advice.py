"""`show` and `advice`: what they print, hostile texts, and exit codes of the real process."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ragcheck import api
from ragcheck.__main__ import run as program
from ragcheck.cli.show import newest_run
from ragcheck.cli.show_text import drawn
from ragcheck.config import configure
from ragcheck.errors import MissingRunError
from ragcheck.prepare import prepare
from ragcheck.report.view_cases import Segment
from ragcheck.run import RunFolder

#: What a terminal would obey or reorder: escape sequences, C1 controls, overrides of direction.
STEERING = "\x1b[31m\x9b2J\x07\u202e\u2066\u200f"
FIXED, OVERLAP = "fixed-64/bm25", "overlap-64-13/bm25"


@dataclass(frozen=True)
class Done:
    returncode: int
    stdout: str
    stderr: str


Call = Callable[..., Done]


@pytest.fixture
def ragcheck(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Call:
    """The program in this process, called from the project's folder."""
    monkeypatch.chdir(place)
    monkeypatch.setenv("NO_COLOR", "1")

    def call(*arguments: str) -> Done:
        code = program(list(arguments))
        return Done(code, *capsys.readouterr())

    return call


def write_project(place: Path) -> None:
    """Three documents of numbered rules, two of which hold what steers a terminal."""
    (place / "docs").mkdir(parents=True)
    rows = []
    for number, subject in enumerate(("harbour", "museum", "orchard")):
        rules = [
            f"Rule {rule}: in the {subject} the {word}{STEERING if number else ''} may stay for "
            f"{rule * 7 + number} days free of charge, after which the {word} pays the fee."
            for rule, word in enumerate(("guest", "barge", "statue", "sapling", "crate") * 4)
        ]
        name = f"{subject}{STEERING * (number == 2)}.txt"
        (place / "docs" / name).write_text("\n".join(rules), "utf-8")
        for rule in range(0, 20, 3):
            text = rules[rule].removeprefix(f"Rule {rule}: ")
            rows.append(
                {
                    "id": f"{subject}-{rule:02}{STEERING * (number == 2)}",
                    "question": f"How many days is a {subject} stay{STEERING} in rule {rule}?",
                    "passages": [{"doc": name, "text": text}],
                    "tags": [f"t{STEERING}"],
                }
            )
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    (place / "q.jsonl").write_text(lines, "utf-8")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with a diagnosed run, the same one without texts, and one without causes."""
    place = tmp_path_factory.mktemp("project")
    write_project(place)
    sweep(place, "reports/first")
    sweep(place, "bare", report_docs="none")
    _before_causes(place / "reports" / "first", place / "old")
    return place


def _before_causes(run: Path, out: Path) -> None:
    """The same run as a version that knew no causes wrote it."""
    shutil.copytree(run, out)
    shutil.rmtree(out / "causes")
    stored = json.loads((out / "run.json").read_text("utf-8"))
    for system in stored["systems"]:
        del system["diagnosis"]
    (out / "run.json").write_text(json.dumps(stored), "utf-8")


def sweep(place: Path, out: str, **more: str) -> RunFolder:
    chosen = {
        "docs": str(place / "docs"),
        "labels": [str(place / "q.jsonl")],
        "name": "rules",
        "chunkers": "fixed,overlap",
        "chunk_sizes": "64",
        "retrievers": "bm25",
        "phase": "off",
        "diagnosis": "on",
        **more,
    }
    return api.sweep(prepare(configure({**chosen, "out": str(place / out)}, place)))


@pytest.fixture(scope="module")
def run(place: Path) -> RunFolder:
    return api.open_run(place / "reports" / "first")


@pytest.fixture(scope="module")
def missed(run: RunFolder) -> str:
    """A question that windows of 64 tokens miss because a boundary cuts its passage."""
    causes = run.causes(FIXED)
    assert causes is not None
    rows = [row for row in causes.to_pylist() if row["question"].startswith("museum")]
    return next(r["question"] for r in rows if r["cause"].startswith("boundary") and r["rank"])


def harmless(text: str) -> bool:
    return all(c.isprintable() or c == "\n" for c in text)


def test_show_draws_the_case_of_the_newest_run(ragcheck: Call, run: RunFolder, missed: str) -> None:
    done = ragcheck("show", missed, "--system", FIXED)
    assert (done.returncode, done.stderr) == (0, "")
    assert harmless(done.stdout)
    lines = done.stdout.splitlines()
    assert lines[0].startswith(missed)
    (why,) = (line for line in lines if line.startswith("  why: "))
    row = next(r for r in (run.causes(FIXED) or []).to_pylist() if r["question"] == missed)
    assert f"({row['cause']})" in why
    assert f"  complete now: at rank {row['rank']}, {row['rank_tokens']:,} tokens" in done.stdout
    drawing = next(line for line in lines if "[-" in line)
    text = run.documents()[row["document"]].text[row["start"] : row["end"]]
    passage = drawing[re.search(r"\{\+|\[-", drawing).start() :]  # type: ignore[union-attr]
    inside = passage[: max(passage.rfind("-]"), passage.rfind("+}"))]
    words = re.sub(r"\{\+|\+\}|\[-|-\]|\|", "", inside)
    plain = "".join(c if c.isprintable() else " " for c in text)
    assert words.replace(" ", "") == plain.replace(" ", "")
    assert " | " in inside
    ranked = [line for line in lines if re.match(r" +[1-5]  ", line)]
    assert len(ranked) == 5
    systems = [line for line in lines if line.startswith((FIXED, OVERLAP))]
    assert len(systems) == 3  # the case's own line, then a row each
    assert row["cause"] in systems[1]


def test_show_as_json_holds_figures_and_whole_texts(ragcheck: Call, missed: str) -> None:
    done = ragcheck("show", missed, "reports/first", "--system", FIXED, "--json")
    assert done.returncode == 0
    assert done.stdout.isascii()
    assert harmless(done.stdout)
    document = json.loads(done.stdout)
    assert (document["schema"], document["id"]) == ("ragcheck.show/1", missed)
    assert STEERING in document["question"]
    (passage,) = document["passages"]
    assert passage["why"]["cause"].startswith("boundary")
    assert {fix["intervention"] for fix in passage["why"]["fixes"]} >= {"clipped_oracle"}
    assert passage["why"]["rival"]["snippet"]
    assert len(document["hits"]) == 5
    pollution = dict(document["pollution"])
    assert pollution.pop("pollution") == pytest.approx(sum(pollution.values()))
    units = [sum(hit[n] for n in ("gold", "redundant", "other")) for hit in document["hits"]]
    polluted = [hit["pollution"] * n for hit, n in zip(document["hits"], units, strict=True)]
    assert sum(polluted) / sum(units) == pytest.approx(document["pollution"]["pollution"])
    assert [one["id"] for one in document["systems"]] == [FIXED, OVERLAP]


def test_show_without_texts_or_causes_says_so(ragcheck: Call, missed: str) -> None:
    bare = ragcheck("show", missed, "bare", "--system", FIXED)
    assert bare.returncode == 0
    assert "[-" not in bare.stdout
    assert "why: " in bare.stdout
    assert "note: this run was written without texts" in bare.stdout
    old = ragcheck("show", missed, "old", "--system", FIXED)
    assert old.returncode == 0
    assert "[-" in old.stdout
    assert "  why: not known, this system was not diagnosed" in old.stdout


def test_show_names_what_is_near(ragcheck: Call) -> None:
    wrong = ragcheck("show", "musem-03", "old")
    assert wrong.returncode == 2
    assert "error: question `musem-03` is not in this run" in wrong.stderr
    assert "hint: did you mean `museum-03`" in wrong.stderr
    far = ragcheck("show", "zzz", "old")
    assert "hint: its questions are called `harbour-00`, " in far.stderr


def test_advice_names_runnable_changes(ragcheck: Call, run: RunFolder) -> None:
    done = ragcheck("advice", "reports/first")
    assert (done.returncode, done.stderr) == (0, "")
    assert harmless(done.stdout)
    told = run.result(FIXED).diagnosis
    assert told is not None
    assert f"{FIXED}  {told.misses} passages missed, recall@5 0." in done.stdout
    commands = [line.strip() for line in done.stdout.splitlines() if line.startswith("     $ ")]
    assert commands
    assert all(
        line.startswith("$ ragcheck sweep --docs docs --labels q.jsonl ") for line in commands
    )
    words = [*commands[0].split()[2:], "--dry-run", "--name", "rules"]
    assert ragcheck(*words).returncode == 0


def test_advice_without_texts(ragcheck: Call) -> None:
    done = ragcheck("advice", "bare")
    assert done.returncode == 0
    assert harmless(done.stdout)
    assert f"{FIXED}  " in done.stdout


def test_advice_is_tried_and_its_outcome_counted(
    ragcheck: Call, place: Path, run: RunFolder
) -> None:
    done = ragcheck("advice", "reports/first", "--system", FIXED, "--verify", "--json", "-q")
    assert done.returncode == 0, done.stderr
    assert done.stdout.isascii()
    document = json.loads(done.stdout)
    (system,) = document["systems"]
    assert system["id"] == FIXED
    assert system["outranked_by"][0]["misses"] >= 1
    causes = {k: v for k, v in system["measures"].items() if k in _POLLUTION}
    assert system["measures"]["pollution"] == pytest.approx(sum(causes.values()))
    assert len(document["verified"]) == len([a for a in system["advice"] if a["command"]]) >= 1
    for found in document["verified"]:
        advice = next(a for a in system["advice"] if a["title"] == found["advice"])
        changed = api.open_run(place / found["run"])
        now = {
            (row["question"], row["item"]): row["coverage"] >= 1
            for row in changed.items(found["system"]).to_pylist()
        }
        promised = {tuple(item) for item in advice["items"]}
        before = {
            (row["question"], row["item"]): row["coverage"] >= 1
            for row in run.items(FIXED).to_pylist()
        }
        assert not any(before[item] for item in promised)
        assert found["promised_fixed"] == sum(now[item] for item in promised)
        assert found["fixed"] == sum(now[item] and not before[item] for item in now)
        assert found["lost"] == sum(before[item] and not now[item] for item in now)
        gain = (found["fixed"] - found["lost"]) / len(now)
        assert found["held"][0]["delta"]["difference"]["delta"] == pytest.approx(gain)
    again = ragcheck("advice", "reports/first", "--system", FIXED, "--verify")
    assert "tried: " in again.stdout
    assert "newly lost" in again.stdout


_POLLUTION = ("duplicate", "prefix", "same_section", "same_document", "other_document")


@given(
    st.lists(
        st.builds(
            Segment,
            st.text(min_size=1, max_size=12),
            st.sampled_from(["context", "found", "missing"]),
            st.sampled_from(["", "cut", "bound"]),
        ),
        max_size=8,
    )
)
@settings(deadline=None)
def test_a_drawing_holds_the_text_and_nothing_that_steers(segments: list[Segment]) -> None:
    """Every mark that opens closes, and what stands between marks is the text, in order."""
    line = drawn(segments).plain
    assert harmless(line)
    assume(
        not any(mark in s.text for s in segments for mark in ("{", "}", "[", "]", "+", "-", "|"))
    )
    assert re.fullmatch(r"[^\[\]{}]*((\{\+[^\[\]{}]*\+\}|\[-[^\[\]{}]*-\])[^\[\]{}]*)*", line)
    bare = re.sub(r"\{\+|\+\}|\[-|-\]|\|", "", line)
    told = "".join(c if c.isprintable() else " " for s in segments for c in s.text)
    assert "".join(bare.split()) == "".join(told.split())
    missing = "".join(re.findall(r"\[-(.*?)-\]", line)).replace("|", "")
    wanted = "".join(s.text for s in segments if s.kind == "missing")
    wanted = "".join(c if c.isprintable() else " " for c in wanted)
    assert "".join(missing.split()) == "".join(wanted.split())


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["show", "museum-03"], 0, ""),
        (["show", "orchard-9\x1b[2J"], 2, "hint: did you mean"),
        (["show", "museum-03", "--system", "fixde"], 3, "hint: finished systems"),
        (["advice", "old"], 3, "error: old: no system was diagnosed\nhint: advice needs causes"),
        (["advice", "bare", "--verify", "--system", FIXED], 3, "was written without texts"),
    ],
)
def test_exit_codes(place: Path, arguments: list[str], code: int, said: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ragcheck", *arguments], cwd=place, capture_output=True, text=True
    )
    assert done.returncode == code, done.stderr
    assert said in done.stderr
    assert harmless(done.stdout + done.stderr)


def test_show_without_any_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(MissingRunError, match="reports: holds no run") as caught:
        newest_run()
    assert "name a run folder" in str(caught.value.hint)
    assert caught.value.exit_code == 2


def test_the_newest_run_is_the_one_written_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ragcheck.toml").write_text("")
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path / "below")
    for seconds, name in ((300, "b"), (900, "a"), (100, "c")):
        (tmp_path / "reports" / name).mkdir(parents=True)
        (tmp_path / "reports" / name / "run.json").write_text("{}")
        os.utime(tmp_path / "reports" / name / "run.json", (seconds, seconds))
    assert newest_run() == tmp_path / "reports" / "a"
