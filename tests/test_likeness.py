"""Near copies, and text that says the same."""

from __future__ import annotations

import numpy as np
import pytest

from ragcheck.likeness import near_copies, says_same
from ragcheck.retrieval.words import words
from tests.diagnosis.build import filler

#: What every text says: a real one has few words often, and most of them once.
_COMMON = "the of and to in is that for it as with be on by this at from are or an"
COMMON = _COMMON.split()


def text(seed: int, count: int) -> list[str]:
    random = np.random.default_rng(seed)
    rare = filler(seed, count).split()
    return [str(random.choice(COMMON)) if random.random() < 0.4 else word for word in rare]


def edited(said: list[str], share: float, seed: int) -> list[str]:
    """The same text with this share of its words changed, whichever they are."""
    random = np.random.default_rng(seed)
    others = filler(10_000 + seed, len(said)).split()
    return [o if random.random() < share else w for w, o in zip(said, others, strict=True)]


@pytest.mark.parametrize("count", [40, 150])
@pytest.mark.parametrize(("share", "found"), [(0.0, 1.0), (0.02, 1.0), (0.12, 0.95)])
def test_copies_edited_apart_from_each_other_are_near_copies(
    share: float, found: float, count: int
) -> None:
    pairs = [
        (edited(text(n, count), share, 2 * n), edited(text(n, count), share, 2 * n + 1))
        for n in range(100)
    ]
    assert np.mean([near_copies(*pair) for pair in pairs]) >= found


def test_texts_that_share_their_common_words_are_no_copies() -> None:
    texts = [text(n, 150) for n in range(30)]
    assert not any(near_copies(texts[a], texts[b]) for a in range(30) for b in range(a))


def test_a_moved_window_of_a_text_is_a_copy_while_most_of_it_is_shared() -> None:
    long = text(1, 300)
    assert near_copies(long[:100], long[20:120])
    assert not near_copies(long[:100], long[60:160])


def test_the_same_words_in_another_order_are_a_copy() -> None:
    said = text(3, 90)
    assert near_copies(said, said[45:] + said[:45])


def test_few_words_often_repeated_are_no_copy_of_others() -> None:
    first = ["event", "data", "delta", "index", "text"] * 10 + text(1, 30)
    second = ["event", "data", "delta", "index", "text"] * 10 + text(2, 30)
    assert not near_copies(first, second)


def test_nothing_is_a_copy_of_nothing() -> None:
    assert not near_copies([], [])
    assert says_same([], ["a"]) == 0


SAID = words("The relief valve of the boiler opens at 12 bar and must be tested every 6 months.")


@pytest.mark.parametrize(
    ("other", "same"),
    [
        ("The relief valve of the boiler opens at 12 bar and must be tested every 6 months.", True),
        ("the boiler's relief valve opens at 12 bar and must be checked every 6 months", True),
        (
            "The relief valve of the boiler opens at 14 bar and must be tested every 6 months.",
            False,
        ),
        ("The relief valve of the boiler opens at 12 bar.", False),
        (
            "The boiler is tested every 6 months; its valve, at 12 bar, was the relief of all.",
            False,
        ),
    ],
)
def test_the_same_is_said_with_the_same_numbers_and_most_words(other: str, same: bool) -> None:
    for around in ("", "Before it stand other words, as many as it takes to be far. "):
        assert (says_same(SAID, words(f"{around}{other} {around}")) > 0) == same


@pytest.mark.parametrize(("share", "found"), [(0.02, 1.0), (0.12, 0.95)])
def test_edited_repetitions_are_found_wherever_they_stand(share: float, found: float) -> None:
    said = [text(n, 30) for n in range(200)]
    around = text(7777, 60)
    held = [
        says_same(one, around[:30] + edited(one, share, n) + around[30:]) > 0
        for n, one in enumerate(said)
    ]
    assert np.mean(held) >= found


def test_half_of_a_passage_does_not_say_it() -> None:
    said = text(5, 40)
    assert says_same(said, text(6, 60) + said[:22]) == 0


def test_all_its_words_far_apart_do_not_say_it() -> None:
    said = text(5, 30)
    scattered = [word for one in said for word in (one, *text(len(one) + 50, 6))]
    assert says_same(said, scattered) == 0
