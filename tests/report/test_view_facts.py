"""The facts, warnings and expectations of the Verdict screen."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ragcheck.records import Notice, Summary
from ragcheck.report.choice import choose
from ragcheck.report.load import load
from ragcheck.report.view_facts import facts
from ragcheck.report.view_verdict import build_verdict
from ragcheck.run import RunFolder


def test_the_model_is_named_and_its_folder_is_not(small_run: RunFolder) -> None:
    assert dict(facts(load(small_run)))["Model"] == "letters-3"


def test_a_model_of_the_hub_keeps_its_owner(small_run: RunFolder) -> None:
    data = load(small_run)
    cell = data.cells[0]
    config = {"name": "dense", "embedder": {"name": "x", "model": "BAAI/bge-small-en"}}
    system = replace(cell.result.system, retriever=config)
    cells = (replace(cell, result=replace(cell.result, system=system)),)
    assert dict(facts(replace(data, cells=cells)))["Model"] == "BAAI/bge-small-en"


def test_a_run_without_embedder_names_no_model(hostile_run: RunFolder) -> None:
    assert "Model" not in dict(facts(load(hostile_run)))


def test_a_warning_that_systems_share_is_said_once(small_run: RunFolder) -> None:
    data = load(small_run)
    same = tuple(Notice("truncation", "reads 256", id) for id in ("a/dense", "a/hybrid"))
    run = replace(data.run, warnings=(*same, Notice("few", "few questions")))
    unfinished, *found = build_verdict(replace(data, run=run), choose(data)).warnings
    assert unfinished.text.startswith("1 of 12 planned systems not finished")
    assert unfinished.systems == ("section-256/dense",)
    assert [(w.text, w.systems) for w in found] == [
        ("reads 256", ("a/dense", "a/hybrid")),
        ("few questions", ()),
    ]


@pytest.mark.parametrize(("less", "words"), [(0.0, "comes to the same"), (0.02, "expect that")])
def test_what_to_expect_of_other_questions(small_run: RunFolder, less: float, words: str) -> None:
    data = load(small_run)
    choice = choose(data)
    assert choice is not None
    mean = choice.best.mean(data.order)
    assert mean is not None
    honest = Summary(mean - less, 0.5, 0.9, 70)
    sentences = build_verdict(data, replace(choice, honest=honest)).sentences
    assert words in sentences[-1]
    assert f"{mean:.3f}" in sentences[-1]
