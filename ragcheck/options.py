"""Options of components: how text and configuration tables become typed values.

`fixed,unit=characters` on the command line, `{ name = "fixed", unit = "characters" }` in a file and
`Fixed(unit="characters")` in Python are the same thing. A component's fields are its options.
"""

from __future__ import annotations

import dataclasses
import difflib
import types
import typing
from collections.abc import Mapping
from typing import Any, Literal

from ragcheck.errors import ConfigError
from ragcheck.records import Config, Json


def option_types(made: type) -> dict[str, Any]:
    """Option names of a component class with their types, in order."""
    if not dataclasses.is_dataclass(made):
        return {}
    hints = typing.get_type_hints(made)
    return {field.name: hints[field.name] for field in dataclasses.fields(made) if field.init}


def as_options(value: Json) -> Config:
    """`"bm25"` or `{"name": "bm25", ...}` as a table."""
    if isinstance(value, str):
        return parse_component(value)
    if isinstance(value, Mapping) and isinstance(value.get("name"), str):
        return value
    raise ConfigError(
        f"a component is a name or a table with `name`, not {value!r}",
        hint='write "fixed" or { name = "fixed", size = 256 }',
    )


def parse_component(text: str) -> Config:
    """One component of the command line: `fixed` or `fixed,unit=characters,size=200`."""
    parsed = parse_components(text)
    if len(parsed) != 1:
        raise ConfigError(f"`{text}` names {len(parsed)} components, one is wanted")
    return parsed[0]


def parse_components(text: str) -> tuple[Config, ...]:
    """Components of the command line: names by comma, `key=value` belongs to the name before it."""
    found: list[dict[str, Json]] = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        key, equals, value = part.partition("=")
        if not equals:
            found.append({"name": part})
        elif found:
            found[-1][key.strip()] = value.strip()
        else:
            raise ConfigError(
                f"option `{part}` stands before any component",
                hint="write the component first: `fixed,unit=characters`",
            )
    if not found:
        raise ConfigError(f"`{text}` names no component")
    return tuple(found)


def refuse_unknown(where: str, given: Mapping[str, Json], fields: Mapping[str, Any]) -> None:
    """Raise ConfigError when an option is given that the component does not have."""
    for option in given:
        if option not in fields:
            close = difflib.get_close_matches(option, fields, n=1)
            listed = ", ".join(fields) or "none"
            hint = f"did you mean `{close[0]}`?" if close else f"its options: {listed}"
            raise ConfigError(f"{where} has no option `{option}`", hint=hint)


def coerce(where: str, option: str, annotation: Any, value: Json) -> Any:
    """A value of the option's type; text from the command line is read as that type."""
    union = typing.get_origin(annotation) in (typing.Union, types.UnionType)
    members = typing.get_args(annotation) if union else (annotation,)
    for member in members:
        choices = typing.get_args(member) if typing.get_origin(member) is Literal else None
        converted = _convert(value, member, choices)
        if converted is not None or (value is None and member is type(None)):
            return converted
    allowed = [
        " or ".join(f"`{choice}`" for choice in typing.get_args(m))
        if typing.get_origin(m) is Literal
        else getattr(m, "__name__", str(m))
        for m in members
    ]
    raise ConfigError(f"{where} option `{option}`: {value!r} is not {' or '.join(allowed)}")


def _convert(value: Json, member: Any, choices: tuple[Any, ...] | None) -> Any:
    """The value as a `member`, or None where it is none."""
    if choices is not None:
        return value if value in choices else None
    if member is bool:
        words = {"true": True, "false": False, "yes": True, "no": False}
        return value if isinstance(value, bool) else words.get(str(value).lower())
    if member in (int, float) and not isinstance(value, bool):
        return _number(value, member)
    return value if member is Any or (member is str and isinstance(value, str)) else None


def _number(value: Any, member: type[int] | type[float]) -> int | float | None:
    try:
        number = member(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if isinstance(value, str) or number == value else None
