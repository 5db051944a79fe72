"""The sweep of one system of a run, as settings and as words of a command line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ragcheck.records import Config, Run, System

#: Settings that a command may leave out: what they are unless told. `Settings` has the same, which
#: a test holds; it lies beyond what reads a run.
USUAL: Mapping[str, object] = {
    "chunk_sizes": [256, 512],
    "overlaps": [0.2],
    "embedder": {"name": "sentence-transformer"},
    "k": [1, 3, 5, 10],
    "budgets": [250, 500, 1000, 2000, 4000, 8000],
    "at": "5",
    "twins": True,
    "phase": "bm25",
    "tokenizer": "cl100k_base",
    "report_docs": "full",
    "offline": False,
}
#: Flags in the order in which people write them.
_ORDER = (
    "docs", "labels", "name", "chunkers", "chunk_sizes", "overlaps", "retrievers", "embedder",
)  # fmt: skip
#: What the grid sets on every chunker that takes it.
_GRID = ("size", "overlap", "tokenizer")


def one_system(run: Run, system: System) -> dict[str, Any]:
    """The run's settings narrowed to one of its systems, which they build again."""
    settings = _without(run.plan.settings, ("parity", "diagnosis", "chunk_sizes", "overlaps"))
    chunker = _given(run, "chunkers", system.chunker)
    settings["chunkers"] = [chunker]
    settings["retrievers"] = [_given(run, "retrievers", system.retriever)]
    for key, option in (("chunk_sizes", "size"), ("overlaps", "overlap")):
        if option in system.chunker and option not in chunker:
            settings[key] = [system.chunker[option]]
    return settings


def other_size(settings: Mapping[str, Any], size: int, overlap: int | None) -> dict[str, Any]:
    """The same settings at another size, and where one is given another overlap."""
    found = _without(settings, ("chunk_sizes", "overlaps"))
    found["chunkers"] = [_without(one, ("size", "overlap")) for one in settings["chunkers"]]
    found["chunk_sizes"] = [size]
    return found if overlap is None else {**found, "overlaps": [overlap]}


def _given(run: Run, kind: str, built: Config) -> dict[str, Any]:
    """A component as the user wrote it, which is shorter than with all its options."""
    rows: Any = run.plan.settings.get(kind, ())
    entries = [dict(row) if isinstance(row, Mapping) else {"name": row} for row in rows]
    written = [entry for entry in entries if entry["name"] == built["name"]]
    if not written:
        return {key: value for key, value in built.items() if key not in _GRID}
    return max(written, key=lambda entry: sum(_agrees(entry, name, built) for name in entry))


def _agrees(entry: Mapping[str, Any], name: str, built: Config) -> int:
    """1 where an option as it was written is the one that was built, -1 where it is not."""
    return 1 if _same(entry[name], built.get(name)) else -1


def _same(given: object, built: object) -> bool:
    """Text of a command line stands for numbers and switches, a name for a whole component."""
    if isinstance(given, Mapping) and isinstance(built, Mapping):
        return all(_same(value, built.get(key)) for key, value in given.items())
    if isinstance(built, Mapping):
        return given == built.get("name")
    if isinstance(built, bool):
        return str(given).lower() in (("true", "yes") if built else ("false", "no"))
    try:
        return float(str(given)) == float(str(built))
    except ValueError:
        return str(given) == str(built)


def _without(options: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {key: value for key, value in options.items() if key not in names}


def words(settings: Mapping[str, Any]) -> tuple[str, ...]:
    """`ragcheck sweep ...` with a flag for every setting that is not the usual one.

    Empty where an option cannot be written as a flag (a nested table with options of its own).
    """
    found = ["ragcheck", "sweep"]
    keys = [*(key for key in _ORDER if key in settings), *(k for k in settings if k not in _ORDER)]
    for key in keys:
        value = settings[key]
        if value is None or (key in USUAL and value == USUAL[key]):
            continue
        flag = "-k" if key == "k" else f"--{key.replace('_', '-')}"
        for part in value if key == "labels" else [value]:
            text = _text(part)
            if text is None:
                return ()
            found += [flag, text]
    return tuple(found)


def _text(value: Any) -> str | None:
    """A setting as a flag takes it."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, Mapping):
        return component(value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        parts = [_text(part) for part in value]
        return None if None in parts else ",".join(part or "" for part in parts)
    return str(value)


def component(options: Mapping[str, Any]) -> str | None:
    """`fixed,unit=characters`; None where an option cannot be written so."""
    parts = [str(options["name"])]
    for key, value in options.items():
        if key == "name" or value is None:
            continue
        text = str(value).lower() if isinstance(value, bool) else str(value)
        if isinstance(value, Mapping):
            text = str(value["name"])
            if len(value) > 1:
                return None
        if "," in text or (isinstance(value, Sequence) and not isinstance(value, str)):
            return None
        parts.append(f"{key}={text}")
    return ",".join(parts)
