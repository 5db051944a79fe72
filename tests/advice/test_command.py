"""The command of an advice is the sweep it means: read back by the program, it builds the same."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import click
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ragcheck import grid
from ragcheck.advice.command import USUAL, component, one_system, words
from ragcheck.cli.sweep import command
from ragcheck.config import configure
from ragcheck.records import Cut, Plan, Run, System
from ragcheck.run_json import SCHEMA
from ragcheck.settings import Settings, plain

CHUNKERS = (
    {"name": "fixed"},
    {"name": "fixed", "unit": "characters"},
    {"name": "fixed", "size": 300},
    {"name": "overlap"},
    {"name": "overlap", "overlap": "30%", "unit": "characters"},
    {"name": "section"},
    {"name": "section", "heading_path": True},
    {"name": "sentence", "keep_whole": "yes"},
    {"name": "sentence"},
)
RETRIEVERS = (
    {"name": "bm25"},
    {"name": "bm25", "variant": "plus", "k1": 1.2},
    {"name": "bm25", "variant": "plus"},
    {"name": "hybrid", "fusion": "weighted", "weight": "0.250", "second": "bm25"},
)


def run_of(settings: Settings) -> Run:
    """A run that has planned these settings and finished nothing."""
    kept = {k: v for k, v in plain(settings).items() if v not in (None, []) and k != "out"}
    plan = Plan({}, Cut(5), (5,), (), "cl100k_base", True, kept)
    return Run(SCHEMA, "0", {}, {}, plan, ())


def read_back(argv: tuple[str, ...]) -> Settings:
    """The settings that `ragcheck sweep` takes from these words."""
    assert argv[:2] == ("ragcheck", "sweep")
    taken: dict[str, Any] = {}
    with command.make_context("sweep", list(argv[2:])) as context:
        names = {field.name for field in dataclasses.fields(Settings)}
        taken = {k: v for k, v in context.params.items() if k in names}
    return configure(taken).settings


@given(
    st.lists(st.sampled_from(CHUNKERS), min_size=1, max_size=4, unique_by=str),
    st.lists(st.sampled_from(RETRIEVERS), min_size=1, max_size=3, unique_by=str),
    st.sampled_from([Cut(5), Cut(7), Cut(2000, "t")]),
    st.booleans(),
    st.data(),
)
@settings(deadline=None, max_examples=40)
def test_one_system_of_a_run_is_built_again(
    chunkers: list[Any], retrievers: list[Any], at: Cut, twins: bool, data: st.DataObject
) -> None:
    given_settings = Settings(
        chunkers=tuple(chunkers),
        retrievers=tuple(retrievers),
        chunk_sizes=(64, 128),
        overlaps=(0.2, 16),
        at=at,
        twins=twins,
    )
    run = run_of(given_settings)
    chunker = data.draw(st.sampled_from(grid.chunkers(given_settings)))
    retriever = data.draw(st.sampled_from(grid.retrievers(given_settings)))
    made = one_system(run, System("", chunker.options, retriever.options))
    for again in (Settings(**parsed(made)), read_back(words(made))):
        (one,), (other,) = grid.chunkers(again), grid.retrievers(again)
        assert (one.id, one.options) == (chunker.id, chunker.options)
        assert (other.id, other.options) == (retriever.id, retriever.options)
        assert (again.at, again.twins) == (at, twins)


def parsed(values: Mapping[str, Any]) -> dict[str, Any]:
    fields = Settings.__dataclass_fields__
    return {key: fields[key].metadata["parse"](value) for key, value in values.items()}


def test_what_a_command_leaves_out_is_the_default() -> None:
    defaults = plain(Settings())
    assert {key: defaults[key] for key in USUAL} == dict(USUAL)


def test_every_label_file_has_its_flag() -> None:
    made = {"docs": "d", "labels": ["a.jsonl", "b c.jsonl"], "chunkers": [{"name": "fixed"}]}
    found = words(made)
    assert found == (
        "ragcheck", "sweep", "--docs", "d", "--labels", "a.jsonl", "--labels", "b c.jsonl",
        "--chunkers", "fixed",
    )  # fmt: skip


@pytest.mark.parametrize(
    "options",
    [
        {"name": "dense", "embedder": {"name": "sentence-transformer", "model": "m"}},
        {"name": "own", "separators": ["a", "b"]},
        {"name": "own", "separator": ","},
    ],
)
def test_what_no_flag_can_say_gives_no_command(options: dict[str, Any]) -> None:
    assert component(options) is None
    assert words({"retrievers": [options]}) == ()


def test_unset_options_and_switches() -> None:
    assert component({"name": "bm25", "delta": None, "fast": True}) == "bm25,fast=true"
    assert isinstance(command, click.Command)
