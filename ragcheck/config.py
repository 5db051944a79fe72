"""What a user asked for: flag over environment over configuration file over default.

The nearest `ragcheck.toml`, or `pyproject.toml` with a `[tool.ragcheck]` table, is the file. Every
key of it is a field of `Settings`, a flag of `ragcheck sweep` and a variable `RAGCHECK_<KEY>`.
Unknown keys and variables are errors with file, line and the nearest name.
"""

from __future__ import annotations

import dataclasses
import difflib
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ragcheck.errors import ConfigError
from ragcheck.settings import Settings, as_plain

FILE = "ragcheck.toml"
_PREFIX = "RAGCHECK_"
#: Variables that are no settings: they never change what a sweep finds.
_VARIABLES = ("RAGCHECK_CACHE_DIR", "RAGCHECK_CACHE_LIMIT")


@dataclass(frozen=True, slots=True)
class Configured:
    """Settings with the origin of each, and what else the configuration file holds."""

    settings: Settings
    origins: Mapping[str, str]
    root: Path
    gate: Mapping[str, Any]
    drift: Mapping[str, Any]


#: Tables of the configuration file that other commands read.
TABLES = ("gate", "drift")


def configure(flags: Mapping[str, Any], start: Path | None = None) -> Configured:
    """Settings from `flags` (None: not given), the environment, the nearest file and defaults.

    Paths in a file are relative to it. Raises ConfigError naming the place of a bad value.
    """
    start = start or Path.cwd()
    file, text, table = find_file(start)
    root = file.parent if file else start
    values: dict[str, Any] = {}
    origins = {f.name: "default" for f in dataclasses.fields(Settings)}
    for key, value in table.items():
        if key not in TABLES:
            place = f"{_shown(file)}:{_line(text, key)}"
            values[key] = _anchored(_parsed(key, value, place), root)
            origins[key] = place
    _refuse_unknown_variables(list(origins))
    for key in origins:
        variable = _PREFIX + key.upper()
        if os.environ.get(variable):
            values[key], origins[key] = _parsed(key, os.environ[variable], variable), variable
    for key, value in flags.items():
        if key not in origins:
            raise _unknown(f"unknown setting `{key}`", key, list(origins))
        if value is not None and value != ():
            flag = "-k" if key == "k" else "--" + key.replace("_", "-")
            values[key], origins[key] = _parsed(key, value, flag), flag
    return Configured(
        Settings(**values), origins, root, table.get("gate", {}), table.get("drift", {})
    )


def find_file(start: Path) -> tuple[Path | None, str, dict[str, Any]]:
    """The nearest configuration file at or above `start`: path, text and ragcheck's table."""
    for folder in (start.resolve(), *start.resolve().parents):
        for name in (FILE, "pyproject.toml"):
            file = folder / name
            if not file.is_file():
                continue
            text, table = _read(file)
            own = table if name == FILE else _own_table(table)
            if own is not None:
                _refuse_unknown(file, text, own)
                return file, text, own
    return None, "", {}


def _read(file: Path) -> tuple[str, dict[str, Any]]:
    try:
        text = file.read_text("utf-8")
        return text, tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(
            f"{_shown(file)}: {error}", hint="the file must be TOML in UTF-8"
        ) from error


def _own_table(pyproject: Mapping[str, Any]) -> dict[str, Any] | None:
    tool = pyproject.get("tool")
    own = tool.get("ragcheck") if isinstance(tool, dict) else None
    return own if isinstance(own, dict) else None


def _refuse_unknown(file: Path, text: str, table: Mapping[str, Any]) -> None:
    known = [*(f.name for f in dataclasses.fields(Settings)), *TABLES]
    for key, value in table.items():
        place = f"{_shown(file)}:{_line(text, key)}"
        if key not in known:
            raise _unknown(f"{place} unknown key `{key}`", key, known)
        if key in TABLES and not isinstance(value, dict):
            raise ConfigError(
                f"{place}: `{key}` is {value!r}: expected a table", hint=f"write it as `[{key}]`"
            )


def _refuse_unknown_variables(settings: list[str]) -> None:
    """A misspelt variable must not leave a setting at its default unseen."""
    known = [*(_PREFIX + key.upper() for key in settings), *_VARIABLES]
    for variable, value in sorted(os.environ.items()):
        if value and variable.startswith(_PREFIX) and variable not in known:
            raise _unknown(f"unknown environment variable `{variable}`", variable, known)


def _unknown(message: str, key: str, known: list[str]) -> ConfigError:
    close = difflib.get_close_matches(key, known, n=1)
    hint = f"did you mean `{close[0]}`?" if close else f"there are: {', '.join(known)}"
    return ConfigError(message, hint=hint)


def _shown(file: Path | None) -> str:
    """A file as seen from where the command was given."""
    return os.path.relpath(file) if file else ""


def _line(text: str, key: str) -> int:
    """Line of a key in a TOML file (the parser does not tell), or 1."""
    match = re.search(rf"^[ \t\[]*[\"']?(tool\.ragcheck\.)?{re.escape(key)}\b", text, re.MULTILINE)
    return text.count("\n", 0, match.start()) + 1 if match else 1


def _parsed(key: str, value: Any, place: str) -> Any:
    parse = Settings.__dataclass_fields__[key].metadata["parse"]
    try:
        return parse(value)
    except ConfigError as error:
        raise ConfigError(f"{place}: {error.message}", hint=error.hint) from error
    except (ValueError, TypeError) as error:
        raise ConfigError(f"{place}: `{key}` is {value!r}: {error}") from error


def _anchored(value: Any, root: Path) -> Any:
    """Paths of a configuration file, relative to that file."""
    if isinstance(value, Path):
        return root / value
    if isinstance(value, tuple) and value and isinstance(value[0], Path):
        return tuple(root / path for path in value)
    return value


def shareable(configured: Configured) -> dict[str, Any]:
    """Settings that may stand in a run others read: paths below the configuration, or bare names.

    Where the run is written says nothing about its numbers, so `out` is left out, and so is all
    that is not set.
    """
    kept = {
        f.name: _relative(getattr(configured.settings, f.name), configured.root)
        for f in dataclasses.fields(Settings)
        if f.name != "out"
    }
    return {key: as_plain(value) for key, value in kept.items() if value not in (None, ())}


def _relative(value: Any, root: Path) -> Any:
    if isinstance(value, tuple):
        return tuple(_relative(part, root) for part in value)
    if not isinstance(value, Path):
        return value
    full = (Path.cwd() / value).resolve()
    return (
        full.relative_to(root.resolve()) if full.is_relative_to(root.resolve()) else Path(full.name)
    )
