"""The fixtures are what the issue of a realistic set asks: varied, hard, and worth a comparison."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from ragcheck.labels import load_collection
from ragcheck.records import Collection
from ragcheck.run import RunFolder, open_folder

TAGS = {"casual", "exact", "number", "list", "code", "span", "multi", "any-of", "unanswerable"}


@pytest.fixture(scope="module")
def collection(fixtures: Path) -> Collection:
    labels = sorted((fixtures / "labels").glob("*.jsonl"))
    found, notices = load_collection("fixtures", fixtures / "docs", labels)
    assert not notices
    return found


def test_size_and_kinds(collection: Collection) -> None:
    pages = [document for document in collection.documents if document.id.endswith(".md")]
    assert len(pages) >= 30
    assert len(collection.questions) >= 120
    assert max(len(page.text) for page in pages) > 50_000
    tags = Counter(tag for question in collection.questions for tag in question.tags)
    assert set(tags) >= TAGS
    assert sum(question.must_pass for question in collection.questions) >= 10


def test_no_two_pages_or_questions_differ_only_by_a_few_words(collection: Collection) -> None:
    """Near-duplicate pages are wanted, substituted words are not: share of common word trigrams."""

    def trigrams(text: str) -> set[tuple[str, ...]]:
        words = text.casefold().split()
        return set(zip(words, words[1:], words[2:], strict=False))

    for texts in (
        [document.text for document in collection.documents if len(document.text) > 1000],
        [question.text for question in collection.questions],
    ):
        grams = [trigrams(text) for text in texts]
        for index, a in enumerate(grams):
            for b in grams[:index]:
                assert len(a & b) <= 0.6 * min(len(a), len(b))


@pytest.mark.model
def test_the_default_systems_differ_and_none_is_perfect(fixtures_run: Path) -> None:
    folder: RunFolder = open_folder(fixtures_run)
    recalls = {r.system.id: r.measures["recall@2000t"].mean for r in folder.run.systems}
    assert len(recalls) == 18
    means = [mean for mean in recalls.values() if mean is not None]
    assert max(means) - min(means) >= 0.10
    assert max(means) < 0.97


@pytest.mark.parametrize("name", ["unicode", "html", "line-endings", "tiny", "longline"])
def test_hostile_collections_are_read(fixtures: Path, name: str) -> None:
    folder = fixtures / "hostile" / name
    found, _ = load_collection(name, folder / "docs", [folder / "questions.jsonl"])
    lines = (folder / "questions.jsonl").read_text("utf-8").split("\n")
    assert len(found.questions) == len([line for line in lines if line.strip()])
    texts = {document.id: document.text for document in found.documents}
    for question in found.questions:
        for item in question.items:
            for member in item.members:
                span = member.span
                assert texts[span.document][span.start : span.end].strip()
