"""From settings to built components: chunkers x sizes x overlaps, and retrievers.

A component's id is its short name in every table: `fixed-256`, `overlap-256-51`,
`section-512,heading_path=true`, `bm25`, `dense,embedder.model=my-model`. Options that hold their
default are left out of it.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ragcheck import registry
from ragcheck.chunking.options import resolve_overlap
from ragcheck.provenance import marks
from ragcheck.records import Config, Json
from ragcheck.settings import Settings
from ragcheck.sweep.plan import Component, digest


def chunkers(settings: Settings) -> list[Component]:
    """Every chunker with every size and overlap that it takes and does not set itself."""
    found = []
    for options in settings.chunkers:
        name = str(options["name"])
        made = registry.load("chunker", name)
        fields = registry.options_of(f"chunker `{name}`", made) if inspect.isclass(made) else {}
        sizes = settings.chunk_sizes if "size" in fields and "size" not in options else (None,)
        overlaps: tuple[Any, ...] = (None,)
        if "overlap" in fields and "overlap" not in options:
            overlaps = settings.overlaps
        for size in sizes:
            for overlap in overlaps:
                defaults = _grid_point(size, overlap, settings.tokenizer)
                built = registry.build("chunker", options, defaults=defaults)
                found.append(_component("chunker", name, built, defaults))
    return found


def retrievers(settings: Settings) -> list[Component]:
    """Every retriever, with the settings' embedder wherever one is needed and not named."""
    embedder = _embedder(settings.embedder)
    found = []
    for options in settings.retrievers:
        built = registry.build("retriever", options, embedder=embedder)
        found.append(_component("retriever", str(options["name"]), built, {}))
    return found


def _grid_point(size: int | None, overlap: float | None, tokenizer: str) -> dict[str, Json]:
    """Options the grid gives; a share of overlap becomes tokens, so that the run names them."""
    point: dict[str, Json] = {"tokenizer": tokenizer}
    if size is not None:
        point["size"] = size
    if overlap is not None:
        point["overlap"] = resolve_overlap(overlap, size) if size is not None else overlap
    return point


def _embedder(options: Config) -> Config:
    """A name that is no embedder is the name of a sentence-transformers model."""
    name = str(options["name"])
    if ":" in name or name in registry.entries("embedder"):
        return options
    return {**options, "name": "sentence-transformer", "model": name}


def _component(kind: registry.Kind, name: str, built: Any, grid: Mapping[str, Json]) -> Component:
    given = registry.describe(kind, built)
    options = _portable(given)
    default = registry.usual(kind, name)
    parts = [name]
    parts += [str(options[key]) for key in ("size", "overlap") if key in options]
    named = {"name", "size", "overlap", *(k for k, v in grid.items() if options.get(k) == v)}
    extra = [
        f"{k}={v}" for k, v in _differences(kind, options, default) if k.split(".")[0] not in named
    ]
    id = ",".join(["-".join(parts), *extra])
    if kind == "chunker":  # the first slash of a system's id ends the chunker
        id = id.replace("/", "_")
    return Component(id, options, built, (*marks(kind, built), *_hidden(given)))


def _portable(options: Config) -> dict[str, Json]:
    """Options for others to read: a place on this machine is its name."""
    return {
        key: _portable(value) if isinstance(value, Mapping) else _named(value)
        for key, value in options.items()
    }


def _named(value: Json) -> Json:
    """The last part of an absolute path; `/` alone is none, but what a chunker may cut at."""
    absolute = isinstance(value, str) and Path(value).is_absolute()
    return (Path(str(value)).name or value) if absolute else value


def _hidden(options: Config) -> Iterator[str]:
    """A mark for what only its name is told of, lest two files of one name be one component.

    None for an embedder's model: its fingerprint is of the content, wherever that lies.
    """
    for key, value in options.items():
        if isinstance(value, Mapping):
            yield from _hidden(value) if key != "embedder" else ()
        elif _named(value) != value:
            yield f"{key} {digest(value)}"


def _differences(
    kind: registry.Kind, options: Config, default: Config
) -> Iterator[tuple[str, str]]:
    """Options that differ from their default; `second=bm25`, `second.k1=2.0` for nested ones."""
    for key, value in options.items():
        usual = default.get(key)
        if isinstance(value, Mapping):
            nested: registry.Kind = "embedder" if key == "embedder" else kind
            name = str(value["name"])
            if not isinstance(usual, Mapping) or usual["name"] != name:
                yield key, name
                usual = registry.usual(nested, name)
            inner = _differences(nested, value, usual)
            yield from ((f"{key}.{option}", text) for option, text in inner)
        elif value != usual:
            yield key, str(value).lower() if isinstance(value, bool) else str(value)
