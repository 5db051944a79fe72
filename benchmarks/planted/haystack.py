"""Thousands of short texts on many subjects, among which the planted passages must be found."""

from __future__ import annotations

import numpy as np

from benchmarks.planted.cases import Text
from benchmarks.planted.words import HALVES, Bank, Random, bank, pick, scene
from ragcheck.tokens import count_tokens

#: A chunking of any size in use here leaves a text of the haystack whole.
LONGEST = 64
_SEED = 20


def haystack(count: int) -> list[Text]:
    """`count` different texts of at most 64 tokens, the same ones every time."""
    random = np.random.default_rng(_SEED)
    banks = [bank("haystack"), *map(bank, HALVES)]
    subjects = [(one, domain) for one in banks for domain in one.domains]
    texts: dict[str, None] = {}
    while len(texts) < count:
        subject, domain = pick(random, subjects)
        texts[_text(subject, domain, random)] = None
    return [Text(f"haystack/{i // 500:02}/{i:05}.txt", text) for i, text in enumerate(texts)]


def filler(bank_: Bank, domain: str, random: Random, words: int) -> str:
    """At least so many words about one domain."""
    text = ""
    while len(text.split()) < words:
        text = f"{text} {_sentence(bank_, domain, random)}".strip()
    return text


def _text(bank_: Bank, domain: str, random: Random) -> str:
    sentences = [_sentence(bank_, domain, random) for _ in range(int(random.integers(2, 5)))]
    while count_tokens(" ".join(sentences)) > LONGEST and len(sentences) > 1:
        sentences.pop()
    return " ".join(sentences)


def _sentence(bank_: Bank, domain: str, random: Random) -> str:
    return scene(bank_, random, domain).say(pick(random, bank("haystack").rest["sentences"]))
