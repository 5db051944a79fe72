"""When two texts are near copies, and when one says what another says (METRICS, section 6)."""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz import fuzz
from rapidfuzz.distance import Indel, LCSseq

#: Near copies by their sets of words, ..
_JACCARD = 0.7
#: .. or by words in order, which 12% of words changed in each of two copies leave at .77 (sets of
#: words: .63, as unlike as texts that share their topic) ..
_IN_ORDER = 0.65
#: .. if enough different words are common: a text of few words, often repeated, is like others.
_COMMON = 0.3
#: Share of a passage's three-word shingles, or of its words in order, that says the same.
_SAYS = 0.7
#: Fewer words have no shingle.
_SHINGLE = 3


def near_copies(a: Sequence[str], b: Sequence[str]) -> bool:
    """Whether texts of words `a` and `b` are copies with few words changed.

    Their sets of words have a Jaccard index of at least .7; or of at least .3 while the longest
    common subsequence holds .65 of the words of both.
    """
    first, second = set(a), set(b)
    common = len(first & second)
    alike = common / max(len(first) + len(second) - common, 1)
    if alike >= _JACCARD or alike < _COMMON:
        return alike >= _JACCARD
    return Indel.normalized_similarity(a, b, score_cutoff=_IN_ORDER) >= _IN_ORDER


def says_same(passage: Sequence[str], text: Sequence[str]) -> float:
    """How much of a passage's words another text holds, 0 if it does not say the same.

    It does if it holds every word of the passage with a digit, and .7 of its three-word shingles or
    .7 of its words in order within a stretch of its length.
    """
    if not passage or not set(filter(_has_digit, passage)) <= set(text):
        return 0.0
    shingles = set(_shingles(passage))
    held = len(shingles & set(_shingles(text))) / len(shingles) if shingles else 0.0
    held = max(held, _in_order(passage, text))
    return held if held >= _SAYS else 0.0


def _in_order(passage: Sequence[str], text: Sequence[str]) -> float:
    """Share of the passage's words that the most similar stretch of a text has in order."""
    if len(text) > len(passage):
        found = fuzz.partial_ratio_alignment(passage, text)
        text = text[found.dest_start : found.dest_end] if found else text
    return LCSseq.similarity(passage, text) / len(passage)


def _shingles(words: Sequence[str]) -> zip[tuple[str, ...]]:
    return zip(*(words[n:] for n in range(_SHINGLE)), strict=False)


def _has_digit(word: str) -> bool:
    return any(map(str.isdigit, word))
