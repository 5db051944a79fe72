"""The chunking of a collection, and what a plug-in may do wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pytest

from ragcheck.chunking import Section, chunk_collection
from ragcheck.errors import ComponentError
from ragcheck.records import Document, Piece
from ragcheck.tokens import count_tokens

DOCUMENTS = [Document("one.md", "alpha beta gamma"), Document("empty.md", ""), Document("b", "x y")]


@dataclass(frozen=True)
class Given:
    """A chunker that returns what it is told, for documents with text."""

    pieces: Sequence[object]

    def chunk(self, document: Document) -> Sequence[object]:
        return self.pieces if document.text else []


def test_chunks_are_ordered_with_prefixes_in_a_table() -> None:
    chunker = Given([Piece(2, 3, "T\n"), Piece(0, 3), Piece(0, 2, "T\n"), Piece(0, 1, "U\n")])
    chunks = chunk_collection(DOCUMENTS, chunker, "cl100k_base")
    assert chunks.document.tolist() == [0] * 4 + [2] * 4
    assert chunks.start.tolist() == [0, 0, 0, 2] * 2
    assert chunks.end.tolist() == [1, 2, 3, 3] * 2
    assert chunks.prefixes == ("", "U\n", "T\n")
    assert chunks.texts(DOCUMENTS)[:4] == ["U\na", "T\nal", "alp", "T\np"]
    assert chunks.tokens[4] == 1 + count_tokens("U\n")
    arrays = (chunks.document, chunks.start, chunks.end, chunks.tokens, chunks.prefix)
    assert {array.dtype for array in arrays} == {np.dtype(np.int32)}


def test_white_space_alone_is_no_chunk() -> None:
    document = Document("a", "a \n b")
    chunks = chunk_collection([document], Given([Piece(0, 1), Piece(1, 4)]), "cl100k_base")
    assert chunks.start.tolist() == [0]


def test_nothing_to_chunk() -> None:
    chunks = chunk_collection([], Given([]), "cl100k_base")
    assert len(chunks) == 0
    assert chunks.start.dtype == np.int32


def test_cost_follows_the_tokenizer_of_the_judge() -> None:
    document = Document("a", "漢字")
    costs = [
        int(chunk_collection([document], Given([Piece(0, 2)]), name).tokens[0])
        for name in ("cl100k_base", "o200k_base")
    ]
    assert costs == [count_tokens("漢字", "cl100k_base"), count_tokens("漢字", "o200k_base")]
    assert costs[0] != costs[1]


@pytest.mark.parametrize(
    "piece",
    [
        Piece(0, 17),
        Piece(-1, 3),
        Piece(3, 3),
        Piece(4, 2),
        Piece(0, 1, None),
        Piece(0, 1.5),
        (0, 1),
    ],
)
def test_a_wrong_piece_names_chunker_document_and_piece(piece: object) -> None:
    with pytest.raises(ComponentError, match=r"chunker `Given` .* one\.md \(16 characters\)") as c:
        chunk_collection(DOCUMENTS[:1], Given([Piece(0, 1), piece]), "cl100k_base")
    assert repr(piece) in c.value.message


def test_integers_of_other_types_are_positions() -> None:
    piece = Piece(np.int64(0), np.int64(5))
    assert chunk_collection(DOCUMENTS[:1], Given([piece]), "cl100k_base").end.tolist() == [5]


class Broken:
    """A chunker that fails half way."""

    def chunk(self, document: Document) -> Sequence[Piece]:
        raise KeyError(document.id)


def test_a_failing_chunker_is_named_with_the_document() -> None:
    with pytest.raises(ComponentError, match=r"chunker `Broken` failed on one\.md: KeyError") as c:
        chunk_collection(DOCUMENTS, Broken(), "cl100k_base")
    assert isinstance(c.value.__cause__, KeyError)


def test_a_chunker_that_returns_nothing_is_named() -> None:
    with pytest.raises(ComponentError, match="chunker `Given` failed on one"):
        chunk_collection(DOCUMENTS, Given(None), "cl100k_base")


def test_equal_inputs_give_equal_bytes() -> None:
    document = Document("a.md", "# A\n\n" + "alpha beta. " * 50)
    first, second = (
        chunk_collection([document], Section(32, heading_path=True), "cl100k_base") for _ in "ab"
    )
    assert first.start.tobytes() == second.start.tobytes()
    assert first.prefixes == second.prefixes
