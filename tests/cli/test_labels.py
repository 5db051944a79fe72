"""`ragcheck labels check`, `repair` and `stats` through the real process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

FEE = "The late fee is capped at $8 per month."
RATE = "Interest accrues daily at a rate of four percent."
GONE = "Accounts may be closed by letter, fax or telegram only."
OLD = f"{RATE} {FEE} {GONE} The end.\n"
MOVED = f"A new beginning. {OLD}"
BROKEN = f"A new beginning. {RATE} {FEE.replace('8', '9')} The end.\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Three passages of one document, and the configuration that names both."""

    def passage(text: str) -> dict[str, object]:
        start = OLD.index(text)
        return {"doc": "a.md", "start": start, "end": start + len(text), "text": text}

    rows = [
        {"id": "q-1", "question": "Rate?", "passages": [passage(RATE)], "tags": ["money"]},
        {"id": "q-2", "question": "Fee?", "passages": [passage(FEE), passage(GONE)], "note": 1},
        {"id": "q-3", "question": "Why?", "unanswerable": True},
    ]
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.md").write_text(OLD)
    (tmp_path / "q.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (tmp_path / "ragcheck.toml").write_text('docs = "docs"\nlabels = "q.jsonl"\n')
    return tmp_path


def labels(
    project: Path, *arguments: str, answer: str = "", command: str = "labels"
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "ragcheck", command, *arguments],
        cwd=project,
        env={**os.environ, "NO_COLOR": "1"},
        input=answer,
        capture_output=True,
        text=True,
        timeout=60,
    )


def change(project: Path, text: str) -> None:
    (project / "docs" / "a.md").write_text(text)


def counts(project: Path, *arguments: str) -> dict[str, int]:
    found = json.loads(labels(project, "check", "--json", *arguments).stdout)["counts"]
    return {outcome: number for outcome, number in found.items() if number}


def test_labels_that_fit(project: Path) -> None:
    done = labels(project, "check")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("3 passages, 0 of them drifted\n  same             3  ")


def test_drift_is_counted_and_what_needs_a_look_is_listed(project: Path) -> None:
    change(project, BROKEN)
    done = labels(project, "check")
    assert done.returncode == 4
    for line in ("moved            1", "edited           1", "lost             1"):
        assert line in done.stdout
    assert f"q.jsonl:2 passages[0]: edited `{FEE}` -> a.md" in done.stdout
    assert f"    now `{FEE.replace('8', '9')}`" in done.stdout
    assert f"q.jsonl:2 passages[1]: lost `{GONE}` in a.md" in done.stdout
    assert RATE not in done.stdout  # moved ones only on request
    assert f"moved `{RATE}` -> a.md 17 to 66" in labels(project, "check", "--verbose").stdout
    assert "labels broke: 3 of 3 passages drifted (100.0%), allowed 0.0%" in done.stderr
    assert "labels broke: 1 of 3 passages need a person (33.3%)" in done.stderr
    assert "recall" not in done.stdout + done.stderr


def test_the_json_document_says_where_each_passage_is_now(project: Path) -> None:
    change(project, BROKEN)
    document = json.loads(labels(project, "check", "--json").stdout)
    assert (document["schema"], document["fits"]) == ("ragcheck.drift/1", False)
    moved, edited, lost = document["drifted"]
    assert moved["now"] == {"doc": "a.md", "offsets": [17, 66], "text": RATE}
    assert edited["label"]["text"] == FEE
    assert 0.9 <= edited["similarity"] < 1
    assert (lost["outcome"], lost["now"]) == ("lost", None)


@pytest.mark.parametrize(
    ("flags", "code"),
    [
        ([], 4),
        (["--max-drift", "1"], 4),
        (["--max-open", "0.5"], 4),
        (["--max-drift", "1", "--max-open", "0.34"], 0),
        (["--max-drift", "1", "--max-open", "0.3"], 4),
        (["--max-drift", "2"], 2),
        (["--max-open", "some"], 2),
        (["--max-open", "nan"], 2),
    ],
)
def test_limits_decide_the_exit_code(project: Path, flags: list[str], code: int) -> None:
    change(project, BROKEN)
    assert labels(project, "check", *flags).returncode == code


def test_limits_of_the_configuration_give_way_to_flags(project: Path) -> None:
    change(project, MOVED)
    with (project / "ragcheck.toml").open("a") as file:
        file.write("[drift]\nmax_drift = 1.0\n")
    assert labels(project, "check").returncode == 0
    assert labels(project, "check", "--max-drift", "0").returncode == 4
    with (project / "ragcheck.toml").open("a") as file:
        file.write("max_opne = 1\n")
    done = labels(project, "check")
    assert done.returncode == 2
    assert "drift.max_opne: unknown key" in done.stderr


def test_a_renamed_file_is_named(project: Path) -> None:
    (project / "docs" / "a.md").rename(project / "docs" / "b.md")
    done = labels(project, "check")
    assert done.returncode == 4
    assert "renamed: a.md -> b.md" in done.stdout
    assert counts(project) == {"moved": 3}
    assert labels(project, "repair", "--yes").returncode == 0
    assert counts(project) == {"same": 3}


@pytest.mark.parametrize("command", ["sweep", "gate"])
def test_drift_stops_a_sweep_and_a_gate_alike_and_points_to_the_repair(
    project: Path, command: str
) -> None:
    change(project, MOVED)
    arguments = ["--retrievers", "bm25", "--chunk-sizes", "64", "--chunkers", "fixed"]
    if command == "gate":
        arguments += ["--min", "recall@5=1.0"]
    done = labels(project, *arguments, command=command)
    assert done.returncode == 4
    assert "error: q.jsonl:1 passages[0].text: is not what stands at 0 to 49 of a.md" in done.stderr
    last = done.stderr.splitlines()[-1]
    assert last.startswith("hint: 3 passages are not where the labels say")
    assert "`ragcheck labels repair`" in last
    assert labels(project, "repair", "--yes").returncode == 0
    good = labels(project, *arguments[:6], command="sweep")
    assert good.returncode == 0, good.stderr


def test_invalid_labels_are_exit_4_and_say_nothing_of_drift(project: Path) -> None:
    (project / "q.jsonl").write_text('{"id": "a", "question": "", "passages": []}\n')
    for command in ("check", "repair", "stats"):
        done = labels(project, command)
        assert done.returncode == 4, command
        assert "error: q.jsonl:1 question: is empty" in done.stderr
        assert "labels repair" not in done.stderr


def test_repair_asks_and_no_writes_nothing(project: Path) -> None:
    change(project, MOVED)
    before = (project / "q.jsonl").read_bytes()
    done = labels(project, "repair", answer="n\n")
    assert done.returncode == 4
    assert "write 3 passages in 1 label file? [y/N]" in done.stderr
    assert "nothing was written" in done.stdout
    nobody = labels(project, "repair")
    assert nobody.returncode == 2
    assert "--yes" in nobody.stderr
    assert (project / "q.jsonl").read_bytes() == before
    assert labels(project, "repair", answer="y\n").returncode == 0
    assert counts(project) == {"same": 3}
    again = labels(project, "repair")
    assert (again.returncode, "nothing to write" in again.stdout) == (0, True)


def test_repair_leaves_what_is_lost_and_every_other_byte(project: Path) -> None:
    change(project, BROKEN)
    before = (project / "q.jsonl").read_text().splitlines()
    done = labels(project, "repair", "--yes")
    assert done.returncode == 4
    assert "wrote 2 passages" in done.stdout
    assert "by hand" in done.stderr
    after = (project / "q.jsonl").read_text().splitlines()
    assert after[2] == before[2]
    fee, gone = json.loads(after[1])["passages"]
    assert fee["text"] == FEE.replace("8", "9")
    assert (fee["prefix"], fee["suffix"]) == (f"{RATE} "[-32:], " The end.\n")
    assert gone == json.loads(before[1])["passages"][1]
    assert json.loads(after[1])["note"] == 1


def test_what_is_for_review_is_written_only_where_a_person_takes_it(project: Path) -> None:
    (project / "docs" / "b.md").write_text(f"Archive. {GONE}\n")
    change(project, OLD.replace(GONE, ""))
    assert counts(project) == {"same": 2, "review": 1}
    left = labels(project, "repair", "--yes")
    assert (left.returncode, "--review" in left.stderr) == (4, True)
    assert labels(project, "repair", "--review", "--yes").returncode == 2
    assert labels(project, "repair", "--review", answer="n\n").returncode == 4
    assert counts(project) == {"same": 2, "review": 1}
    assert labels(project, "repair", "--review", answer="y\ny\n").returncode == 0
    assert counts(project) == {"same": 3}


def test_completing_gives_offsets_their_text(project: Path) -> None:
    row = {"id": "q", "question": "Q?", "passages": [{"doc": "a.md", "start": 0, "end": 49}]}
    (project / "q.jsonl").write_text(json.dumps(row) + "\n")
    assert "1 passage with offsets only" in labels(project, "check").stdout
    assert labels(project, "repair", "--complete", "--yes").returncode == 0
    assert json.loads((project / "q.jsonl").read_text())["passages"][0]["text"] == RATE


def test_stats_count_measure_and_doubt(project: Path) -> None:
    done = labels(project, "stats")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "3 questions, 3 items, 3 passages"
    for row in (
        "several passages          1",
        "unanswerable              1",
        "money          1",
    ):
        assert row in lines
    assert "passage length in characters: least 39  5% 39  25% 39  median 49" in done.stdout
    assert "a drop of 2 points takes about 1,546 questions" in done.stdout
    document = json.loads(labels(project, "stats", "--json", "--chunk-sizes", "8").stdout)
    assert document["schema"] == "ragcheck.labels/1"
    assert document["counts"]["documents"] == {"a.md": {"questions": 2, "passages": 3}}
    doubts = {doubt["code"]: doubt["questions"] for doubt in document["doubts"]}
    assert doubts["long_passage"] == ["q-1", "q-2"]
    assert document["power"]["questions_for_2_points"] == 1546


def test_no_name_begins_a_line_of_the_log(project: Path) -> None:
    """GitHub takes a line that begins with `::` for a command."""
    passage = {"doc": "a\n::error::x.md", "text": "nowhere"}
    asked = {"id": "q\n::error::x", "question": "?", "tags": ["t\n::error::x"]}
    (project / "q.jsonl").write_text(json.dumps(asked | {"passages": [passage]}) + "\n")
    check = labels(project, "check")
    (project / "q.jsonl").write_text(json.dumps(asked | {"unanswerable": True}) + "\n")
    stats = labels(project, "stats")
    assert (check.returncode, stats.returncode) == (4, 0)
    for done in (check, stats):
        assert "::error::x" in done.stdout
        assert "\n::" not in done.stdout + done.stderr


def test_a_reader_that_leaves_early_is_no_bug_of_ours(project: Path) -> None:
    change(project, BROKEN)
    script = f"{sys.executable} -m ragcheck labels check -v | true; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", script], cwd=project, capture_output=True, text=True)
    assert done.returncode in (4, 141)  # 4 where the pipe took all before it closed
    assert "bug" not in done.stderr


def test_add_takes_texts_of_several_documents_and_alternatives(project: Path) -> None:
    (project / "docs" / "b.md").write_text("The cap is eight dollars.\n")
    texts = ("--doc", "a.md", "--text", FEE, "--doc", "b.md", "--text", "cap is eight dollars")
    done = labels(project, "add", "--question", "Which cap?", "--any-of", *texts)
    assert done.returncode == 0, done.stderr
    assert "found in b.md at characters 4 to 24" in done.stdout
    (entry,) = json.loads((project / "q.jsonl").read_text().splitlines()[-1])["passages"]
    assert [member["doc"] for member in entry["any_of"]] == ["a.md", "b.md"]
    stats = labels(project, "stats").stdout.splitlines()
    assert stats[0] == "4 questions, 4 items, 5 passages"
    assert stats[1].endswith("further members of groups: 1")
    odd = labels(project, "add", "--question", "Odd?", *texts, "--doc", "c.md")
    assert odd.returncode == 2
    assert "in the same order" in odd.stderr


def test_check_names_documents_that_are_not_there(project: Path) -> None:
    text = (project / "q.jsonl").read_text()
    (project / "q.jsonl").write_text(text.replace('"a.md"', '"aa.md"', 1))
    change(project, OLD.replace(RATE, "Another text."))
    done = labels(project, "check")
    assert done.returncode == 4
    assert "no document `aa.md`, named by 1 passage; did you mean `a.md`?" in done.stdout
