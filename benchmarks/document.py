"""One document of 100 MB, read, cut by every chunker, searched by BM25 and judged in linear time.

    python -m benchmarks.document [megabytes]

The document is Markdown in an invented language (`language.py`), with a thousand questions whose
passages are sentences of it. All happens in one process, as in a sweep; chunks have 256 tokens, and
the sections are searched and judged. The peer is ragcheck on a document of a tenth of the length,
its seconds taken ten times: 1x is linear time. Seconds are those of all processors.
"""

from __future__ import annotations

import random
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.language import Language
from benchmarks.process import Clock, alone
from benchmarks.table import Row, lines, save
from ragcheck import chunking
from ragcheck.chunking import chunk_collection
from ragcheck.documents import read_documents
from ragcheck.measures import Corpus, cuts_for, evaluate, judge, structural_breaks
from ragcheck.records import Chunks, Collection, Cut, Document, Item, Passage, Question, Rankings
from ragcheck.retrieval.bm25 import BM25
from ragcheck.spans import Span
from ragcheck.tokens import token_map

MEGABYTES, QUESTIONS, SIZE, DEPTH = 100, 1_000, 256, 50
CHUNKERS = ("Fixed", "Overlap", "Sentence", "Paragraph", "Recursive", "Section")
AT = Cut(5)
#: What a sweep may take of memory, MiB.
LIMIT = 8 * 1024


def sweep(megabytes: float) -> dict[str, Any]:
    """Every step of a sweep without embedding, timed."""
    clock = Clock()
    with tempfile.TemporaryDirectory() as folder:
        text = Language().markdown(int(megabytes * 1_000_000))
        Path(folder, "long.md").write_text(text, "utf-8")
        with clock.time("read"):
            documents, _ = read_documents(Path(folder))
    collection = Collection("long", documents, tuple(_questions(documents[0])), "")
    with clock.time("count tokens"):
        token_map(documents[0].text)
    for name in CHUNKERS:
        with clock.time(f"chunk {name.lower()}"):
            chunks = chunk_collection(documents, getattr(chunking, name)(SIZE), "cl100k_base")
    with clock.time("BM25 build"):
        index = BM25().index(chunks.texts(documents))
    with clock.time("BM25 search"):
        rankings = index.search([question.text for question in collection.questions], k=DEPTH)
    with clock.time("judge"):
        _judge(collection, chunks, rankings)
    return {**clock.figures(), "chunks": len(chunks)}


def _questions(document: Document) -> list[Question]:
    """Half of a sentence's words each, with that sentence as the passage."""
    chance = random.Random(0)
    places = [chance.randrange(len(document.text) - 2_000) for _ in range(QUESTIONS)]
    found = (re.compile(r"[A-Z][^.|#`]{40,}\.").search(document.text, at) for at in places)
    spans = [Span(document.id, *match.span()) for match in found if match]
    return [_question(number, span, document.text) for number, span in enumerate(spans)]


def _question(number: int, span: Span, text: str) -> Question:
    words = text[span.start : span.end].split()[::2]
    return Question(f"q-{number}", " ".join(words), (Item((Passage(span),)),))


def _judge(collection: Collection, chunks: Chunks, rankings: Rankings) -> None:
    corpus = Corpus.of(collection)
    structural_breaks(collection.documents, chunks)
    evaluate(judge(corpus, chunks, rankings, cuts_for([1, 5, 10], [1_000, 2_000], AT), AT))


def run(megabytes: float = MEGABYTES) -> list[Row]:
    """All rows of this benchmark."""
    long, short = (alone("benchmarks.document:sweep", size) for size in (megabytes, megabytes / 10))
    work, peer = f"a document of {megabytes:g} MB", "a tenth of it, ten times"
    rows = [
        Row(work, name, peer, "cpu s", tuple(taken), tuple(10 * s for s in short["cpu"][name]))
        for name, taken in long["cpu"].items()
    ]
    note = f"{long['chunks']:,} chunks by sections"
    return [*rows, Row(work, "peak memory", "limit", "MiB", (long["peak_mib"],), (LIMIT,), note)]


def main() -> None:
    """Print the rows and keep them."""
    rows = run(float(sys.argv[1]) if len(sys.argv) > 1 else MEGABYTES)
    print(lines(rows))
    if len(sys.argv) == 1:
        save("document", rows)


if __name__ == "__main__":
    main()
