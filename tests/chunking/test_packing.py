"""Chunkers that fill chunks with whole parts: sentence, paragraph, recursive."""

from __future__ import annotations

import pytest

from ragcheck.chunking import Paragraph, Recursive, Sentence
from ragcheck.chunking.levels import sentence_level
from ragcheck.errors import ConfigError
from ragcheck.protocols import Chunker
from ragcheck.records import Document

TEXT = """One two three. Four five six.
Seven eight nine ten.

Short paragraph.

Another short one."""


def texts(chunker: Chunker, text: str = TEXT, name: str = "a.txt") -> list[str]:
    return [text[piece.start : piece.end] for piece in chunker.chunk(Document(name, text))]


def test_sentences_fill_a_chunk() -> None:
    assert texts(Sentence(8)) == [
        "One two three. Four five six.",
        "Seven eight nine ten.\n\nShort paragraph.",
        "Another short one.",
    ]


def test_a_sentence_that_is_too_long_is_cut_between_words_or_kept() -> None:
    long = "Short one. " + "alpha beta gamma delta epsilon zeta. " + "Last one."
    # A token starts with the space before its word: ` alpha` starts outside.
    assert texts(Sentence(4), long) == [
        "Short one.",
        "alpha beta gamma delta epsilon",
        "zeta.",
        "Last one.",
    ]
    kept = texts(Sentence(4, keep_whole=True), long)
    assert kept == ["Short one.", "alpha beta gamma delta epsilon zeta.", "Last one."]


def test_a_word_that_is_too_long_is_cut_between_tokens() -> None:
    assert texts(Sentence(5), "x" * 100) == ["x" * 40, "x" * 40, "x" * 20]


def test_paragraphs_fill_a_chunk() -> None:
    assert texts(Paragraph(15)) == [
        "One two three. Four five six.\nSeven eight nine ten.",
        "Short paragraph.\n\nAnother short one.",
    ]


def test_a_paragraph_that_is_too_long_is_cut_between_sentences_or_kept() -> None:
    assert texts(Paragraph(10)) == [
        "One two three. Four five six.",
        "Seven eight nine ten.",
        "Short paragraph.\n\nAnother short one.",
    ]
    assert texts(Paragraph(10, keep_whole=True))[0].endswith("nine ten.")


def test_recursive_goes_through_lines_to_sentences() -> None:
    assert texts(Recursive(8)) == [
        "One two three. Four five six.",
        "Seven eight nine ten.",
        "Short paragraph.\n\nAnother short one.",
    ]
    assert texts(Recursive(5))[:3] == ["One two three.", "Four five six.", "Seven eight nine ten."]


def test_sentence_level_takes_lines_where_there_is_no_prose() -> None:
    text = "# Title\n\n1. First. Second.\n\n| a |\n|---|\n| b. c |\n\n```\nx. y\n\nz\n```\nEnd."
    spans = sentence_level(Document("a.md", text)).tolist()
    assert [text[start:end] for start, end in spans] == [
        "# Title",
        "1. First.",
        "Second.",
        "| a |",
        "|---|",
        "| b. c |",
        "```",
        "x. y",
        "z",
        "```",
        "End.",
    ]


@pytest.mark.parametrize("made", [Sentence, Paragraph, Recursive])
def test_empty_documents_and_wrong_options(made: type) -> None:
    assert texts(made(8), "") == texts(made(8), " \n\n ") == []
    with pytest.raises(ConfigError, match="option `size`"):
        made(0)
    with pytest.raises(ConfigError, match="unknown tokenizer"):
        made(8, tokenizer="gpt9")


@pytest.mark.parametrize("made", [Sentence, Paragraph, Recursive])
def test_a_line_of_a_megabyte(made: type) -> None:
    pieces = texts(made(256), "Hello you. " * 50_000 + "y" * 450_000)
    assert sum(map(len, pieces)) > 990_000
