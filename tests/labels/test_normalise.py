import re
import sys
import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st

from ragcheck.labels.normalise import folded, simplified

texts = st.text(alphabet=st.sampled_from("aB ßİ\n\t\u00a0ﬃΣς😀\u2003."), max_size=40)


def slowly(text: str) -> list[tuple[str, int, int]]:
    """Each character of the folded text with the range of the original that it stands for."""
    out: list[tuple[str, int, int]] = []
    for at, letter in enumerate(text):
        if not letter.isspace():
            out += [(made, at, at + 1) for made in letter.casefold()]
        elif out and out[-1][0] == " " and out[-1][2] == at:
            out[-1] = (" ", out[-1][1], at + 1)
        else:
            out.append((" ", at, at + 1))
    return out


@given(texts)
@settings(deadline=None)
def test_the_text_is_that_of_one_space_and_casefold(text):
    assert folded(text).text == "".join(letter for letter, _, _ in slowly(text))


@given(texts, st.data())
@settings(deadline=None, max_examples=300)
def test_offsets_map_back_to_the_least_range_that_holds_the_characters(text, data):
    found, expected = folded(text), slowly(text)
    if not expected:
        return
    start = data.draw(st.integers(0, len(expected) - 1))
    end = data.draw(st.integers(start + 1, len(expected)))
    assert found.original(start, end) == (expected[start][1], expected[end - 1][2])
    cut = (start > 0 and expected[start - 1][1:] == expected[start][1:]) or (
        end < len(expected) and expected[end - 1][1:] == expected[end][1:]
    )
    assert found.whole(start, end) is not cut


def test_every_letter_that_casefold_lengthens_is_known():
    longer = [c for c in map(chr, range(sys.maxunicode + 1)) if len(c.casefold()) != 1]
    assert longer
    found = folded("x".join(longer))
    assert found.text == "x".join(letter.casefold() for letter in longer)
    assert len(found.start) == len(longer)


def test_memory_is_that_of_the_replacements():
    assert len(folded("one word after another\nand a line " * 1000).start) == 0


SIGNS = str.maketrans("“”‘’–—−«", '""\'\'---"')
composing = st.text(
    alphabet=st.sampled_from(
        "aeA \n\u2000\u0301\u0323\u0344\u212b\u1f71\uf900\U0002f800\u1100\u1161\u11a8\uac00"
        "\u09c7\u09be\u09d7“”‘’–—−«😀"
    ),
    max_size=20,
)


@given(composing)
@settings(deadline=None, max_examples=500)
def test_simplified_is_nfc_with_single_spaces_and_plain_signs(text):
    expected = re.sub(r"\s+", " ", unicodedata.normalize("NFC", text)).translate(SIGNS)
    assert simplified(text).text == expected


@given(composing, st.data())
@settings(deadline=None)
def test_simplified_offsets_lead_to_a_range_that_simplifies_to_the_same(text, data):
    found = simplified(text)
    if not found.text:
        return
    start = data.draw(st.integers(0, len(found.text) - 1))
    end = data.draw(st.integers(start + 1, len(found.text)))
    low, high = found.original(start, end)
    assert found.text[start:end] in simplified(text[low:high]).text
    if found.whole(start, end):
        assert simplified(text[low:high]).text == found.text[start:end]


def test_no_letter_composes_or_decomposes_above_the_range_that_is_looked_at():
    for code in range(0x30000, sys.maxunicode + 1):
        assert unicodedata.is_normalized("NFC", chr(code))
        assert not unicodedata.combining(chr(code))
        assert not unicodedata.decomposition(chr(code))
