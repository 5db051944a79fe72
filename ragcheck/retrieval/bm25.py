"""BM25 as rank-bm25 defines it, scored from one sparse matrix of weights.

Source: rank-bm25 0.2 (Okapi, L, Plus after Trotman et al., "Improvements to BM25 and Language
Models Examined", 2014). Its formulas, its idf floor, its defaults and its order of floating-point
operations are kept, so that scores are equal bit by bit.
"""

from __future__ import annotations

import math
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt
from scipy import sparse

from ragcheck.errors import ConfigError
from ragcheck.records import Floats, Rankings
from ragcheck.retrieval.ranking import Positions, Scores, pack, top
from ragcheck.retrieval.words import words

Doubles = npt.NDArray[np.float64]
Integers = npt.NDArray[np.integer[Any]]

#: A word in more than this share of the texts, and in so many, is added to all of them at once.
_COMMON, _MANY = 1 / 3, 128
#: Postings weighted at once.
_PORTION = 1 << 18
_DELTA = {"okapi": 0.0, "l": 0.5, "plus": 1.0}


@dataclass(frozen=True)
class BM25:
    """Word overlap, weighted by how rare a word is and how often a text repeats it.

    Okapi's idf is negative for a word in more than half of the texts, and rank-bm25 replaces it by
    `epsilon` times the mean idf. That lifts stop words above words in just under half of the texts;
    `idf="lucene"` has no negative values and needs no floor.
    """

    version: ClassVar[int] = 1

    variant: Literal["okapi", "l", "plus"] = "okapi"
    """`okapi`; `l` favours long texts; `plus` adds `delta` for every query word in the index."""
    k1: float = 1.5
    """How much repetition counts, >= 0: with 0 a word counts once."""
    b: float = 0.75
    """How much long texts are held back, 0 (not at all) to 1."""
    delta: float | None = None
    """Lower bound of a match in `l` and `plus`, >= 0; None: rank-bm25's 0.5 and 1."""
    epsilon: float = 0.25
    """Share of the mean idf that replaces a negative idf in `okapi`, >= 0."""
    idf: Literal["variant", "lucene"] = "variant"
    """The variant's own weight of rare words, or Lucene's log(1 + (N - n + 0.5) / (n + 0.5))."""

    def __post_init__(self) -> None:
        if self.variant not in _DELTA:
            _refuse("variant", self.variant, "one of okapi, l, plus")
        if self.idf not in ("variant", "lucene"):
            _refuse("idf", self.idf, "one of variant, lucene")
        if not 0 <= self.b <= 1:
            _refuse("b", self.b, "a number from 0 to 1")
        for name in ("k1", "epsilon", "delta"):
            value = getattr(self, name)
            if value is not None and not 0 <= value < math.inf:
                _refuse(name, value, "a number of at least 0")

    def index(self, texts: Sequence[str]) -> BM25Index:
        """An index over the words of `texts` (`ragcheck.retrieval.words`)."""
        return self.index_words(map(words, texts))

    def index_words(self, texts: Iterable[Iterable[str]]) -> BM25Index:
        """An index over texts that are already lists of words."""
        vocabulary, counts, lengths = _count(texts)
        holding = np.diff(counts.indptr)
        rarity = self._rarities(len(lengths), holding)
        mean_length = int(lengths.sum()) / max(len(lengths), 1)
        weights = np.repeat(rarity, holding)
        for start in range(0, len(weights), _PORTION):
            part = slice(start, start + _PORTION)
            length = lengths[counts.indices[part]]
            weights[part] = self.weights(counts.data[part], length, weights[part], mean_length)
        postings = Postings(len(lengths), counts.indptr, counts.indices, weights)
        return BM25Index(self, vocabulary, rarity, mean_length, postings)

    def weights(
        self, count: Integers, length: Integers, rarity: Doubles | float, mean_length: float
    ) -> Doubles:
        """What a word adds to a text of `length` words that holds it `count` times: float64."""
        k1, b = self.k1, self.b
        relative = 1 - b + b * length / mean_length
        if self.variant == "l":
            scaled = count / relative
            delta = self.floor
            return rarity * count * (k1 + 1) * (scaled + delta) / (k1 + scaled + delta)
        if self.variant == "plus":
            return rarity * (self.floor + (count * (k1 + 1)) / (k1 * relative + count))
        return rarity * (count * (k1 + 1) / (count + k1 * relative))

    @property
    def floor(self) -> float:
        """`delta`, or the variant's own value."""
        return _DELTA[self.variant] if self.delta is None else self.delta

    def _rarities(self, texts: int, holding: Integers) -> Doubles:
        """The idf of each word, in order of first occurrence; `holding` texts have it."""
        distinct, place = np.unique(holding, return_inverse=True)
        rarity = np.array([self._rarity(texts, int(n)) for n in distinct], np.float64)[place]
        if self.variant == "okapi" and self.idf == "variant" and len(rarity):
            # A running sum adds one after the other, as rank-bm25 does; `sum` would add pairwise.
            mean = float(np.add.accumulate(rarity)[-1]) / len(rarity)
            rarity[rarity < 0] = self.epsilon * mean
        return rarity

    def _rarity(self, texts: int, holding: int) -> float:
        if self.idf == "lucene":
            return math.log(1 + (texts - holding + 0.5) / (holding + 0.5))
        if self.variant == "l":
            return math.log(texts + 1) - math.log(holding + 0.5)
        if self.variant == "plus":
            return math.log((texts + 1) / holding)
        return math.log(texts - holding + 0.5) - math.log(holding + 0.5)


@dataclass(frozen=True, slots=True, eq=False)
class Postings:
    """Where each word w stands: `texts[first[w]:first[w + 1]]`, ascending, and what it adds there.

    `size` is the number of indexed texts; `weights` are float64.
    """

    size: int
    first: Integers
    texts: Integers
    weights: Doubles

    def of(self, word: int) -> tuple[Integers, Doubles]:
        """The texts that hold a word, and its weight in each."""
        part = slice(self.first[word], self.first[word + 1])
        return self.texts[part], self.weights[part]


class BM25Index:
    """Searches and scores with the corpus statistics of the indexed texts."""

    def __init__(
        self,
        model: BM25,
        vocabulary: Mapping[str, int],
        rarity: Doubles,
        mean_length: float,
        postings: Postings,
    ) -> None:
        self._model = model
        self._vocabulary = vocabulary
        self._rarity = rarity
        self._mean_length = mean_length
        self._postings = postings
        # What a query word adds to a text without it: more than nothing in BM25+ alone.
        self._absent = rarity * model.floor if model.variant == "plus" else None
        holding = np.diff(postings.first)
        common = np.flatnonzero(holding > max(_MANY, _COMMON * postings.size))
        self._columns = {word: self._column(word) for word in common.tolist()}
        # Then, and only then, every text that shares a word with a query scores above 0.
        self._positive = self._absent is None and bool((postings.weights > 0).all())

    def search(self, queries: Sequence[str], *, k: int) -> Rankings:
        """The best `k` texts per query that share a word with it, ties in text order.

        Order is decided in float64. A text that shares a word is found even where its score is 0.
        """
        return pack([self._search(self._known(query), k) for query in queries])

    def score(self, query: str, texts: Sequence[str]) -> Floats:
        """float32[len(texts)]: what `search` would give each text; -inf where no word is shared."""
        counted = [Counter(words(text)) for text in texts]
        lengths = np.array([found.total() for found in counted], np.int64)
        total = np.zeros(len(texts))
        shared = np.zeros(len(texts), np.bool_)
        for word in filter(self._vocabulary.__contains__, words(query)):
            count = np.array([found[word] for found in counted], np.int64)
            held = np.flatnonzero(count)
            number = self._vocabulary[word]
            rarity = self._rarity[number]
            weights = self._model.weights(count[held], lengths[held], rarity, self._mean_length)
            self._add(total, number, held, weights)
            shared[held] = True
        return np.where(shared, total, -np.inf).astype(np.float32)

    def scores(self, query: str) -> Doubles:
        """float64[n]: the score of every text, equal to rank-bm25's `get_scores`."""
        return self._total(self._known(query))

    def _known(self, query: str) -> list[int]:
        return [self._vocabulary[word] for word in words(query) if word in self._vocabulary]

    def _search(self, query: list[int], k: int) -> tuple[Positions, Scores]:
        total = self._total(query)
        if self._positive:
            best = top(total, k, above=0.0)
        else:
            apart = np.ones(len(total), np.bool_)
            for word in query:
                apart[self._postings.of(word)[0]] = False
            total[apart] = -np.inf
            best = top(total, k)
        return best, total[best]

    def _total(self, query: list[int]) -> Doubles:
        total = np.zeros(self._postings.size)
        for word in query:
            if word in self._columns:
                total += self._columns[word]
            else:
                self._add(total, word, *self._postings.of(word))
        return total

    def _column(self, word: int) -> Doubles:
        """What a word adds to every text: float64[n]."""
        column = np.zeros(self._postings.size)
        self._add(column, word, *self._postings.of(word))
        return column

    def _add(self, total: Doubles, word: int, held: Integers, weights: Doubles) -> None:
        """Add one query word to the scores of all texts, given where it stands."""
        if self._absent is None:
            # Positions are kept in half the memory of what `add.at` is fast with.
            np.add.at(total, held.astype(np.intp, copy=False), weights)
            return
        kept = total[held] + weights
        total += self._absent[word]
        total[held] = kept


def _count(texts: Iterable[Iterable[str]]) -> tuple[dict[str, int], sparse.csc_array, Integers]:
    """Words in order of first occurrence, counts [texts, words], and the texts' lengths."""
    vocabulary: defaultdict[str, int] = defaultdict()
    vocabulary.default_factory = vocabulary.__len__
    # Machine integers, grown in place: lists would take four times the memory of the index.
    ids, counts = array("i"), array("i")
    ends, lengths = array("q", [0]), array("q")
    for text in texts:
        # What repeats within a text is counted first, so that fewer words are looked up.
        found = Counter(text)
        ids.fromlist(list(map(vocabulary.__getitem__, found)))
        counts.fromlist(list(found.values()))
        ends.append(len(ids))
        lengths.append(found.total())
    shape = len(lengths), len(vocabulary)
    parts = np.asarray(counts), np.asarray(ids), np.asarray(ends)
    return dict(vocabulary), sparse.csr_array(parts, shape=shape).tocsc(), np.asarray(lengths)


def _refuse(option: str, value: object, wanted: str) -> None:
    raise ConfigError(f"bm25 {option}: {value!r} is not {wanted}")
