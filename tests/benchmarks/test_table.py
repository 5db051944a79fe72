"""The table of benchmarks: ratios, what is kept, and that README quotes what was measured."""

from __future__ import annotations

import json
import re
from pathlib import Path

from benchmarks.process import Clock
from benchmarks.table import RESULTS, Row, lines, machine, markdown, pair, save
from tests.conftest import ROOT

ROW = Row("search", "seconds", "a peer", "s", (1.0, 2.0, 4.0), (6.0, 6.0, 6.0), "same rankings")


def test_a_ratio_is_the_median_over_pairs_with_its_range() -> None:
    assert ROW.ratios == [6.0, 3.0, 1.5]
    assert ROW.ratio == "3x (1.5 to 6, 3 runs)"
    assert Row("w", "f", "limit", "MiB", (3_417.2,), (8_192,)).ratio == "2.4x (1 run)"


def test_rows_are_made_of_what_both_measured_in_the_same_clock() -> None:
    ours, theirs = Clock(), Clock()
    for clock, names in ((ours, ("build", "search", "search")), (theirs, ("search", "search"))):
        for name in names:
            with clock.time(name):
                sum(range(50_000))
    (row,) = pair("work", "peer", "cpu s", ours.figures(), theirs.figures())
    assert (row.figure, row.unit, len(row.ours)) == ("search", "cpu s", 2)
    assert row.ours == tuple(ours.cpu["search"])


def test_a_part_replaces_itself_and_leaves_the_others(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    save("one", [ROW], path)
    save("two", [ROW, ROW], path)
    save("one", [Row("other", "share", "limit", "share", (0.05,), (0.1,))], path)
    parts = json.loads(path.read_text())["parts"]
    assert {name: len(part["rows"]) for name, part in parts.items()} == {"one": 1, "two": 2}
    text = path.with_suffix(".md").read_text()
    assert "| other | share | 5.0% | limit | 10.0% | 2x (1 run) |  |" in text
    assert text.count("| search | seconds | 2 s | a peer | 6 s | 3x (1.5 to 6, 3 runs) |") == 2
    assert lines([ROW]) == (
        "search, seconds: 2 s; a peer: 6 s; 3x (1.5 to 6, 3 runs) same rankings"
    )


def test_the_machine_is_described_and_not_named() -> None:
    found = machine()
    assert found["cores"] >= 1
    assert found["memory_gib"] > 0
    assert {"numpy", "scipy"} <= set(found["libraries"])
    assert "/" not in json.dumps({**found, "processor": ""})


def test_the_committed_table_reads_as_the_committed_results() -> None:
    assert RESULTS.with_suffix(".md").read_text() == markdown(json.loads(RESULTS.read_text()))
    assert not re.search(r"/(tmp|home|work|root)/", RESULTS.read_text())


def test_readme_quotes_rows_of_the_committed_table() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    quoted = readme.split("<!-- benchmarks -->\n")[1].split("<!-- end of benchmarks -->")[0]
    rows = [line for line in quoted.splitlines() if line.startswith("| ")]
    assert len(rows) > 5
    assert set(rows) <= set(RESULTS.with_suffix(".md").read_text().splitlines())
