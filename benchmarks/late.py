"""Late mode beside chunk-then-embed: the time of one reading for all chunkings, and the recall.

    python -m benchmarks.late [runs] [collection folder]

Times are of the model alone, loaded and warm, without a cache: every chunk of every chunking
embedded, and one reading of the documents pooled for all of them, in turn. Recall is that of sweeps
with each. Without a folder it takes the shared set `xquad_en32_sentence` where that is beside the
checkout, else the project's fixtures.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks.table import Row, lines
from ragcheck import api
from ragcheck.chunking import Fixed, Section, chunk_collection
from ragcheck.config import configure
from ragcheck.documents import read_documents
from ragcheck.embedding.sentence_transformer import SentenceTransformerEmbedder
from ragcheck.prepare import prepare
from ragcheck.protocols import Chunker
from ragcheck.records import Chunks, Document
from ragcheck.run import RunFolder

ROOT = Path(__file__).parents[1]
RUNS = 3
SIZES = (64, 128, 256)
_SHARED = ROOT.parent / "shared" / "data" / "xquad_en32_sentence"
_MODEL = {"name": "sentence-transformer", "mode": "late"}
_LATE = "dense,embedder.mode=late"


def folder(given: str = "") -> Path:
    """The collection that is measured."""
    if given:
        return Path(given)
    return _SHARED if _SHARED.is_dir() else ROOT / "fixtures"


def run(runs: int = RUNS, collection: str = "") -> list[Row]:
    """One row for the sizes of one chunker, one for those of two."""
    name = folder(collection).name
    documents = read_documents(folder(collection) / "docs")[0]
    kinds: tuple[Callable[[int], Chunker], ...] = (Fixed, Section)
    rows = []
    for count in range(1, len(kinds) + 1):
        chunkings = [
            chunk_collection(documents, kind(size), "cl100k_base")
            for kind in kinds[:count]
            for size in SIZES
        ]
        late, each = _times(documents, chunkings, runs)
        work = f"{name}, {len(chunkings)} chunkings"
        rows.append(Row(work, "late mode", "chunk-then-embed", "s", tuple(late), tuple(each)))
    return rows


def recalls(collection: str = "") -> list[tuple[str, float, float]]:
    """Recall@5 by chunker: of late mode and of chunk-then-embed."""
    with tempfile.TemporaryDirectory() as out:
        flags = {
            "docs": str(folder(collection) / "docs"),
            "labels": [str(path) for path in sorted(folder(collection).glob("*.jsonl"))],
            "chunkers": "fixed,section",
            "chunk_sizes": list(SIZES),
            "retrievers": ["dense", {"name": "dense", "embedder": _MODEL}],
            "phase": "off",
            "diagnosis": "off",
            "out": out,
        }
        made: RunFolder = api.sweep(prepare(configure(flags)))
    mean = {result.system.id: result.measures["recall@5"].mean for result in made.run.systems}
    chunkers = dict.fromkeys(id.partition("/")[0] for id in mean)
    return [(id, mean[f"{id}/{_LATE}"] or 0.0, mean[f"{id}/dense"] or 0.0) for id in chunkers]


def _times(
    documents: tuple[Document, ...], chunkings: list[Chunks], runs: int
) -> tuple[list[float], list[float]]:
    """Seconds of one reading for all chunkings, and of embedding every chunk, run by run."""
    late, ordinary = SentenceTransformerEmbedder(mode="late"), SentenceTransformerEmbedder()
    texts = [document.text for document in documents]
    spans = [
        np.concatenate([_spans(chunks, number) for chunks in chunkings])
        for number in range(len(texts))
    ]
    chunks = list(dict.fromkeys(text for one in chunkings for text in one.texts(documents)))
    deque(late.stream_spans(texts[:1], spans[:1]), maxlen=0)
    ordinary.embed(chunks[:8], kind="document")
    found: tuple[list[float], list[float]] = [], []
    for _ in range(runs):
        started = time.perf_counter()
        deque(late.stream_spans(texts, spans), maxlen=0)
        between = time.perf_counter()
        ordinary.embed(chunks, kind="document")
        found[0].append(between - started)
        found[1].append(time.perf_counter() - between)
    return found


def _spans(chunks: Chunks, document: int) -> np.ndarray:
    own = chunks.document == document
    return np.stack([chunks.start[own], chunks.end[own]], axis=1).astype(np.int64)


def main() -> None:
    """Print the times and the recall."""
    runs, collection = [*sys.argv[1:], *(str(RUNS), "")[len(sys.argv) - 1 :]]
    print(lines(run(int(runs), collection)))
    print("\nrecall@5             late  chunk-then-embed  difference in points")
    for chunker, late, other in recalls(collection):
        print(f"{chunker:<18} {late:>6.3f} {other:>17.3f} {100 * (late - other):>+21.1f}")


if __name__ == "__main__":
    main()
