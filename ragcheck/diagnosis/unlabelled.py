"""Text in the context that says what a missed passage says, though no label names it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cached_property

import numpy as np

from ragcheck.diagnosis.bench import Bench
from ragcheck.diagnosis.missed import Miss
from ragcheck.diagnosis.trial import Outcome, Trial
from ragcheck.labels.twins import SHORTEST
from ragcheck.likeness import says_same
from ragcheck.retrieval.words import words
from ragcheck.spans import Ints

#: A word of a question that a larger share of the documents holds says little of its subject.
_COMMON = 0.5


def accept_twins(bench: Bench) -> tuple[Trial, Ints]:
    """What accepting such text as found would recover, and the chunk that holds it (-1: none).

    A shown chunk that touches no alternative of the item is a twin if it says the same
    (`likeness.says_same`) about the same subject. Passages of fewer than 20 units have none, as in
    METRICS, section 1.
    """
    speech, value = _Speech(bench), bench.showing.cut.value
    outcomes: list[Outcome | None] = []
    twins = []
    for miss in bench.missed.misses:
        rank, chunk = speech.twin(miss)
        twins.append(chunk)
        long = miss.goal.high - miss.goal.low >= SHORTEST
        outcomes.append(Outcome(chunk >= 0, rank, rank / value) if long else None)
    return Trial.of(outcomes), np.array(twins, np.int64)


class _Speech:
    """The words of what each context shows, and what its questions are about."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._documents = bench.case.collection.documents
        self._words: dict[tuple[int, int, int], list[str]] = {}

    def twin(self, miss: Miss) -> tuple[int, int]:
        """Rank and number of the shown chunk that says most of a passage, 0 and -1 for none."""
        if miss.goal.high - miss.goal.low < SHORTEST:
            return 0, -1
        passage = words(self._slice(miss.document, miss.start, miss.end))
        best, place = 0.0, (0, -1)
        for rank, chunk, said in self._elsewhere(miss):
            held = says_same(passage, said)
            if held > best and self._same_subject(miss, passage, chunk, said):
                best, place = held, (rank, chunk)
        return place

    def _elsewhere(self, miss: Miss) -> Iterator[tuple[int, int, list[str]]]:
        """Rank, chunk and words of everything shown that touches no alternative of the item."""
        showing, gold = self._bench.showing, self._bench.case.judged.alternatives
        own = slice(int(gold.first[miss.item]), int(gold.first[miss.item + 1]))
        shown = zip(*showing.shown(self._bench.missed.orders[miss.row]), strict=True)
        for rank, (chunk, start, end) in enumerate(shown, start=1):
            low, high = showing.bounds.start[chunk], showing.bounds.end[chunk]
            if not ((gold.start[own] < high) & (low < gold.end[own])).any():
                yield rank, int(chunk), self._said(int(chunk), int(start), int(end))

    def _said(self, chunk: int, start: int, end: int) -> list[str]:
        key = (chunk, start, end)
        if key not in self._words:
            document = int(self._bench.case.chunks.document[chunk])
            self._words[key] = words(self._slice(document, start, end))
        return self._words[key]

    def _same_subject(self, miss: Miss, passage: list[str], chunk: int, said: list[str]) -> bool:
        """Whether words of the question that only title or headings give a passage hold here too.

        Two manuals may say the same of two products, which neither names in its text.
        """
        begin = int(self._bench.case.corpus.text.offset[miss.document])
        above = words(self._bench.prefixes.at(miss.document, miss.start - begin))
        asked = words(self._bench.missed.queries[miss.row])
        subject = (set(asked) & set(above)) - set(passage)
        missing = subject - set(said) - set(words(self._bench.prefixes.above(chunk)))
        return all(self._is_common(word) for word in missing)

    def _is_common(self, word: str) -> bool:
        return self._holding[word] > _COMMON * len(self._documents)

    @cached_property
    def _holding(self) -> Counter[str]:
        """How many documents hold each word: read only where a twin's subject is in doubt."""
        return Counter(word for document in self._documents for word in set(words(document.text)))

    def _slice(self, document: int, start: int, end: int) -> str:
        begin = int(self._bench.case.corpus.text.offset[document])
        return self._documents[document].text[start - begin : end - begin]
