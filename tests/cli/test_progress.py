"""What a sweep tells on stderr: the plan, how far it is, and what the causes cost."""

from __future__ import annotations

import re

import pytest

from ragcheck.cli.progress import Progress, describe, spent
from ragcheck.sweep.watch import Cost, Work


def lines(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().err.splitlines()


def test_texts_that_only_a_diagnosis_needs_do_not_run_past_the_end(
    capsys: pytest.CaptureFixture[str],
) -> None:
    progress = Progress(quiet=False, warn=False)
    progress.planned(Work(cells=2, finished=0, texts=100, cached=0, tokens=4000))
    progress.begins("a/dense")
    progress.embedded(100)
    progress.judged("a/dense")
    progress.judged("a/hybrid")
    for system in ("a/dense", "a/hybrid"):
        progress.diagnoses(system)
        progress.embedded(1000)
        progress.finished(system)
    said = lines(capsys)
    shares = [int(found[1]) for line in said if (found := re.match(r" *(\d+)%", line))]
    assert shares == sorted(shares)
    assert shares[-1] == 100
    assert all(share < 100 for share in shares[:-1])


def test_the_plan_says_what_it_cannot_count() -> None:
    on_top = "tracing misses to their causes comes on top"
    assert on_top in describe(Work(2, 1, 100, 100, 0, diagnosis=True))
    assert on_top not in describe(Work(2, 2, 100, 100, 0, diagnosis=True))
    assert on_top not in describe(Work(2, 0, 100, 100, 0, diagnosis=False))
    assert on_top not in describe(Work(2, 0, 0, 0, 0, diagnosis=True))


def test_the_cost_of_the_causes_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    cost = Cost(misses=1200, seconds=12.34, whole=61.7, embedding=800, encodings=2000, placebo=450)
    expected = (
        "causes: 1,200 misses traced in 12.3 s, 20% of the sweep; "
        "2.5 texts embedded for a miss, 450 for the placebo"
    )
    assert spent(cost) == expected
    Progress(quiet=False, warn=False).diagnosed(cost)
    assert lines(capsys) == [expected]
    Progress(quiet=True, warn=False).diagnosed(cost)
    assert lines(capsys) == []


def test_nothing_is_said_of_texts_where_none_were_embedded() -> None:
    assert spent(Cost(1, 0.04, 2.0, 0, 0, 0)) == "causes: 1 miss traced in 0.0 s, 2% of the sweep"
