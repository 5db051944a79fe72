"""Hard distractors: text without an answer that a scorer of another family likes as well.

METRICS, section 3. Such text is what harms answers (Cuconasu et al., "The Power of Noise", SIGIR
2024; Amiraz et al., ACL 2025). Counting it is a proxy for that risk, not a measure of harm.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ragcheck.diagnosis.case import Case, Searcher
from ragcheck.diagnosis.injecting import score
from ragcheck.diagnosis.showing import Showing
from ragcheck.labels.twins import SHORTEST
from ragcheck.likeness import says_same
from ragcheck.measures.boundaries import Touching
from ragcheck.measures.corpus import Reals
from ragcheck.protocols import Index, Retriever, ScoringIndex
from ragcheck.records import Cut, Measure
from ragcheck.retrieval.bm25 import BM25
from ragcheck.retrieval.dense import Dense
from ragcheck.retrieval.hybrid import Hybrid
from ragcheck.retrieval.words import words
from ragcheck.spans import Ints


def measure(at: Cut) -> Measure:
    """What the column of `Found.distractors` means at the working cut."""
    return Measure(
        "distractors",
        at,
        "count",
        "lower",
        "Chunks shown without labelled text, neither beside it nor a copy of it, that a scorer of "
        "the other family (BM25 for dense and hybrid, dense for BM25) puts at or above the best "
        "chunk that holds a labelled passage whole. A proxy for the risk that they mislead.",
        "no retriever of the other family on the same chunks, or no chunk holds a passage whole",
    )


def distractors(case: Case, showing: Showing) -> Reals:
    """Hard distractors in the context of each question at the working cut: float64[q].

    NaN where `measure` says so, and for unanswerable questions. No model is loaded unless a dense
    system of the sweep has it.
    """
    values = np.full(len(case.judged.answerable), np.nan)
    scorer = _other_family(case)
    if scorer is None:
        return values
    context = _Context(case, showing)
    for question in np.flatnonzero(case.judged.answerable).tolist():
        intact = context.intact(question)
        if not intact:
            continue
        others = context.apart(question)
        texts = [context.text(chunk) for chunk in (*intact, *others)]
        scores = score(scorer, case.collection.questions[question].text, texts)
        best, found = scores[: len(intact)].max(), scores[len(intact) :]
        values[question] = int(((found >= best) & (found > -np.inf)).sum())
    return values


class _Context:
    """What is shown for each question, and where its gold is."""

    def __init__(self, case: Case, showing: Showing) -> None:
        self._case = case
        self._documents = case.collection.documents
        self._index = case.collection.index()
        self._bounds = showing.bounds
        gold, hits = case.judged.alternatives, case.judged.hits
        self._touching = Touching.of(gold, showing.bounds)
        #: Rows of `_touching` and of the hits by question.
        self._own = self._touching.first[np.append(gold.first[case.judged.items.first], len(gold))]
        count = case.judged.shown[:, case.judged.at]
        shown = hits.rank <= count[hits.question]
        self._hits = hits.chunk[shown].astype(np.int64)
        self._first = np.searchsorted(hits.question[shown], np.arange(len(count) + 1))

    def intact(self, question: int) -> list[int]:
        """Chunks that hold an item of the question whole."""
        gold, touching = self._case.judged.alternatives, self._touching
        rows = self._rows(question)
        length = (gold.end - gold.start)[touching.alternative[rows]]
        whole = touching.overlap[rows] == length
        return [int(chunk) for chunk in np.unique(touching.chunk[rows][whole])]

    def apart(self, question: int) -> list[int]:
        """Chunks shown that neither touch gold, nor meet or follow such a chunk, nor repeat it."""
        shown = self._hits[self._first[question] : self._first[question + 1]]
        near = np.unique(self._touching.chunk[self._rows(question)])
        gold = [words(text) for text in self._gold(question)]
        return [
            chunk
            for chunk in shown.tolist()
            if not self._beside(chunk, near)
            and not any(says_same(one, words(self._slice(chunk))) for one in gold)
        ]

    def text(self, chunk: int) -> str:
        """What the index holds of a chunk."""
        chunks = self._case.chunks
        prefix: str = chunks.prefixes[chunks.prefix[chunk]]
        return prefix + self._slice(chunk)

    def _rows(self, question: int) -> slice:
        return slice(int(self._own[question]), int(self._own[question + 1]))

    def _beside(self, chunk: int, near: Ints) -> bool:
        """Whether a chunk is one of `near`, next to one in its document, or overlaps one."""
        bounds, document = self._bounds, self._case.chunks.document
        close = np.abs(near - chunk) <= 1
        meets = (bounds.start[near] < bounds.end[chunk]) & (bounds.start[chunk] < bounds.end[near])
        return bool(((close | meets) & (document[near] == document[chunk])).any())

    def _gold(self, question: int) -> Iterator[str]:
        """The texts of the question's passages that are long enough to be told from chance."""
        for item in self._case.collection.questions[question].items:
            for member in item.members:
                span = member.span
                text = self._documents[self._index[span.document]].text[span.start : span.end]
                if len("".join(text.split())) >= SHORTEST:
                    yield text

    def _slice(self, chunk: int) -> str:
        chunks = self._case.chunks
        text: str = self._documents[chunks.document[chunk]].text
        return text[chunks.start[chunk] : chunks.end[chunk]]


def _other_family(case: Case) -> Index | None:
    """An index over the same chunks whose retriever is of the other family, if it can score."""
    wanted: type[Retriever] = Dense if isinstance(case.system.retriever, BM25) else BM25
    if not isinstance(case.system.retriever, (BM25, Dense, Hybrid)):
        return None
    for searcher in (case.system, *case.siblings):
        for retriever, index in _single(searcher):
            if isinstance(retriever, wanted) and isinstance(index, ScoringIndex):
                return index
    return None


def _single(searcher: Searcher) -> Iterator[tuple[Retriever, Index]]:
    """A system's retriever with its index, or those of a hybrid's parts."""
    if isinstance(searcher.retriever, Hybrid):
        yield from zip(searcher.retriever.parts, searcher.parts, strict=False)
    else:
        yield searcher.retriever, searcher.index
