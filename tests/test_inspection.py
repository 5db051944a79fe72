"""What an inspection says of documents whose faults are known, and of the shared sets."""

from __future__ import annotations

from pathlib import Path

import pytest

from ragcheck import api, grid
from ragcheck.chunking import Fixed
from ragcheck.config import configure
from ragcheck.documents import read_documents
from ragcheck.inspection import LARGE, inspect
from ragcheck.labels import load_collection
from ragcheck.prepare import prepare
from ragcheck.records import Collection
from ragcheck.tokens import count_tokens
from tests.measures.build import collection, item, span


def chunkers(**settings):
    return grid.chunkers(configure(settings).settings)


def test_documents_that_are_empty_or_very_large():
    big = "word " * (LARGE + 1)
    made = collection({"a.txt": "", "b.txt": " \n\t", "c.txt": "Some words.", "big.txt": big})
    found = inspect(made, chunkers(chunkers="fixed", chunk_sizes="512")).documents
    assert (found.count, found.empty) == (4, ("a.txt", "b.txt"))
    assert found.large == {"big.txt": count_tokens(big)}
    assert found.characters == len(big) + 14


def test_without_questions_nothing_is_said_of_passages():
    made = collection({"c.txt": "Some words."})
    found = inspect(made, chunkers(chunkers="fixed,section", chunk_sizes="64"))
    assert [one.chunker for one in found.chunkings] == ["fixed-64", "section-64"]
    assert {one.passages for one in found.chunkings} == {None}
    assert {one.size for one in found.chunkings} == {64}


def test_only_windows_of_a_fixed_size_get_advice():
    texts = {"a.txt": "one two three four five six seven eight " * 40}
    made = collection(texts, [item(span(texts, "a.txt", "three four five six", 7))])
    asked = chunkers(chunkers="fixed,overlap,section", chunk_sizes="64", overlaps="16")
    fixed, overlap, section = (one.passages for one in inspect(made, asked).chunkings)
    assert fixed and overlap and section
    assert (fixed.overlap, fixed.advice.length, fixed.advice.overlap) == (0, 4, 3)
    assert fixed.advice.severed == pytest.approx(3 / 64)
    assert (overlap.overlap, overlap.advice.severed) == (16, 0)
    assert (section.count, section.overlap, section.advice) == (1, None, None)


def test_characters_are_advised_in_characters():
    texts = {"a.txt": "one two three four five six seven eight " * 40}
    made = collection(texts, [item(span(texts, "a.txt", "three four five six", 7))])
    (found,) = inspect(made, chunkers(chunkers="fixed,unit=characters,size=50")).chunkings
    assert found.passages and found.passages.advice
    assert (found.passages.advice.length, found.passages.advice.overlap) == (19, 18)


def test_the_advised_overlap_is_what_a_sweep_then_measures(fixtures: Path):
    docs, labels = fixtures / "docs", [fixtures / "labels" / "policies.jsonl"]
    made, _ = load_collection("", docs, labels)
    (before,) = inspect(made, chunkers(chunkers="fixed", chunk_sizes="512")).chunkings
    assert before.passages and before.passages.advice
    advice = before.passages.advice
    assert advice.overlap
    assert abs(before.passages.severed - advice.severed) < 0.08  # 76 passages
    asked = chunkers(chunkers="overlap", chunk_sizes="512", overlaps=str(advice.overlap))
    (after,) = inspect(made, asked).chunkings
    assert after.passages and after.passages.severed <= 0.05 < before.passages.severed


def test_figures_are_those_of_a_sweep(fixtures: Path, tmp_path: Path):
    flags = {
        "docs": str(fixtures / "docs"),
        "labels": [str(fixtures / "labels" / "policies.jsonl")],
        "chunkers": "fixed,section",
        "chunk_sizes": "128",
        "retrievers": "bm25",
        "out": str(tmp_path / "run"),
    }
    configured = configure(flags)
    run = api.sweep(prepare(configured)).run
    made, _ = load_collection("", fixtures / "docs", [Path(flags["labels"][0])])
    found = inspect(made, grid.chunkers(configured.settings))
    for one, result in zip(found.chunkings, run.systems, strict=True):
        assert one.health.breaks == result.breaks
        assert one.health.count == result.chunks["count"]
        assert one.health.sizes.most == result.chunks["max_tokens"]
        assert one.health.sizes.mean == pytest.approx(result.chunks["mean_tokens"])


def test_the_closed_form_holds_on_real_labels(shared_data: Path):
    folder = shared_data / "chroma_general"
    made, _ = load_collection("", folder / "docs", [folder / "questions.jsonl"], twins=False)
    asked = chunkers(chunkers="fixed,overlap", chunk_sizes="200,800", overlaps="0.5")
    found = [one.passages for one in inspect(made, asked).chunkings]
    assert [one.count for one in found if one] == [790] * 4
    for one in found:
        assert one and one.advice
        assert abs(one.severed - one.advice.severed) < 0.033


def test_real_markdown_with_everything_in_it(shared_data: Path):
    documents, _ = read_documents(shared_data / "prometheus_docs" / "docs")
    made = Collection("", documents, (), "")
    (found,) = inspect(made, chunkers(chunkers="fixed", chunk_sizes="256")).chunkings
    assert all(found.health.breaks[kind]["broken"] for kind in found.health.breaks)
    texts = {document.id: document.text for document in documents}
    for examples in found.health.examples.values():
        assert len(examples) == 3
        for example in examples:
            line = texts[example.document].split("\n")[example.line - 1]
            # Tables have bars of their own: one of them is the cut.
            following = [part.split(" ")[0] for part in example.text.split(" | ")[1:]]
            assert any(word in line for word in following)


def test_a_chunker_without_size_has_no_small_chunks():
    class Whole:
        def chunk(self, document):
            return Fixed(4096).chunk(document)

    made = collection({"c.txt": "Some words."})
    (component,) = chunkers(chunkers="fixed", chunk_sizes="64")
    component = type(component)("whole", {"name": "whole"}, Whole(), ())
    (found,) = inspect(made, [component]).chunkings
    assert (found.size, found.health.sizes.small, found.health.count) == (None, None, 1)
