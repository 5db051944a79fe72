"""Values of a label, checked for type and range; what is wrong is said at its place."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ragcheck.labels.findings import Place
from ragcheck.labels.lines import Object, kind
from ragcheck.records import Json


def string(value: Object, key: str, place: Place, *, hint: str | None = None) -> str | None:
    """A string with something besides white space; anything else, or none, is a problem."""
    found = value.get(key)
    if isinstance(found, str) and found.strip():
        return found
    if key not in value:
        (place / key).problem("is missing", hint)
    elif isinstance(found, str):
        (place / key).problem("is empty" if not found else "is only white space", hint)
    else:
        (place / key).problem(f"is {kind(found)}, not a string", hint)
    return None


def context(value: Object, key: str, place: Place) -> str:
    """A string that may be empty or missing: what stands before or after a passage."""
    found = value.get(key, "")
    if isinstance(found, str):
        return found
    (place / key).problem(f"is {kind(found)}, not a string")
    return ""


def flag(value: Object, key: str, place: Place) -> bool:
    """`true` or `false`; false where missing."""
    found = value.get(key, False)
    if isinstance(found, bool):
        return found
    (place / key).problem(f"is {kind(found)}, not true or false", "write it without quotes")
    return False


def entries(
    value: Object, key: str, place: Place, *, hint: str | None = None
) -> Sequence[Json] | None:
    """A list; a problem, and None, for anything else."""
    found = value.get(key)
    if isinstance(found, list):
        return found
    if key not in value:
        (place / key).problem("is missing", hint)
    else:
        (place / key).problem(f"is {kind(found)}, not a list", hint)
    return None


def strings(value: Object, key: str, place: Place) -> tuple[str, ...]:
    """A list of strings that are not blank; empty where missing."""
    if key not in value:
        return ()
    found = entries(value, key, place) or ()
    for position, entry in enumerate(found):
        if not isinstance(entry, str) or not entry.strip():
            what = "is empty" if isinstance(entry, str) else f"is {kind(entry)}, not a string"
            (place / key / position).problem(what)
    return tuple(entry for entry in found if isinstance(entry, str))


def offset(value: Object, key: str, place: Place) -> int | None:
    """A whole number of characters; a problem, and None, for anything else."""
    found = value.get(key)
    if isinstance(found, int) and not isinstance(found, bool):
        if found >= 0:
            return found
        (place / key).problem(f"{kind(found).removeprefix('the number ')} is before the start")
    elif key not in value:
        (place / key).problem("is missing", "`start` and `end` are given both, or neither")
    else:
        (place / key).problem(f"is {kind(found)}, not a whole number")
    return None


def weight(value: Object, place: Place) -> float:
    """A finite number above 0; 1 where missing."""
    found = value.get("weight", 1)
    if isinstance(found, (int, float)) and not isinstance(found, bool):
        number = _finite(found)
        if number is not None and number > 0:
            return number
    (place / "weight").problem(f"is {kind(found)}, not a number above 0")
    return 1.0


def _finite(number: float) -> float | None:
    try:
        value = float(number)
    except OverflowError:  # a whole number of more than 308 digits
        return None
    return value if math.isfinite(value) else None
