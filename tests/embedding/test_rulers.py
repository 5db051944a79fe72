"""What a ruler makes of the texts that were probed."""

from __future__ import annotations

import numpy as np

from ragcheck.embedding.rulers import NEVER, Ruler, bracket, characters, words

STEPS = np.array([3, 7, 12, 16, 20])


def taught(*stops: tuple[int, int], whole: int = 0) -> Ruler:
    """A ruler of single characters that saw texts cut in a word from `low` to `high`."""
    ruler = Ruler(characters)
    for low, high in stops:
        steps = np.array([low - 1, high, high + 9] if low > 1 else [high, high + 9])
        ruler.learn(np.arange(1, high + 10), steps, len(steps) - 2)
    if whole:
        ruler.learn(np.arange(1, whole + 1), np.array([whole - 1, whole]), 1)
    return ruler


def test_every_cut_text_narrows_the_limit() -> None:
    assert Ruler(words).limit == (1, NEVER)
    assert taught(whole=8).limit == (8, NEVER)
    assert taught((5, 9)).limit == (5, 9)
    assert taught((5, 9), (7, 12)).limit == (7, 9)
    assert taught((5, 9), (7, 12), whole=8).limit == (8, 9)


def test_of_a_word_read_last_only_the_beginning_is_certain() -> None:
    ruler = Ruler(characters)
    ruler.learn(np.arange(1, 9), np.array([5, 8]), 1)
    assert ruler.limit == (6, NEVER)


def test_a_ruler_does_not_fit_if_texts_contradict_each_other() -> None:
    assert taught((5, 9), (10, 12)).limit is None
    assert taught((5, 9), whole=10).limit is None
    assert taught((5, 9), (5, 8), (6, 9), (4, 8), (10, 12)).limit == (6, 8)
    assert taught((5, 9), (5, 8), (6, 9), (10, 12)).limit is None


def test_an_estimate_says_how_far_texts_lie_apart() -> None:
    spread, limit = taught((10, 10), (12, 12), (8, 8)).estimate()
    assert (spread, limit) == (0.4, (10, 10))


def test_a_ruler_that_has_nothing_where_reading_stops_gives_no_estimate() -> None:
    ruler = Ruler(lambda texts: [np.zeros(0, np.int64) for _ in texts])
    ruler.learn(np.zeros(0, np.int64), STEPS, 2)
    assert ruler.limit is None
    assert ruler.estimate()[0] == np.inf


def test_a_limit_lies_in_a_word_of_a_text_or_beyond_it() -> None:
    ends = np.array([2, 3, 7, 9, 12, 20])
    assert bracket((2, 4), ends, STEPS) == (0, 2)
    assert bracket((5, 6), ends, STEPS) == (2, 4)
    assert bracket((7, NEVER), ends, STEPS) == (4, 4)


def test_white_space_belongs_to_what_stands_before_it() -> None:
    assert Ruler(characters).ends(["ab  c"])[0].tolist() == [1, 2, 2, 2, 5]
    assert Ruler(words).ends([" ab\nc "])[0].tolist() == [3, 5]
