"""The one form of a text that every offset points into."""

from __future__ import annotations

import codecs

from ragcheck.errors import Problem

_MARK = "\ufeff"
#: Byte-order marks of other encodings; UTF-32 first, since UTF-16's mark begins UTF-32's.
_MARKS = {
    codecs.BOM_UTF32_LE: "UTF-32",
    codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
}


def canonical(text: str) -> str:
    """`text` with LF line ends (CRLF and lone CR replaced) and without leading byte-order marks.

    Applying it twice changes nothing. Nothing else is touched: no Unicode normalisation, so that
    offsets stay those of the file a user sees.
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.lstrip(_MARK) if text.startswith(_MARK) else text


def wrong_encoding(data: bytes, where: str) -> Problem | None:
    """What is wrong with a file that begins with the byte-order mark of another encoding."""
    for mark, encoding in _MARKS.items():
        if data.startswith(mark):
            hint = f"convert it: {_recipe(encoding)}"
            return Problem(where, 0, "", f"is {encoding}, not UTF-8", hint)
    return None


def wrong_byte(error: UnicodeDecodeError, where: str, line: int) -> Problem:
    """What is wrong with bytes that are not UTF-8: the byte, its offset, and a likely encoding."""
    byte = f"byte 0x{error.object[error.start]:02x} at offset {error.start}"
    hint = f"if it is Windows or Latin-1 text, convert it: {_recipe('WINDOWS-1252')}"
    return Problem(where, line, "", f"is not UTF-8: {byte} ({error.reason})", hint)


def decode(data: bytes, where: str) -> str | Problem:
    """Canonical text of a UTF-8 file, or what is wrong with its bytes and how to convert them."""
    problem = wrong_encoding(data, where)
    if problem is not None:
        return problem
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        return wrong_byte(error, where, data.count(b"\n", 0, error.start) + 1)
    # UTF-16 without a mark is valid UTF-8 where every other byte is NUL; a NUL here and there is
    # a strange text, but a text.
    if len(text) > 1 and text.count("\0") * 3 >= len(text):
        encoding = "UTF-16LE" if text[1] == "\0" else "UTF-16BE"
        hint = f"if it is, convert it: {_recipe(encoding)}"
        return Problem(where, 0, "", f"looks like {encoding} without a byte-order mark", hint)
    return canonical(text)


def _recipe(encoding: str) -> str:
    return f"`iconv -f {encoding} -t UTF-8 OLD > NEW`"
