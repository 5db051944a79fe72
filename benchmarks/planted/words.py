"""Wording: banks of nouns and sentences, and scenes drawn from them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

Random = np.random.Generator
#: The halves of the benchmark, each with wording of its own.
HALVES = ("development", "held-back")
#: An article that must be `an`.
_ARTICLE = re.compile(r"\b([Aa])(?= [aeiouAEIO])")
COLOURS = ("greenish", "dull grey", "straw", "deep blue", "rusty", "milky")


@dataclass(frozen=True, slots=True)
class Bank:
    """One file of wording: word lists by domain, and the rest as read."""

    domains: Mapping[str, Mapping[str, tuple[str, ...]]]
    rest: Mapping[str, Any]

    def words(self, name: str) -> tuple[str, ...]:
        """A list of words of the whole bank."""
        return _listed(self.rest[name])


@dataclass(frozen=True, slots=True)
class Scene:
    """What the slots of a sentence are filled with; one scene is about one subject of a domain."""

    domain: str
    slots: Mapping[str, str]

    def say(self, sentence: str, **others: str) -> str:
        """The sentence with its slots filled, `others` first, beginning with a capital."""
        text = " ".join(sentence.format_map({**self.slots, **others}).split())
        text = _ARTICLE.sub(r"\1n", text)
        return text[:1].upper() + text[1:]

    def but(self, **others: str) -> Scene:
        """The same scene with other words in some slots."""
        return replace(self, slots={**self.slots, **others})


@lru_cache
def bank(name: str) -> Bank:
    """The wording of a half, or that of the haystack."""
    file = Path(__file__).with_name("words") / f"{name.replace('-', '_')}.toml"
    read = tomllib.loads(file.read_text("utf-8"))
    domains = {
        key: {kind: _listed(words) for kind, words in lists.items()}
        for key, lists in read.pop("domains").items()
    }
    return Bank(domains, read)


def scene(bank: Bank, random: Random, domain: str | None = None) -> Scene:
    """A subject drawn from a bank: thing, part, what is done, who, where, and numbers."""
    domain = domain or pick(random, list(bank.domains))
    words = bank.domains[domain]
    halls = [words["halls"][i] for i in random.permutation(len(words["halls"]))]
    name = invented(bank, random)
    return Scene(
        domain,
        {
            "thing": pick(random, words["things"]),
            "part": pick(random, words["parts"]),
            "deed": pick(random, words["deeds"]),
            "trait": pick(random, words["traits"]),
            "person": pick(random, words["people"]),
            "hall": halls[0],
            "name": name,
            "place": f"{name} {halls[1]}",
            "n": str(random.integers(13, 98)),
            "unit": pick(random, bank.words("units")),
            "month": pick(random, common("months")),
            "colour": pick(random, COLOURS),
        },
    )


def altered(bank: Bank, given: Scene, random: Random, slots: Sequence[str]) -> Scene:
    """The same scene with other words of its domain in `slots`."""
    while True:
        other = scene(bank, random, given.domain)
        if all(other.slots[slot] != given.slots[slot] for slot in slots):
            return given.but(**{slot: other.slots[slot] for slot in slots})


def common(name: str) -> tuple[str, ...]:
    """A list of words that all banks share."""
    return bank("haystack").words(name)


def invented(bank: Bank, random: Random) -> str:
    """A name that means nothing."""
    syllables = bank.words("syllables")
    parts = random.choice(len(syllables), int(random.integers(2, 4)), replace=False)
    return "".join(syllables[i] for i in parts).capitalize()


def edited(text: str, share: float, random: Random) -> str:
    """The text with a share of its words (at least one) replaced by neutral ones."""
    words = text.split(" ")
    count = max(1, round(share * len(words)))
    for at in random.choice(len(words), count, replace=False):
        end = words[at][len(words[at].rstrip(".,;:?!")) :]
        words[at] = pick(random, common("neutral")) + end
    return " ".join(words)


def revised(text: str, share: float, random: Random, kept: str = "") -> str:
    """The text with a share of its words (at least one) replaced, left out or added.

    Words that stand in `kept`, and words with a digit, stay.
    """
    words = text.split(" ")
    for _ in range(max(1, round(share * len(words)))):
        free = _free(words, kept)
        at = int(random.choice(free))
        end = words[at][len(words[at].rstrip(".,;:?!")) :]
        fresh = [pick(random, common("neutral")) + end]
        words[at : at + 1] = ([], fresh, [words[at].removesuffix(end), *fresh])[random.integers(3)]
    text = " ".join(words)
    return text[:1].upper() + text[1:]


def _free(words: Sequence[str], kept: str) -> list[int]:
    """Positions of words that may change."""
    fixed = {bare(word) for word in kept.split()}
    return [i for i, w in enumerate(words) if bare(w) not in fixed and not any(map(str.isdigit, w))]


def bare(word: str) -> str:
    """A word without case and the marks around it."""
    return word.strip(".,;:?!'\"").casefold()


def pick(random: Random, options: Sequence[Any]) -> Any:
    """One of the options."""
    return options[int(random.integers(len(options)))]


def _listed(words: str) -> tuple[str, ...]:
    return tuple(words.split(", "))
