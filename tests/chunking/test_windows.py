"""Fixed and overlapping windows."""

from __future__ import annotations

from pathlib import Path

import pytest

from ragcheck.chunking import Fixed, Overlap, chunk_collection
from ragcheck.chunking.options import resolve_overlap
from ragcheck.errors import ConfigError
from ragcheck.records import Document, Piece

TEXT = "Late fees are capped at $8 per month. "


def texts(chunker: Fixed | Overlap, text: str = TEXT) -> list[str]:
    return [text[piece.start : piece.end] for piece in chunker.chunk(Document("a.txt", text))]


def test_fixed_cuts_every_size_tokens() -> None:
    assert texts(Fixed(4)) == ["Late fees are capped", " at $8 per", " month. "]


def test_fixed_counts_characters_by_option() -> None:
    assert texts(Fixed(20, "characters")) == [TEXT[:20], TEXT[20:]]


def test_fixed_offset_shortens_the_first_chunk() -> None:
    assert texts(Fixed(4, offset=3))[:2] == ["Late", " fees are capped at"]
    assert texts(Fixed(20, "characters", offset=15)) == [TEXT[:5], TEXT[5:25], TEXT[25:]]


def test_fixed_ends_before_a_character_whose_tokens_do_not_fit() -> None:
    # 漢 has two tokens: the third token starts inside it.
    assert texts(Fixed(2), "a漢b") == ["a", "漢", "b"]
    assert texts(Fixed(3), "a漢b") == ["a漢", "b"]


def test_fixed_keeps_a_character_of_more_tokens_than_the_size() -> None:
    assert texts(Fixed(1), "a漢b") == ["a", "漢", "b"]


def test_overlap_repeats_the_end_of_the_window_before() -> None:
    assert texts(Overlap(6, 2), TEXT.rstrip()) == [
        "Late fees are capped at $",
        " at $8 per month.",
    ]


def test_the_last_window_is_no_repeat() -> None:
    # Only white space is left after the second window: a third would repeat its end.
    assert texts(Overlap(20, 5, "characters"), "x" * 35 + " " * 9) == ["x" * 20, "x" * 20]


def test_empty_and_blank_documents_have_no_windows() -> None:
    documents = [Document("a", ""), Document("b", " \n\t"), Document("c", "\u00a0")]
    for chunker in (Fixed(2), Overlap(2, 1), Fixed(2, "characters")):
        assert len(chunk_collection(documents, chunker, "cl100k_base")) == 0


@pytest.mark.parametrize(
    ("overlap", "size", "units"),
    [
        (64, 256, 64),
        (0.2, 256, 51),
        (0.2, 512, 102),
        ("20%", 512, 102),
        ("64", 256, 64),
        (" 0.5 ", 7, 4),
        (0.001, 256, 1),
        (0.999, 2, 1),
        ("12.5%", 200, 25),
    ],
)
def test_overlap_in_units_or_as_a_share(overlap: float | str, size: int, units: int) -> None:
    assert resolve_overlap(overlap, size) == units


@pytest.mark.parametrize("overlap", [0, -1, 1.0, 1.5, 0.0, "0", "100%", "lots", "", True, 256, 300])
def test_an_overlap_that_cannot_be_used(overlap: float | str) -> None:
    with pytest.raises(ConfigError, match="option `overlap`") as caught:
        Overlap(256, overlap)
    assert "20%" in str(caught.value.hint)


@pytest.mark.parametrize("chunker", [Fixed, Overlap])
@pytest.mark.parametrize("size", [0, -3, 2.5, True, "256"])
def test_a_size_that_cannot_be_used(chunker: type, size: object) -> None:
    with pytest.raises(ConfigError, match="option `size`"):
        chunker(size)


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"unit": "words"}, "option `unit`"),
        ({"offset": 512}, "option `offset`"),
        ({"offset": -1}, "option `offset`"),
        ({"tokenizer": "gpt9"}, "unknown tokenizer"),
    ],
)
def test_other_options_that_cannot_be_used(options: dict[str, object], named: str) -> None:
    with pytest.raises(ConfigError, match=named):
        Fixed(512, **options)


def test_the_published_number_of_windows(shared_data: Path) -> None:
    # shared/data/README.md: cl100k windows of 200 and 800 tokens.
    folder = shared_data / "chroma_general" / "docs"
    documents = [Document(p.name, p.read_text(encoding="utf-8")) for p in sorted(folder.iterdir())]
    counts = [len(chunk_collection(documents, Fixed(n), "cl100k_base")) for n in (200, 800)]
    assert counts == [1644, 413]


def test_pieces_are_disjoint_spans_of_the_whole_text() -> None:
    assert Fixed(20, "characters").chunk(Document("a", TEXT)) == [Piece(0, 20), Piece(20, 38)]
