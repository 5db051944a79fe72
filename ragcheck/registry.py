"""Which components there are, and how their options become objects and back.

Built-ins stand in one typed table. Plug-ins come through the entry points `ragcheck.chunkers`,
`ragcheck.retrievers` and `ragcheck.embedders`, and are imported only when a run uses them, so a
broken one disturbs nobody else. `module:object` is accepted wherever a name is.
"""

from __future__ import annotations

import dataclasses
import difflib
import importlib
import importlib.metadata
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ragcheck.errors import ComponentError, ConfigError
from ragcheck.options import as_options, coerce, option_types, refuse_unknown
from ragcheck.protocols import Chunker, Embedder, Retriever
from ragcheck.records import Config, Json

Kind = Literal["chunker", "retriever", "embedder"]

_EMBEDDING = "ragcheck.embedding"

BUILT_IN: Mapping[Kind, Mapping[str, str]] = {
    "chunker": {
        "fixed": "ragcheck.chunking.fixed:Fixed",
        "overlap": "ragcheck.chunking.overlap:Overlap",
        "section": "ragcheck.chunking.section:Section",
        "sentence": "ragcheck.chunking.sentence:Sentence",
        "paragraph": "ragcheck.chunking.paragraph:Paragraph",
        "recursive": "ragcheck.chunking.recursive:Recursive",
    },
    "retriever": {
        "bm25": "ragcheck.retrieval.bm25:BM25",
        "dense": "ragcheck.retrieval.dense:Dense",
        "hybrid": "ragcheck.retrieval.hybrid:Hybrid",
    },
    "embedder": {
        "sentence-transformer": f"{_EMBEDDING}.sentence_transformer:SentenceTransformerEmbedder",
    },
}

#: What a field of a component type holds when the options do not name it.
NESTED: Mapping[str, str] = {"embedder": "sentence-transformer", "first": "bm25", "second": "dense"}

PROTOCOLS: Mapping[Kind, type] = {"chunker": Chunker, "retriever": Retriever, "embedder": Embedder}


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """A component that can be named: `target` is `module:object`, `owner` who ships it."""

    kind: Kind
    name: str
    target: str
    owner: str


def entries(kind: Kind) -> dict[str, Entry]:
    """Every component of a kind by name, built-ins first. Imports none of them.

    Raises ConfigError when two owners claim one name.
    """
    found = {name: Entry(kind, name, target, "ragcheck") for name, target in BUILT_IN[kind].items()}
    for point in sorted(importlib.metadata.entry_points(group=f"ragcheck.{kind}s")):
        owner = point.dist.name if point.dist else "unknown"
        entry = Entry(kind, point.name, point.value, owner)
        if found.setdefault(point.name, entry) != entry:
            raise ConfigError(
                f"{kind} `{point.name}` is offered by both {found[point.name].owner} and {owner}",
                hint="uninstall one of them, or name the one you mean as `module:object`",
            )
    return found


def load(kind: Kind, name: str) -> Any:
    """The class or ready object behind a name. Raises ConfigError, or ComponentError if broken."""
    known = entries(kind)
    if name in known:
        target = known[name].target
    elif ":" in name:
        target = name
    else:
        close = difflib.get_close_matches(name, known, n=1)
        hint = f"did you mean `{close[0]}`?" if close else f"there are: {', '.join(known)}"
        raise ConfigError(f"no {kind} is named `{name}`", hint=hint)
    module, _, path = target.partition(":")
    try:
        found: Any = importlib.import_module(module)
        for part in path.split("."):
            found = getattr(found, part)
    except Exception as error:  # whatever a plug-in's import raises is the plug-in's failure
        raise ComponentError(
            f"{kind} `{name}` ({target}) cannot be imported: {error!r}",
            hint="install what it needs, or leave it out of this run",
        ) from error
    return found


def build(
    kind: Kind, options: Config, *, embedder: Config | None = None, defaults: Config | None = None
) -> Any:
    """A component from `{"name": ..., option: value, ...}`.

    `defaults` fill options that the component has and `options` do not name. `embedder` is what an
    unnamed embedder inside the component is. Raises ConfigError on an unknown or wrong option.
    """
    given = dict(options)
    name = str(given.pop("name"))
    made = load(kind, name)
    if not inspect.isclass(made):
        refuse_unknown(f"{kind} `{name}`", given, {})
        return _checked(kind, name, made)
    fields = option_types(made)
    refuse_unknown(f"{kind} `{name}`", given, fields)
    values: dict[str, Any] = {k: v for k, v in (defaults or {}).items() if k in fields}
    for field, annotation in fields.items():
        nested = _nested_kind(annotation)
        if nested:
            fallback = embedder if nested == "embedder" and embedder else {"name": NESTED[field]}
            spec = as_options(given.get(field, fallback))
            values[field] = build(nested, spec, embedder=embedder)
        elif field in given:
            values[field] = coerce(f"{kind} `{name}`", field, annotation, given[field])
    try:
        return _checked(kind, name, made(**values))
    except TypeError as error:
        raise ConfigError(f"{kind} `{name}` cannot be built: {error}") from error


def describe(kind: Kind, component: Any) -> dict[str, Json]:
    """The options that build `component` again, `name` first, nested components as tables."""
    described: dict[str, Json] = {"name": _name(kind, component)}
    if dataclasses.is_dataclass(component):
        for field, annotation in option_types(type(component)).items():
            value = getattr(component, field)
            nested = _nested_kind(annotation)
            described[field] = describe(nested, value) if nested else value
    return described


def version(component: Any) -> int:
    """The component's own version: raise it when equal options give other results."""
    return int(getattr(component, "version", 1))


def fingerprints(component: Any) -> list[str]:
    """Fingerprints of the embedders inside a component, so that another model is another key."""
    if isinstance(component, Embedder):
        return [component.fingerprint]
    if not dataclasses.is_dataclass(component):
        return []
    values = (getattr(component, field.name) for field in dataclasses.fields(component))
    return [mark for value in values for mark in fingerprints(value)]


def replace_embedders(component: Any, wrap: Callable[[Embedder], Embedder]) -> Any:
    """The same component with every embedder inside replaced by `wrap(embedder)`."""
    if isinstance(component, Embedder):
        return wrap(component)
    if not dataclasses.is_dataclass(component) or isinstance(component, type):
        return component
    old = {field.name: getattr(component, field.name) for field in dataclasses.fields(component)}
    new = {name: replace_embedders(value, wrap) for name, value in old.items()}
    changed = {name: value for name, value in new.items() if value is not old[name]}
    return dataclasses.replace(component, **changed) if changed else component


def _nested_kind(annotation: Any) -> Kind | None:
    for kind, protocol in PROTOCOLS.items():
        if annotation is protocol:
            return kind
    return None


def _name(kind: Kind, component: Any) -> str:
    made = component if inspect.isfunction(component) else type(component)
    target = f"{made.__module__}:{made.__qualname__}"
    for entry in entries(kind).values():
        if entry.target == target:
            return entry.name
    return target


def _checked(kind: Kind, name: str, component: Any) -> Any:
    if not isinstance(component, PROTOCOLS[kind]):
        wanted = [m for m in ("chunk", "index", "embed") if hasattr(PROTOCOLS[kind], m)]
        raise ConfigError(
            f"`{name}` is not a {kind}: it has no method `{wanted[0]}`",
            hint="`ragcheck components` lists what each kind needs and what is installed",
        )
    return component
