import codecs

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ragcheck.documents import canonical, decode
from ragcheck.errors import Problem

texts = st.text(alphabet=st.sampled_from("ab\r\n\ufeff \x85\u2028é😀"), max_size=30)


@given(texts)
@settings(deadline=None)
def test_canonical_has_lf_only_no_mark_and_is_idempotent(text):
    once = canonical(text)
    assert "\r" not in once
    assert not once.startswith("\ufeff")
    assert canonical(once) == once


@given(texts)
@settings(deadline=None)
def test_canonical_changes_nothing_but_line_ends_and_leading_marks(text):
    expected = "".join("\n" if c == "\r" else c for c in text.replace("\r\n", "\n"))
    while expected.startswith("\ufeff"):
        expected = expected[1:]
    assert canonical(text) == expected


def test_a_mark_inside_the_text_is_part_of_it():
    assert canonical("\ufeffa\ufeffb") == "a\ufeffb"


def test_other_line_separators_are_no_line_ends():
    assert canonical("a\x85b\u2028c\x0bd\x0ce") == "a\x85b\u2028c\x0bd\x0ce"


def test_decodes_utf8_with_mark_and_crlf():
    assert decode("é\r\n😀\r".encode("utf-8-sig"), "a.md") == "é\n😀\n"


@pytest.mark.parametrize(
    ("encoding", "mark", "name"),
    [
        ("utf-16-le", codecs.BOM_UTF16_LE, "UTF-16"),
        ("utf-16-be", codecs.BOM_UTF16_BE, "UTF-16"),
        ("utf-32-le", codecs.BOM_UTF32_LE, "UTF-32"),
        ("utf-32-be", codecs.BOM_UTF32_BE, "UTF-32"),
    ],
)
def test_names_the_encoding_of_a_foreign_mark(encoding, mark, name):
    problem = decode(mark + "Fees are due.".encode(encoding), "a.md")
    assert isinstance(problem, Problem)
    assert problem.message == f"is {name}, not UTF-8"
    assert f"iconv -f {name} -t UTF-8" in problem.hint


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_suspects_utf16_without_a_mark(encoding):
    problem = decode("Fees are due.".encode(encoding), "a.md")
    assert isinstance(problem, Problem)
    assert encoding.upper().replace("-", "").replace("UTF", "UTF-") in problem.message


def test_a_lone_nul_is_text():
    assert decode(b"one\0two three", "a.md") == "one\0two three"
    assert decode(b"\0", "a.md") == "\0"


@pytest.mark.parametrize(
    "data",
    [
        "fünf\n".encode("latin-1"),
        b"cut off \xe2\x82",
        b"half a surrogate \xed\xa0\x80",
        b"overlong \xc0\xaf",
        b"past the end \xf5\x80\x80\x80",
    ],
)
def test_invalid_bytes_are_placed_and_explained(data):
    problem = decode(b"first line\n" + data, "a.md")
    assert isinstance(problem, Problem)
    assert problem.line == 2
    start = 11 + next(i for i, byte in enumerate(data) if byte >= 0x80)
    assert f"byte 0x{data[start - 11]:02x} at offset {start} " in problem.message
    assert "WINDOWS-1252" in problem.hint
