"""The runtimes of the embedder in one process, in turn, and what sharing vectors saves.

    python -m benchmarks.embedding [runs] [collection folder]

The same chunks of 256 and 512 tokens by OpenVINO in float32 and bfloat16, by torch, and by
sentence-transformers as its users call it (`encode`, 32 texts at once). No cache; models loaded and
warm; tokenizing included. The note says how far vectors lie apart, and how many of each chunk's ten
nearest stay the same. Without a folder it takes the project's fixtures.

torch's threads wait without turning in circles here (OMP_WAIT_POLICY): beside other work they would
burn more processor time than they compute, which would flatter us.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.process import Clock, alone
from benchmarks.table import Row, lines, pair, save
from ragcheck.chunking import Fixed, Overlap, Section, chunk_collection
from ragcheck.documents import read_documents
from ragcheck.embedding import embedded
from ragcheck.embedding.sentence_transformer import SentenceTransformerEmbedder as Embedder
from ragcheck.errors import ComponentError
from ragcheck.protocols import Chunker
from ragcheck.records import Floats

ROOT = Path(__file__).parents[1]
RUNS, TEXTS, SIZES = 5, 48, (256, 512)
EXACT, HALF, TORCH, LIBRARY = "openvino f32", "openvino bf16", "torch f32", "sentence-transformers"


def run(runs: int = RUNS, collection: str = "", count: int = TEXTS) -> list[Row]:
    """A row for each precision and peer in seconds of both kinds, and one for what is shared."""
    folder = Path(collection) if collection else ROOT / "fixtures"
    quiet = {"OMP_WAIT_POLICY": "passive"}
    made = alone("benchmarks.embedding:measure", str(folder), runs, count, variables=quiet)
    work = f"{folder.name}: {count} chunks, {made['pieces']:,} word pieces"
    rows = []
    for ours, peer, unit in product((EXACT, HALF), (TORCH, LIBRARY), ("cpu s", "s")):
        if ours in made["seconds"]:
            (row,) = pair(work, peer, unit, made["seconds"][ours], made["seconds"][peer])
            rows.append(replace(row, figure=ours, note=made["notes"][f"{ours}, {peer}"]))
    return [*rows, sharing(folder.name, [text for texts in chunkings(folder) for text in texts])]


def measure(collection: str, runs: int, count: int) -> dict[str, Any]:
    """Every engine in turn, so many times."""
    every = [text for texts in chunkings(Path(collection)) for text in texts]
    order = np.random.default_rng(0).permutation(len(every))[:count]
    texts, engines = [every[place] for place in order], _engines()
    clocks = {name: Clock() for name in engines}
    vectors = {name: embed(texts) for name, embed in engines.items()}  # warms up
    for _, (name, embed) in product(range(runs), engines.items()):
        with clocks[name].time("embed"):
            embed(texts)
    pairs = product((name for name in engines if name.startswith("openvino")), (TORCH, LIBRARY))
    return {
        "pieces": sum(map(len, Embedder().tokens(texts, kind="document") or ())),
        "seconds": {name: clock.figures() for name, clock in clocks.items()},
        "notes": {f"{a}, {b}": _agreement(vectors[a], vectors[b]) for a, b in pairs},
    }


def chunkings(folder: Path) -> Iterable[list[str]]:
    """The chunks of a default sweep's chunkers and sizes."""
    documents = read_documents(folder / "docs")[0]
    for size in SIZES:
        chunkers: tuple[Chunker, ...] = (Fixed(size), Overlap(size, size // 5), Section(size))
        for chunker in chunkers:
            yield chunk_collection(documents, chunker, "cl100k_base").texts(documents)


def sharing(name: str, texts: list[str]) -> Row:
    """Word pieces that are embedded where equal readings share a vector, of those of all texts."""
    distinct = list(dict.fromkeys(texts))
    tokens = Embedder().tokens(distinct, kind="document") or []
    once = {one.tobytes(): len(one) for one in tokens}
    share = sum(once.values()) / sum(map(len, tokens))
    work = f"{name}: default sweep, {len(distinct):,} distinct chunks"
    note = f"{len(once):,} distinct readings"
    return Row(work, "word pieces embedded", "each text once", "share", (share,), (1.0,), note)


def _engines() -> dict[str, Callable[[list[str]], Floats]]:
    """Those that this processor has, by name."""
    found: dict[str, Callable[[list[str]], Floats]] = {LIBRARY: _library()}
    models = {
        TORCH: Embedder(runtime="torch"),
        EXACT: Embedder(runtime="openvino"),
        HALF: Embedder(runtime="openvino", precision="bf16"),
    }
    for name, model in models.items():
        try:
            model.embed(["a"], kind="document")
        except ComponentError:
            continue
        found[name] = _embed(model)
    return found


def _embed(model: Embedder) -> Callable[[list[str]], Floats]:
    return lambda texts: model.embed(texts, kind="document")


def _library() -> Callable[[list[str]], Floats]:
    from sentence_transformers import SentenceTransformer

    model: Any = SentenceTransformer(str(embedded.folder()), device="cpu", local_files_only=True)
    return lambda texts: np.asarray(model.encode(texts, normalize_embeddings=True))


def _agreement(ours: Floats, theirs: Floats) -> str:
    """The largest difference, and how many of the ten texts nearest to each are the same."""
    found = [
        np.argsort(-(rows @ rows.T), axis=1, kind="stable")[:, 1:11] for rows in (ours, theirs)
    ]
    kept = np.mean([len({*a} & {*b}) / len(a) for a, b in zip(*found, strict=True)])
    return f"differs by {np.abs(ours - theirs).max():.1e} at most; {kept:.2%} of neighbours kept"


if __name__ == "__main__":
    measured = run(*map(int, sys.argv[1:2]), *sys.argv[2:3])
    print(lines(measured))
    save("embedding", measured)
