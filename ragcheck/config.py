"""What a user asked for: flag over environment over configuration file over default.

The nearest `ragcheck.toml`, or `pyproject.toml` with a `[tool.ragcheck]` table, is the file. Every
key of it is a field of `Settings`, a flag of `ragcheck sweep` and a variable `RAGCHECK_<KEY>`.
Unknown keys are errors with file, line and the nearest name.
"""

from __future__ import annotations

import dataclasses
import difflib
import os
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ragcheck.errors import ConfigError
from ragcheck.notation import parse_cut
from ragcheck.options import as_options, parse_component, parse_components
from ragcheck.records import Config, Cut

FILE = "ragcheck.toml"


def _integers(value: Any) -> tuple[int, ...]:
    parts = value.split(",") if isinstance(value, str) else value
    parts = parts if isinstance(parts, (list, tuple)) else [parts]
    numbers = tuple(sorted({int(part) for part in parts if not isinstance(part, bool)}))
    if not numbers or numbers[0] < 1 or any(isinstance(part, float) for part in parts):
        raise ValueError("expected whole numbers of at least 1, such as 256,512")
    return numbers


def _overlap(value: Any) -> int | float:
    text = str(value).strip()
    number = float(text[:-1]) / 100 if text.endswith("%") else float(text)
    if text.isdigit():
        return int(text)
    if not 0 <= number < 1:
        raise ValueError("expected tokens (64) or a share of the size (0.2 or 20%)")
    return number


def _overlaps(value: Any) -> tuple[int | float, ...]:
    parts = value.split(",") if isinstance(value, str) else value
    return tuple(_overlap(p) for p in (parts if isinstance(parts, (list, tuple)) else [parts]))


def _components(value: Any) -> tuple[Config, ...]:
    if isinstance(value, str):
        return parse_components(value)
    return tuple(as_options(part) for part in (value if isinstance(value, list) else [value]))


def _embedder(value: Any) -> Config:
    """A registered embedder, `module:object`, or the name of a sentence-transformers model."""
    return parse_component(value) if isinstance(value, str) else as_options(value)


def _cut(value: Any) -> Cut:
    return parse_cut(str(value).removeprefix("@"))


def _switch(value: Any) -> bool:
    words = {"on": True, "true": True, "off": False, "false": False}
    if str(value).lower() not in words:
        raise ValueError("expected on or off")
    return words[str(value).lower()]


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("expected text")
    return value


def _paths(value: Any) -> tuple[Path, ...]:
    parts = value if isinstance(value, (list, tuple)) else [value]
    return tuple(Path(_text(part) if isinstance(part, str) else part) for part in parts)


def _path(value: Any) -> Path:
    return _paths(value)[0]


def _count(value: Any) -> int:
    return _integers(value)[0]


def _choice(*allowed: str) -> Callable[[Any], str]:
    def parse(value: Any) -> str:
        if value not in allowed:
            raise ValueError(f"expected {' or '.join(allowed)}")
        return str(value)

    return parse


def _key(parse: Callable[[Any], Any], default: Any, help: str) -> Any:
    return field(default_factory=lambda: default, metadata={"parse": parse, "help": help})


def _names(*names: str) -> tuple[Config, ...]:
    return tuple({"name": name} for name in names)


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a sweep can be told. Field help is the flag's help."""

    docs: Path | None = _key(_path, None, "Folder of documents (.txt, .md).")
    labels: tuple[Path, ...] = _key(_paths, (), "Labels: .jsonl files or folders of them.")
    name: str | None = _key(_text, None, "Name of the collection.")
    chunkers: tuple[Config, ...] = _key(
        _components, _names("fixed", "overlap", "section"), "Chunkers, with options after each."
    )
    chunk_sizes: tuple[int, ...] = _key(_integers, (256, 512), "Chunk sizes in tokens.")
    overlaps: tuple[int | float, ...] = _key(
        _overlaps, (0.2,), "Overlaps of `overlap`: tokens (64) or share (0.2, 20%)."
    )
    retrievers: tuple[Config, ...] = _key(
        _components, _names("bm25", "dense", "hybrid"), "Retrievers, with options after each."
    )
    embedder: Config = _key(
        _embedder, {"name": "sentence-transformer"}, "Embedder or model of dense retrieval."
    )
    k: tuple[int, ...] = _key(_integers, (1, 3, 5, 10), "Cut-offs in chunks.")
    budgets: tuple[int, ...] = _key(
        _integers, (250, 500, 1000, 2000, 4000, 8000), "Cut-offs in context tokens."
    )
    at: Cut = _key(_cut, Cut(5), "Working cut of cases and gates: 5, or 2000t.")
    twins: bool = _key(_switch, True, "Whether the same text elsewhere counts as found: on or off.")
    tokenizer: str = _key(_text, "cl100k_base", "tiktoken encoding that counts tokens.")
    sample: int | None = _key(
        _count, None, "Evaluate this many questions, drawn with a fixed seed."
    )
    out: Path | None = _key(_path, None, "Run folder.")
    report_docs: str = _key(
        _choice("full", "none"), "full", "Store document texts in the run: full or none."
    )
    offline: bool = _key(_switch, False, "Make any network access an error: on or off.")


@dataclass(frozen=True, slots=True)
class Configured:
    """Settings with the origin of each, and what else the configuration file holds."""

    settings: Settings
    origins: Mapping[str, str]
    root: Path
    gate: Mapping[str, Any]


#: Tables of the configuration file that other commands read.
TABLES = ("gate",)


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
            place = f"{file}:{_line(text, key)}"
            values[key] = _anchored(_parsed(key, value, place), root)
            origins[key] = place
    for key in origins:
        variable = f"RAGCHECK_{key.upper()}"
        if os.environ.get(variable):
            values[key], origins[key] = _parsed(key, os.environ[variable], variable), variable
    for key, value in flags.items():
        if value is not None and value != ():
            flag = "--" + key.replace("_", "-")
            values[key], origins[key] = _parsed(key, value, flag), flag
    return Configured(Settings(**values), origins, root, table.get("gate", {}))


def find_file(start: Path) -> tuple[Path | None, str, dict[str, Any]]:
    """The nearest configuration file at or above `start`: path, text and ragcheck's table."""
    for folder in (start.resolve(), *start.resolve().parents):
        for name in (FILE, "pyproject.toml"):
            file = folder / name
            if not file.is_file():
                continue
            text, table = _read(file)
            own = table if name == FILE else table.get("tool", {}).get("ragcheck")
            if own is not None:
                _refuse_unknown(file, text, own)
                return file, text, own
    return None, "", {}


def _read(file: Path) -> tuple[str, dict[str, Any]]:
    try:
        text = file.read_text("utf-8")
        return text, tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{file}: {error}", hint="the file must be TOML in UTF-8") from error


def _refuse_unknown(file: Path, text: str, table: Mapping[str, Any]) -> None:
    known = [*(f.name for f in dataclasses.fields(Settings)), *TABLES]
    for key in table:
        if key not in known:
            close = difflib.get_close_matches(key, known, n=1)
            raise ConfigError(
                f"{file}:{_line(text, key)} unknown key `{key}`",
                hint=f"did you mean `{close[0]}`?" if close else f"keys: {', '.join(known)}",
            )


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


def label_files(paths: Sequence[Path]) -> tuple[Path, ...]:
    """Files behind the labels setting: a folder stands for its `.jsonl` files, sorted."""
    found: list[Path] = []
    for path in paths:
        found.extend(sorted(path.glob("*.jsonl")) if path.is_dir() else [path])
    return tuple(found)
