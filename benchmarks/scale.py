"""A million chunks and a thousand questions: BM25 and dense search, seconds and peak memory.

    python -m benchmarks.scale [chunks]

Every engine is a process of its own. BM25 gets texts of an invented language (`language.py`) and
cuts them into words itself; so does bm25s, with every word kept and its numpy backend. Dense search
gets unit vectors from a file that it maps into memory, float32, and so do a NumPy product with
`argpartition` in blocks of 100 questions, and faiss's exact index where it is installed. Seconds
are those of all processors, which other work on the machine disturbs least.
"""

from __future__ import annotations

import importlib.util
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.language import Language
from benchmarks.process import Clock, alone
from benchmarks.table import Row, lines, pair, save
from ragcheck.protocols import TextKind
from ragcheck.retrieval.bm25 import BM25
from ragcheck.retrieval.dense import Dense

CHUNKS, QUESTIONS, TOP, WIDTH = 1_000_000, 1_000, 10, 384
SEARCHES = 5
#: What a search may take of memory, MiB.
LIMIT = 8 * 1024

Vectors = npt.NDArray[np.float32]


def _texts(chunks: int) -> tuple[list[str], list[str]]:
    language = Language()
    texts = list(language.chunks(chunks))
    return texts, language.questions(texts, QUESTIONS)


def bm25(chunks: int) -> dict[str, Any]:
    """Ours over texts."""
    clock = Clock()
    texts, questions = _texts(chunks)
    with clock.time("build"):
        index = BM25().index(texts)
    for _ in range(SEARCHES):
        with clock.time("search"):
            index.search(questions, k=TOP)
    return {**clock.figures(), "texts_mib": sum(map(sys.getsizeof, texts)) / 2**20}


def bm25_peer(chunks: int) -> dict[str, Any]:
    """bm25s over the same texts, words found by its own tokenizer."""
    import bm25s

    clock = Clock()
    texts, questions = _texts(chunks)
    cut: dict[str, Any] = {"stopwords": None, "show_progress": False}
    with clock.time("build"):
        index = bm25s.BM25(backend="numpy")
        index.index(bm25s.tokenize(texts, **cut), show_progress=False)
    for _ in range(SEARCHES):
        with clock.time("search"):
            index.retrieve(bm25s.tokenize(questions, **cut), k=TOP, show_progress=False)
    return clock.figures()


@dataclass(frozen=True)
class Stored:
    """An embedder whose vectors were made before."""

    documents: Vectors
    questions: Vectors

    @property
    def fingerprint(self) -> str:
        """They are of this benchmark."""
        return "benchmarks.scale"

    def embed(self, texts: Sequence[str], *, kind: TextKind) -> Vectors:
        """The stored vectors of that kind."""
        return self.documents if kind == "document" else self.questions


def store(folder: str, chunks: int) -> dict[str, Any]:
    """Write the vectors of chunks and questions, portion by portion."""
    random = np.random.default_rng(7)
    for name, count in (("documents", chunks), ("questions", QUESTIONS)):
        path = Path(folder, f"{name}.npy")
        file = np.lib.format.open_memmap(path, "w+", np.float32, (count, WIDTH))
        for start in range(0, count, 10_000):
            part = random.standard_normal((min(10_000, count - start), WIDTH), dtype=np.float32)
            file[start : start + 10_000] = part / np.linalg.norm(part, axis=1, keepdims=True)
        file.flush()
    return {}


def _vectors(folder: str) -> tuple[Vectors, Vectors]:
    documents, questions = (
        np.load(Path(folder, f"{name}.npy"), mmap_mode="r") for name in ("documents", "questions")
    )
    return documents, questions


def dense(folder: str) -> dict[str, Any]:
    """Ours, with the texts that an index holds beside its vectors."""
    clock = Clock()
    documents, questions = _vectors(folder)
    texts, asked = _texts(len(documents))
    with clock.time("build"):
        index = Dense(Stored(documents, questions)).index(texts)
    return _searched(clock, lambda: index.search(asked, k=TOP).chunk)


def dense_numpy(folder: str) -> dict[str, Any]:
    """A product and `argpartition`."""
    documents, questions = _vectors(folder)

    def search() -> npt.NDArray[np.intp]:
        rows = []
        for start in range(0, len(questions), 100):
            scores = questions[start : start + 100] @ documents.T
            found = np.argpartition(scores, -TOP, axis=1)[:, -TOP:]
            order = np.argsort(-np.take_along_axis(scores, found, axis=1), axis=1)
            rows.append(np.take_along_axis(found, order, axis=1))
        return np.concatenate(rows)

    return _searched(Clock(), search)


def dense_faiss(folder: str) -> dict[str, Any]:
    """An exact index of inner products in faiss."""
    import faiss

    clock = Clock()
    documents, questions = _vectors(folder)
    with clock.time("build"):
        index = faiss.IndexFlatIP(WIDTH)
        index.add(documents)
    return _searched(clock, lambda: index.search(questions, TOP)[1])


def _searched(clock: Clock, search: Callable[[], Any]) -> dict[str, Any]:
    for _ in range(SEARCHES):
        with clock.time("search"):
            found = search()
    return {**clock.figures(), "found": found.tolist()}


def run(chunks: int = CHUNKS) -> list[Row]:
    """All rows of this benchmark."""
    return [*_bm25_rows(chunks), *_dense_rows(chunks)]


def _bm25_rows(chunks: int) -> list[Row]:
    work = f"BM25, {chunks:,} chunks, {QUESTIONS:,} questions"
    ours = alone("benchmarks.scale:bm25", chunks)
    theirs = alone("benchmarks.scale:bm25_peer", chunks)
    held = f"of which {ours['texts_mib']:,.0f} MiB are the texts"
    return [
        *pair(work, "bm25s", "cpu s", ours, theirs),
        _memory(work, "bm25s", ours, theirs),
        Row(work, "peak memory", "limit", "MiB", (ours["peak_mib"],), (LIMIT,), held),
    ]


def _dense_rows(chunks: int) -> list[Row]:
    work = f"dense search, {chunks:,} chunks x {WIDTH}, {QUESTIONS:,} questions"
    peers = {"NumPy product": "dense_numpy"}
    if importlib.util.find_spec("faiss"):
        peers["faiss IndexFlatIP"] = "dense_faiss"
    else:
        print("faiss is not installed: no row against it")
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        alone("benchmarks.scale:store", folder, chunks)
        ours = alone("benchmarks.scale:dense", folder)
        for peer, name in peers.items():
            theirs = alone(f"benchmarks.scale:{name}", folder)
            same = np.mean([a == b for a, b in zip(ours["found"], theirs["found"], strict=True)])
            rows += pair(work, peer, "cpu s", ours, theirs)
            rows[-1] = Row(**{**vars(rows[-1]), "note": f"{same:.1%} of rankings identical"})
            rows.append(_memory(work, peer, ours, theirs))
    held = "texts included; vectors are mapped, and count"
    return [*rows, Row(work, "peak memory", "limit", "MiB", (ours["peak_mib"],), (LIMIT,), held)]


def _memory(work: str, peer: str, ours: dict[str, Any], theirs: dict[str, Any]) -> Row:
    return Row(work, "peak memory", peer, "MiB", (ours["peak_mib"],), (theirs["peak_mib"],))


def main() -> None:
    """Print the rows and keep them."""
    rows = run(int(sys.argv[1]) if len(sys.argv) > 1 else CHUNKS)
    print(lines(rows))
    if len(sys.argv) == 1:
        save("scale", rows)


if __name__ == "__main__":
    main()
