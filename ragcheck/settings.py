"""What a sweep can be told: every setting with its default, its help and how it is read.

A value may come from a flag or a variable (text) or from a file (TOML): each parser takes both and
raises ValueError or ConfigError for what it cannot use.
"""

from __future__ import annotations

import dataclasses
import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ragcheck.errors import ConfigError, InputError
from ragcheck.notation import parse_cut
from ragcheck.options import as_options, parse_component, parse_components
from ragcheck.records import Config, Cut

_WHOLE = "expected whole numbers from 1 to 999999999, such as 256,512"
_DIGITS = re.compile("[0-9]{1,9}")


def _integers(value: Any) -> tuple[int, ...]:
    parts = value.split(",") if isinstance(value, str) else value
    parts = parts if isinstance(parts, (list, tuple)) else [parts]
    numbers = tuple(sorted({_integer(part) for part in parts}))
    if not numbers:
        raise ValueError(_WHOLE)
    return numbers


def _integer(value: Any) -> int:
    """A whole number of at most nine digits, so that it can be written as a cut-off."""
    text = str(value).strip()
    if isinstance(value, float) or not _DIGITS.fullmatch(text) or not int(text):
        raise ValueError(_WHOLE)
    return int(text)


def _overlap(value: Any) -> int | float:
    text = str(value).strip()
    if _DIGITS.fullmatch(text) and int(text):
        return int(text)
    try:
        number = float(text[:-1]) / 100 if text.endswith("%") else float(text)
    except ValueError:
        number = 0
    if not 0 < number < 1:
        raise ValueError("expected tokens (64) or a share of the size (0.2 or 20%), above 0")
    return number


def _overlaps(value: Any) -> tuple[int | float, ...]:
    parts = value.split(",") if isinstance(value, str) else value
    return tuple(_overlap(p) for p in (parts if isinstance(parts, (list, tuple)) else [parts]))


def _components(value: Any) -> tuple[Config, ...]:
    if isinstance(value, str):
        return parse_components(value)
    return tuple(
        as_options(part) for part in (value if isinstance(value, (list, tuple)) else [value])
    )


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
    if not isinstance(value, str) or not value or "\0" in value:
        raise ValueError("expected text")
    return value


def _paths(value: Any) -> tuple[Path, ...]:
    parts = value if isinstance(value, (list, tuple)) else [value]
    return tuple(_path(part) for part in parts)


def _path(value: Any) -> Path:
    return Path(_text(os.fspath(value) if isinstance(value, os.PathLike) else value))


def _count(value: Any) -> int:
    return _integer(value)


def _choice(*allowed: str) -> Callable[[Any], str]:
    def parse(value: Any) -> str:
        if value not in allowed:
            raise ValueError(f"expected {' or '.join(allowed)}")
        return str(value)

    return parse


def _choices(*allowed: str) -> Callable[[Any], tuple[str, ...]]:
    def parse(value: Any) -> tuple[str, ...]:
        parts = value.split(",") if isinstance(value, str) else value
        chosen = tuple(str(part).strip() for part in parts)
        if any(part not in allowed for part in chosen):
            raise ValueError(f"expected {' and '.join(allowed)}, or one of them")
        return tuple(name for name in allowed if name in chosen)

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
    parity: tuple[str, ...] = _key(
        _choices("chroma", "legalbench"), (), "Also measure as other tools do: chroma, legalbench."
    )
    phase: str = _key(
        _choice("off", "bm25", "all"),
        "bm25",
        "Measure recall of `fixed` from five starting points: off, bm25 or all retrievers.",
    )
    diagnosis: bool = _key(
        _switch, True, "Whether to find out why passages were missed: on or off."
    )
    tokenizer: str = _key(_text, "cl100k_base", "tiktoken encoding that counts tokens.")
    sample: int | None = _key(
        _count, None, "Evaluate this many questions, drawn with a fixed seed."
    )
    out: Path | None = _key(_path, None, "Run folder.")
    report_docs: str = _key(
        _choice("full", "none"), "full", "Store document texts in the run: full or none."
    )
    offline: bool = _key(_switch, False, "Make any network access an error: on or off.")


def plain(settings: Settings) -> dict[str, Any]:
    """Settings as values that TOML and JSON can hold; reading them back gives equal settings."""
    return {f.name: as_plain(getattr(settings, f.name)) for f in dataclasses.fields(Settings)}


def as_plain(value: Any) -> Any:
    """One setting's value as TOML and JSON can hold it."""
    if isinstance(value, (Path, Cut)):
        return value.as_posix() if isinstance(value, Path) else str(value)
    if isinstance(value, tuple):
        return [as_plain(part) for part in value]
    return dict(value) if isinstance(value, Mapping) else value


def named_files(settings: Settings) -> tuple[Path, tuple[Path, ...]]:
    """The documents' folder and the label files.

    Raises ConfigError where either is not named, InputError for a folder without label files.
    """
    if settings.docs is None or not settings.labels:
        missing = "documents" if settings.docs is None else "labels"
        flag = "--docs FOLDER" if settings.docs is None else "--labels FILE"
        raise ConfigError(
            f"no {missing} are named",
            hint=f"give `{flag}`, or write a configuration with `ragcheck init`",
        )
    return settings.docs, _label_files(settings.labels)


def _label_files(paths: Sequence[Path]) -> tuple[Path, ...]:
    """Files behind the labels setting: a folder stands for its `.jsonl` files, sorted."""
    found: list[Path] = []
    for path in paths:
        files = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
        if not files:
            raise InputError(
                f"labels: `{path}` holds no .jsonl file",
                hint="name the file with your labelled questions: `--labels FILE`",
            )
        found.extend(files)
    return tuple(found)
