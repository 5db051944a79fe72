"""The syntax of label files: JSON Lines, one object a line."""

from __future__ import annotations

import codecs
import json
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ragcheck.documents import wrong_byte, wrong_encoding
from ragcheck.errors import InputError
from ragcheck.labels.findings import Findings, Place
from ragcheck.records import Json

Object = dict[str, Json]

_DEEPEST = 64
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Line:
    """The object on one line of a label file, and where it stands."""

    place: Place
    value: Object


def read_lines(paths: Sequence[Path], findings: Findings) -> Iterator[Line]:
    """The object of every line that holds one, in order; blank lines are passed over.

    Lines that are not UTF-8, not JSON or not an object go to `findings`, as they are met. Raises
    InputError for a file that is missing, unreadable or empty. A file is named by its name, or by
    its path where two files have the same name.
    """
    if not paths:
        raise InputError("labels: no file is named", hint="name one: `--labels FILE`")
    for path, name in zip(paths, file_names(paths), strict=True):
        yield from _read(path, name, findings)


def file_names(paths: Sequence[Path]) -> list[str]:
    """What each file is called in messages: its name, or its path where another has that name."""
    names = [path.name for path in paths]
    return [
        name if names.count(name) == 1 else str(path)
        for path, name in zip(paths, names, strict=True)
    ]


def _read(path: Path, where: str, findings: Findings) -> Iterator[Line]:
    hint = (
        f"write one with `ragcheck labels add --labels {path} --doc DOC --text TEXT --question Q`"
    )
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise InputError(f"labels: `{path}` does not exist", hint=hint) from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(
            f"labels: `{path}` cannot be read: {reason}", hint="check the path and its permissions"
        ) from error
    problem = wrong_encoding(data, where)
    if problem is not None:
        findings.problems.append(problem)
        return
    rows = data.removeprefix(codecs.BOM_UTF8).splitlines()
    if not any(map(bytes.strip, rows)):
        raise InputError(f"labels: `{path}` is empty", hint=hint)
    for number, row in enumerate(rows, 1):
        if row.strip():
            place = Place(findings, where, number)
            value = _object(row, place)
            if value is not None:
                yield Line(place, value)


def _object(row: bytes, place: Place) -> Object | None:
    """The object on a line, or None after saying what is wrong with the line."""
    try:
        text = row.decode("utf-8")
    except UnicodeDecodeError as error:
        place.findings.problems.append(wrong_byte(error, place.where, place.line))
        return None
    repeated: list[str] = []
    try:
        value = _decoder(repeated).decode(text)
    except json.JSONDecodeError as error:
        place.problem(
            f"is not JSON at column {error.colno}: {error.msg}",
            "a label file holds one JSON object a line (JSON Lines)",
        )
        return None
    except RecursionError:
        place.problem("is nested too deeply")
        return None
    except ValueError as error:  # a constant or number that JSON or Python does not have
        place.problem(f"is not JSON: {error}")
        return None
    for key in repeated:
        place.problem(f"the key `{key}` stands twice in one object", "keep one of them")
    strange = _strange(value)
    if strange:
        place.problem(strange)
    if not isinstance(value, dict):
        place.problem(
            f"is {kind(value)}, not an object",
            "write one question a line, without brackets or commas around the lines",
        )
        return None
    return None if repeated or strange else value


def _decoder(repeated: list[str]) -> json.JSONDecoder:
    """A strict decoder: no NaN, no infinite number; keys that repeat are put on a list."""

    def pairs(found: list[tuple[str, Json]]) -> Object:
        value = dict(found)
        if len(value) < len(found):
            keys = [key for key, _ in found]
            repeated.extend(key for key in value if keys.count(key) > 1)
        return value

    def constant(name: str) -> float:
        raise ValueError(f"{name} is not a JSON value")

    def number(digits: str) -> float:
        value = float(digits)
        if math.isinf(value):
            raise ValueError(f"{digits} is beyond the range of numbers")
        return value

    return json.JSONDecoder(object_pairs_hook=pairs, parse_constant=constant, parse_float=number)


def _strange(value: Json) -> str | None:
    """Why a value could not be written back, if so: half a surrogate pair, or too much nesting."""
    level: list[Json] = [value]
    for _ in range(_DEEPEST):
        for entry in level:
            keys = "".join(entry) if isinstance(entry, dict) else entry
            if isinstance(keys, str) and _SURROGATE.search(keys):
                return "holds half of a surrogate pair (`\\ud800` to `\\udfff` alone), not a text"
        level = [inner for entry in level for inner in _inside(entry)]
        if not level:
            return None
    return f"is nested deeper than {_DEEPEST} levels"


def _inside(value: Json) -> list[Json]:
    if isinstance(value, dict):
        return list(value.values())
    return list(value) if isinstance(value, list) else []


def kind(value: Json) -> str:
    """What a JSON value is, in words, for messages: `a list`, `the number 1.5`."""
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, (int, float)):
        return f"the number {json.dumps(value)[:40]}"
    if isinstance(value, str):
        return "a string"
    return "an object" if isinstance(value, dict) else "a list"
