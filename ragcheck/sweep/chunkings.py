"""The chunks that an unfinished sweep needs, and what embedding them will take."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from ragcheck.chunking import chunk_collection
from ragcheck.embedding.late import STRIDE
from ragcheck.embedding.late_cache import LateEmbedder
from ragcheck.records import Chunks
from ragcheck.sweep.answers import naming
from ragcheck.sweep.plan import Cell, SweepPlan
from ragcheck.sweep.watch import Work
from ragcheck.tokens import count_tokens


@dataclass(frozen=True, slots=True)
class Chunking:
    """The chunks that several cells share, and what to call them in the run folder.

    `cells` are those to be run. `beside` are finished ones of the same chunks, which a diagnosis
    holds the others against. `phases` are the same windows from other starting points, for the
    cells that ask for them.
    """

    key: str
    chunks: Chunks
    cells: tuple[Cell, ...]
    beside: tuple[Cell, ...] = ()
    phases: tuple[Chunking, ...] = ()


def chunk_all(plan: SweepPlan, finished: Collection[str]) -> list[Chunking]:
    """Cut the documents for every chunking of a cell whose key is not among the `finished`."""
    documents = plan.collection.documents
    found = []
    for key, group in groupby(plan.cells, key=lambda cell: cell.chunking):
        every = tuple(group)
        cells = tuple(cell for cell in every if cell.key not in finished)
        if not cells:
            continue
        beside = tuple(cell for cell in every if cell.key in finished)
        chunker = cells[0].chunker
        with naming(chunker.id):
            chunks = chunk_collection(documents, chunker.made, plan.judging.tokenizer)
        phases = _phases(key, cells, plan)
        found.append(Chunking(key, chunks, cells, beside * plan.judging.diagnosis, phases))
    return found


def _phases(key: str, cells: Sequence[Cell], plan: SweepPlan) -> tuple[Chunking, ...]:
    """The chunks of every other starting point, with the cells that ask for them."""
    asking = tuple(cell for cell in cells if cell.phases)
    documents, tokenizer = plan.collection.documents, plan.judging.tokenizer
    return tuple(
        Chunking(key, chunk_collection(documents, chunker, tokenizer), asking)
        for chunker in (asking[0].phases if asking else ())
    )


def measure_work(plan: SweepPlan, chunkings: Sequence[Chunking]) -> Work:
    """What embedding is ahead. Looks texts up in the cache; loads no model."""
    documents, questions = plan.collection.documents, plan.collection.questions
    late = [_late_work(plan, *one) for one in _late(chunkings)]
    wanted: dict[tuple[int, str], dict[str, int]] = {}
    embedders: dict[int, Any] = {}
    for chunking in (one for whole in chunkings for one in (whole, *whole.phases)):
        texts: list[str] | None = None
        for embedder in _embedders([*chunking.cells, *chunking.beside]):
            embedders[id(embedder)] = embedder
            wanted[id(embedder), "query"] = {question.text: 0 for question in questions}
            if isinstance(embedder, LateEmbedder):
                continue
            texts = texts if texts is not None else chunking.chunks.texts(documents)
            tokens = chunking.chunks.tokens.tolist()
            known = wanted.setdefault((id(embedder), "document"), {})
            known.update(zip(texts, tokens, strict=True))
    texts_ahead = sum(len(texts) for texts in wanted.values())
    texts_ahead += sum(chunks for chunks, _, _ in late)
    cached = sum(kept for _, kept, _ in late)
    tokens_ahead = sum(tokens for _, _, tokens in late)
    for (owner, kind), costs in wanted.items():
        missing = embedders[owner].missing(list(costs), kind=kind)
        cached += len(costs) - len(missing)
        tokens_ahead += sum(costs[text] for text in missing)
    planned = len(plan.cells)
    ahead = sum(len(chunking.cells) for chunking in chunkings)
    diagnosis = plan.judging.diagnosis
    return Work(planned, planned - ahead, texts_ahead, cached, tokens_ahead, diagnosis)


def expect(chunkings: Sequence[Chunking]) -> None:
    """Tell embedders that read whole documents of all chunks ahead: one reading serves them all."""
    for embedder, chunks in _late(chunkings):
        embedder.expect(chunks)


def _late(chunkings: Sequence[Chunking]) -> list[tuple[LateEmbedder, list[Chunks]]]:
    """The embedders that read whole documents, each with all chunks it will be asked for."""
    found: dict[int, tuple[LateEmbedder, list[Chunks]]] = {}
    for chunking in (one for whole in chunkings for one in (whole, *whole.phases)):
        for embedder in _embedders([*chunking.cells, *chunking.beside]):
            if isinstance(embedder, LateEmbedder):
                found.setdefault(id(embedder), (embedder, []))[1].append(chunking.chunks)
    return list(found.values())


def _late_work(
    plan: SweepPlan, embedder: LateEmbedder, chunks: Sequence[Chunks]
) -> tuple[int, int, int]:
    """Chunks that one needs, those of them on disk, and tokens to read, overlaps counted twice."""
    ahead = embedder.ahead(plan.collection.documents, chunks)
    tokens = sum(count_tokens(text, plan.judging.tokenizer) for text in ahead.texts)
    return ahead.chunks, ahead.cached, round(tokens / STRIDE)


def _embedders(cells: Sequence[Cell]) -> list[Any]:
    return list({id(e): e for cell in cells for e in cell.retriever.embedders}.values())
