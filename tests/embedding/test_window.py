"""How much of a text an embedder reads: found for any of them, exactly, for few encodings."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from ragcheck.chunking import Fixed, chunk_collection
from ragcheck.documents import read_documents
from ragcheck.embedding.probing import steps
from ragcheck.embedding.sentence_transformer import SentenceTransformerEmbedder
from ragcheck.embedding.window import Window
from ragcheck.protocols import TextKind
from ragcheck.records import Floats
from tests.embedding.reading import (
    Cut,
    PieceReader,
    Reader,
    everything,
    first_characters,
    first_pieces,
    first_words,
)


@pytest.fixture(scope="module")
def pages(fixtures: Path) -> list[str]:
    """Real text of 200 to 2,000 characters, in Markdown and prose."""
    sizes = np.random.default_rng(3)
    found = []
    for path in sorted((fixtures / "docs").rglob("*.*")):
        text, start = path.read_text("utf-8"), 0
        while start < len(text):
            size = int(sizes.integers(200, 2000))
            found.append(text[start : start + size])
            start += size
    return found


def expected(texts: Sequence[str], cut: Cut) -> list[int]:
    """The end of the last word of which anything is read, or the whole text."""
    found = []
    for text in texts:
        ends = steps(text)
        last = int(np.searchsorted(ends, len(cut(text).rstrip())))
        found.append(int(ends[last]) if last < len(ends) - 1 else len(text))
    return found


@pytest.mark.parametrize(
    "reader",
    [
        Reader(first_characters(1000)),
        Reader(first_words(150)),
        PieceReader(first_pieces(300)),
        PieceReader(first_characters(700)),
        PieceReader(first_words(100)),
        Reader(everything),
        PieceReader(everything),
    ],
    ids=["characters", "words", "pieces", "not its pieces", "nor these", "all", "all pieces"],
)
def test_what_is_read_is_found_exactly_for_few_encodings(reader: Reader, pages: list[str]) -> None:
    window = Window(reader, Reader(reader.cut).embed_documents)
    assert window.read(pages).tolist() == expected(pages, reader.cut)
    assert window.asked == len(reader.asked)
    assert window.asked < len(pages) / 5
    before = window.asked
    again = [text[7:] for text in pages]
    assert window.read(again).tolist() == expected(again, reader.cut)
    assert window.asked - before < 30


def test_without_a_ruler_that_fits_few_texts_are_probed_and_the_rest_estimated(
    pages: list[str],
) -> None:
    reader = Reader(first_pieces(300))
    few = pages[:12]
    assert Window(reader).read(few).tolist() == expected(few, reader.cut)
    window = Window(reader)
    found, wanted = window.read(pages), np.array(expected(pages, reader.cut))
    assert window.asked < 200
    assert abs(found.sum() / wanted.sum() - 1) < 0.05


class Pooling:
    """Means of words, window by window, weighted by place: long texts are read to their end."""

    fingerprint = "pooling"

    def embed(self, texts: Sequence[str], *, kind: TextKind) -> Floats:
        return np.stack([self._vector(text.split()) for text in texts])

    def _vector(self, words: list[str]) -> Floats:
        rows = Reader(everything).embed(words, kind="document")
        place = np.linspace(1, 0.5, len(words), dtype=np.float32)[:, None]
        parts = [(rows * place)[n : n + 64].mean(axis=0) for n in range(0, len(words), 64)]
        return np.asarray(np.mean(parts, axis=0), np.float32)


def test_an_embedder_that_pools_over_windows_reads_everything(pages: list[str]) -> None:
    texts = [text for text in pages if text.strip()][:60]
    assert Window(Pooling()).read(texts).tolist() == [len(text) for text in texts]


class Noisy(Reader):
    """Hosted models give no vector twice: every answer is off by up to one in a thousand."""

    def embed(self, texts: Sequence[str], *, kind: TextKind) -> Floats:
        rows = super().embed(texts, kind=kind)
        noise = np.random.default_rng(len(self.asked)).uniform(-1, 1, rows.shape)
        return np.asarray(rows * (1 + 1e-3 * noise), np.float32)


def test_an_embedder_that_does_not_repeat_itself_is_still_understood(pages: list[str]) -> None:
    reader = Noisy(first_words(120))
    assert Window(reader).read(pages[:80]).tolist() == expected(pages[:80], reader.cut)


def test_an_embedder_that_answers_at_random_is_not_called_truncating(pages: list[str]) -> None:
    class Random(Reader):
        def embed(self, texts: Sequence[str], *, kind: TextKind) -> Floats:
            rows = super().embed(texts, kind=kind)
            return np.random.default_rng(len(self.asked)).normal(size=rows.shape).astype("f4")

    texts = pages[:30]
    assert Window(Random(everything)).read(texts).tolist() == [len(text) for text in texts]


@pytest.mark.parametrize(
    "reader",
    [Reader(first_words(50)), Reader(first_pieces(90)), PieceReader(first_pieces(90))],
)
def test_a_short_text_may_be_the_one_that_is_cut(reader: Reader) -> None:
    long = " ".join(["unremunerated"] * 20)
    texts = [*[f"{long} {number}" for number in range(30)], " ".join(["a."] * 60), long]
    assert Window(reader).read(texts).tolist() == expected(texts, reader.cut)
    assert expected(texts, reader.cut)[30] < len(texts[30])


def test_what_fits_the_longest_text_is_not_believed_of_all() -> None:
    def moody(text: str) -> str:
        return first_words(40 if text.startswith("y") else 20)(text)

    texts = [f"{'y' if number % 4 == 0 else 'x'} {'late fees ' * 30}" for number in range(12)]
    texts[8] += "late fees"
    assert Window(Reader(moody)).read(texts).tolist() == expected(texts, moody)


def test_texts_on_which_rulers_disagree_are_probed() -> None:
    texts = [f"{'fresh ' * 29}{number:05}" for number in range(30)]
    texts[13] = "passenger " * 13
    reader = Reader(first_characters(35))
    assert Window(reader).read(texts).tolist() == [35 if n != 13 else 39 for n in range(30)]


def test_blank_texts_single_words_and_no_texts() -> None:
    reader = Reader(first_characters(4))
    texts = ["", " \n", "word", "unbelievable", "one two three"]
    assert Window(reader).read(texts).tolist() == [0, 2, 4, 12, 3]
    assert Window(reader).read([]).tolist() == []


def test_scripts_without_spaces_are_told_to_the_letter() -> None:
    texts = ["退款由当班主管批准并在三十天内完成" * n for n in (2, 3, 5, 8)]
    assert Window(Reader(first_characters(40))).read(texts).tolist() == [34, 40, 40, 40]


def test_equal_questions_have_equal_answers(pages: list[str]) -> None:
    one, other = Reader(first_words(90)), Reader(first_words(90))
    assert Window(one).read(pages).tolist() == Window(other).read(pages).tolist()
    assert one.asked == other.asked


@pytest.mark.model
def test_the_default_model_reads_half_of_a_chunk_of_512_tokens(fixtures: Path) -> None:
    documents = read_documents(fixtures / "docs" / "policies")[0][3:4]
    model = SentenceTransformerEmbedder()
    window = Window(model)
    shares = {}
    for size in (64, 256, 512):
        texts = chunk_collection(documents, Fixed(size), "cl100k_base").texts(documents)[:40]
        read = window.read(texts)
        shares[size] = 1 - read.sum() / sum(map(len, texts))
        pieces = model.pieces(texts)
        for text, ends, stop in zip(texts, pieces, read, strict=True):
            # 256 with the marks at both ends; a word is read of which the last piece is a part.
            place = steps(text)
            last = place[np.searchsorted(place, ends[:254][-1])]
            assert stop == (last if last < place[-1] else len(text))
    assert shares[64] == 0
    assert 0 < shares[256] < 0.1
    assert 0.4 < shares[512] < 0.6
    assert window.asked < 60
