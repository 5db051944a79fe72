"""What counts as a word, in which script."""

from __future__ import annotations

import pytest

from ragcheck.retrieval.words import words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Late fees are CAPPED.", ["late", "fees", "are", "capped"]),
        ("error ERR-4012", ["error", "err", "4012", "err-4012"]),
        ("set max_seq_length", ["set", "max", "seq", "length", "max_seq_length"]),
        ("v2.1 of 2024-01-15.", ["v2", "1", "of", "2024", "01", "15", "v2.1", "2024-01-15"]),
        ("1,200 or 1,200,000", ["1", "200", "or", "1", "200", "000", "1200", "1200000"]),
        ("a 12,34 b1,200", ["a", "12", "34", "b1", "200"]),
        ("well-known customer's file.txt", ["well", "known", "customer", "s", "file", "txt"]),
        ("__init__ -5 - . _", ["init", "5"]),
        ("", []),
        ("?!… 😀", []),
    ],
)  # fmt: skip
def test_words_and_codes(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("白い猫", ["白い", "い猫", "白", "猫"]),
        ("猫", ["猫"]),
        ("カタカナ", ["カタ", "タカ", "カナ"]),
        ("학교에서 배", ["학교", "교에", "에서", "배"]),
        ("กินข้าว", ["กิน", "นข้", "ข้า", "าว"]),
        ("型番ERR-4012です", ["err", "4012", "err-4012", "型番", "型", "番", "です"]),
    ],
)
def test_scripts_without_spaces_give_pairs_of_characters(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("ＡＢＣ１２３", "abc123"),  # full-width
        ("Straße", "STRASSE"),
        ("naïve", "nai\u0308ve"),  # composed and decomposed
        ("كِتَابٌ", "كتاب"),  # with and without vowels
        ("שָׁלוֹם", "שלום"),
        ("in\u00adfra\u200bstructure", "infrastructure"),
        ("Привет", "ПРИВЕТ"),
        ("가나", "\u1100\u1161\u1102\u1161"),  # Hangul as syllables and as letters
    ],
)
def test_spellings_of_one_word_are_one_word(written: str, asked: str) -> None:
    assert words(written) == words(asked) != []


def test_combining_marks_do_not_tear_words() -> None:
    assert words("हिन्दी में किताब") == ["हिन्दी", "में", "किताब"]


def test_a_text_has_the_same_words_beside_other_scripts() -> None:
    plain = "ERR-4012 costs 1,200 in max_seq_length=256 of v2.1, well-known __init__"
    assert sorted(words(plain + " é")) == sorted([*words(plain), "é"])


def test_a_megabyte_without_spaces_is_read_in_linear_time() -> None:
    assert len(words("a" * 1_000_000)) == 1
    assert len(words("a-" * 500_000)) == 500_000
    assert len(words("é_" * 500_000)) == 500_001
