"""The invented language: words as frequent as the law says, the same texts for the same seed."""

from __future__ import annotations

from collections import Counter

from benchmarks.language import Language
from ragcheck.retrieval.words import words
from ragcheck.structure import structure


def test_a_seed_gives_the_same_texts_and_another_seed_others() -> None:
    texts = list(Language(1_000, seed=1).chunks(20))
    assert texts == list(Language(1_000, seed=1).chunks(20))
    assert texts != list(Language(1_000, seed=2).chunks(20))
    assert all(60 <= len(text.split()) <= 180 for text in texts)


def test_words_follow_the_law() -> None:
    texts = list(Language(100_000).chunks(3_000))
    counts = Counter(word.strip(".").lower() for text in texts for word in text.split())
    shares = [count / counts.total() for _, count in counts.most_common(200)]
    # P(r) ~ (r + 1) ** -1.1, r from 1.
    for rank in (2, 10, 100):
        expected = ((rank + 1) / 2) ** -1.1
        assert abs(shares[rank - 1] / shares[0] / expected - 1) < 0.15
    half = Counter(word for text in texts[:1_500] for word in text.split())
    assert 1.2 * len(half) < len(Counter(word for text in texts for word in text.split()))


def test_a_question_shares_its_words_with_a_text() -> None:
    language = Language(5_000)
    texts = list(language.chunks(50))
    held = [set(words(text)) for text in texts]
    for question in language.questions(texts, 10):
        assert any(set(words(question)) <= known for known in held)


def test_a_document_has_every_kind_of_block() -> None:
    text = Language(2_000).markdown(30_000)
    assert 30_000 <= len(text) < 33_000
    found = structure(text, True)
    for kind in ("sentence", "paragraph", "list_item", "table", "code_fence", "heading_block"):
        assert len(getattr(found, kind)), kind
