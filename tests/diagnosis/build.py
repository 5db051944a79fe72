"""Small collections whose retrieval can be followed by hand, and their diagnosis."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from ragcheck.chunking import chunk_collection
from ragcheck.diagnosis import Case, Found, Searcher, diagnose
from ragcheck.embedding.window import Window
from ragcheck.measures import Corpus, judge
from ragcheck.notation import parse_cut
from ragcheck.protocols import Chunker, Embedder, TextKind
from ragcheck.records import (
    Chunks,
    Collection,
    Document,
    Floats,
    Int32s,
    Item,
    Passage,
    Piece,
    Question,
)
from ragcheck.retrieval.bm25 import BM25
from ragcheck.retrieval.dense import Dense
from ragcheck.retrieval.hybrid import Hybrid
from ragcheck.retrieval.words import words
from ragcheck.spans import Span
from ragcheck.structure import is_markdown, sections, title

_SIZE = 1024
_LUCENE = BM25(idf="lucene")
#: Longer than any text: everything is read.
WHOLE = 1 << 20


@dataclass(frozen=True)
class Bag:
    """A bag of the first `limit` words, every word a direction of its own (almost)."""

    limit: int = WHOLE

    @property
    def fingerprint(self) -> str:
        return f"bag {self.limit}"

    def embed(self, texts: Sequence[str], *, kind: TextKind) -> Floats:
        rows = np.zeros((len(texts), _SIZE), np.float32)
        for number, text in enumerate(texts):
            read = " ".join(text.split()[: self.limit]) if kind == "document" else text
            for word in words(read):
                rows[number] += _direction(word)
        return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)


@cache
def _direction(word: str) -> Floats:
    random = np.random.default_rng(zlib.crc32(word.encode()))
    return random.normal(size=_SIZE).astype(np.float32)


@dataclass(frozen=True)
class Lines:
    """A chunk for each line; those that begin with `-` are left out of the index."""

    def chunk(self, document: Document) -> list[Piece]:
        found = re.finditer(r"(?m)^[^-\n].*$", document.text)
        return [Piece(*match.span()) for match in found]


@dataclass(frozen=True)
class World:
    """Documents by id, questions as (text, passages quoted), and how they are searched.

    A passage is (document, quote), or several of these: any one of them is enough.
    """

    texts: dict[str, str]
    questions: Sequence[tuple[str, Sequence[object]]]
    chunker: Chunker = Lines()
    limit: int = WHOLE
    at: str = "3"
    lexical: BM25 = _LUCENE
    pool: int = 100
    titles: dict[str, str] | None = None
    model: Embedder | None = None

    @property
    def embedder(self) -> Embedder:
        """The model, or a bag of words."""
        return self.model or Bag(self.limit)

    def collection(self) -> Collection:
        documents = tuple(
            Document(
                name,
                text,
                (self.titles or {}).get(name) or (title(text) if is_markdown(name) else ""),
                sections(text) if is_markdown(name) else (),
            )
            for name, text in self.texts.items()
        )
        asked = tuple(
            Question(f"q{number}", text, tuple(self._item(one) for one in items))
            for number, (text, items) in enumerate(self.questions)
        )
        return Collection("built", documents, asked, "0")

    def _item(self, places: object) -> Item:
        several = places if isinstance(places, list) else [places]
        return Item(tuple(Passage(self._span(*one)) for one in several))

    def _span(self, document: str, quote: str) -> Span:
        start = self.texts[document].index(quote)
        return Span(document, start, start + len(quote))

    def chunks(self) -> Chunks:
        return chunk_collection(self.collection().documents, self.chunker, "cl100k_base")

    def case(
        self,
        retriever: str,
        siblings: Sequence[str] = (),
        collection: Collection | None = None,
    ) -> Case:
        """The judged system `bm25`, `dense` or `hybrid`, beside others.

        `collection` is this one, with other labels.
        """
        collection, chunks = collection or self.collection(), self.chunks()
        cut = parse_cut(self.at)
        searchers = self._searchers(chunks)
        system = searchers[retriever]
        corpus = Corpus.of(collection)
        read = self._read(chunks) if system.embedders else None
        queries = [question.text for question in collection.questions]
        found = system.index.search(queries, k=max(len(chunks), 1))
        return Case(
            collection=collection,
            corpus=corpus,
            chunks=chunks,
            judged=judge(corpus, chunks, found, [cut], cut, read),
            system=system,
            clusters=np.arange(len(queries)),
            read=read,
            size=getattr(self.chunker, "size", None),
            siblings=[searchers[name] for name in siblings],
        )

    def diagnose(
        self,
        retriever: str,
        siblings: Sequence[str] = (),
        collection: Collection | None = None,
    ) -> Found:
        return diagnose(self.case(retriever, siblings, collection))

    def _read(self, chunks: Chunks) -> Int32s:
        """Where reading of each chunk ends in its document."""
        texts = chunks.texts(self.collection().documents)
        prefix = np.array([len(one) for one in chunks.prefixes])[chunks.prefix]
        read = np.maximum(Window(self.embedder).read(texts) - prefix, 0)
        return np.minimum(chunks.start + read, chunks.end).astype(np.int32)

    def _searchers(self, chunks: Chunks) -> dict[str, Searcher]:
        texts = chunks.texts(self.collection().documents)
        bag = self.embedder
        lexical, dense = self.lexical, Dense(bag)
        parts = lexical.index(texts), dense.index(texts)
        hybrid = Hybrid(lexical, dense, pool=self.pool)
        return {
            "bm25": Searcher("bm25", lexical, parts[0]),
            "dense": Searcher("dense", dense, parts[1], (), (bag,)),
            "hybrid": Searcher("hybrid", hybrid, hybrid.fuse(parts), parts, (bag,)),
        }


def without_score(case: Case) -> Case:
    """The same case with an index that can only search."""

    class Searching:
        def __init__(self, index: object) -> None:
            self.search = index.search  # type: ignore[attr-defined]

    return replace(case, system=replace(case.system, index=Searching(case.system.index), parts=()))


def filler(seed: int, count: int) -> str:
    """Words that stand nowhere else: nonsense, the same for the same seed."""
    random = np.random.default_rng(seed)
    letters = np.array(list("bcdfghklmnprstvz"))
    vowels = np.array(list("aeiou"))
    syllables = random.choice(letters, (count, 3)), random.choice(vowels, (count, 3))
    return " ".join(
        "".join(a + b for a, b in zip(x, y, strict=True)) for x, y in zip(*syllables, strict=True)
    )


_TEXT = (
    "copper kettle boils water tin pan lid stove gas flame minutes litres 12 40 the a of and with "
    "in on slow fast kitchen handle spout steam whistle clean rinse dry store cup tea"
)
WORDS = _TEXT.split()


def random_world(seed: int, **options: object) -> World:
    """Documents of few words, with titles and headings, repeated passages and likely misses."""
    random = np.random.default_rng(seed)

    def said(low: int, high: int) -> str:
        return " ".join(random.choice(WORDS, random.integers(low, high)).tolist())

    texts = {}
    for number in range(int(random.integers(2, 8))):
        parts = [said(8, 50) for _ in range(int(random.integers(1, 4)))]
        heads = [f"# {said(1, 4)}"] + [f"## {said(1, 3)}" for _ in parts[1:]]
        marked = bool(random.integers(2))
        blocks = [f"{head}\n\n{part}" for head, part in zip(heads, parts, strict=True)]
        parts = [f"-{part}" if random.random() < 0.1 else part for part in parts]
        texts[f"d{number}.{'md' if marked else 'txt'}"] = "\n\n".join(blocks if marked else parts)
    if random.integers(2):
        texts["copy.txt"] = texts[str(random.choice(list(texts)))]
    questions = []
    for _ in range(int(random.integers(1, 5))):
        items: list[list[tuple[str, str]]] = []
        for _ in range(int(random.integers(0, 3))):
            items.append([_quoted(random, texts) for _ in range(int(random.integers(1, 3)))])
        asked = [said(1, 3)]
        for name, quote in items[0][:1] if items else []:
            asked += [quote, texts[name].partition("\n")[0]][: int(random.integers(1, 3))]
        asked_words = " ".join(asked).split()
        questions.append((" ".join(random.permutation(asked_words)[:6].tolist()), items))
    return World(texts, questions, **options)  # type: ignore[arg-type]


def _quoted(random: np.random.Generator, texts: dict[str, str]) -> tuple[str, str]:
    """A stretch of a document that begins and ends with a letter."""
    name = str(random.choice(list(texts)))
    text = texts[name]
    while True:
        start = int(random.integers(len(text) - 5))
        quote = text[start : start + int(random.integers(5, 60))].strip()
        if quote:
            return name, quote
