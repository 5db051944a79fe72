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
from functools import lru_cache
from typing import Any, Literal

from ragcheck.errors import ComponentError, ConfigError, RagcheckError
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
    for point in _points(f"ragcheck.{kind}s"):
        owner = point.dist.name if point.dist else "unknown"
        entry = Entry(kind, point.name, point.value, owner)
        if found.setdefault(point.name, entry) != entry:
            raise ConfigError(
                f"{kind} `{point.name}` is offered by both {found[point.name].owner} and {owner}",
                hint="uninstall one of them, or name the one you mean as `module:object`",
            )
    return found


@lru_cache
def _points(group: str) -> tuple[importlib.metadata.EntryPoint, ...]:
    """The entry points of a group; looking through everything installed takes a while."""
    return tuple(sorted(importlib.metadata.entry_points(group=group)))


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
    where = f"{kind} `{name}`"
    made = load(kind, name)
    fields = options_of(where, made) if inspect.isclass(made) else {}
    refuse_unknown(where, given, fields)
    if not inspect.isclass(made):
        return _nameable(kind, name, _checked(kind, name, made))
    values: dict[str, Any] = {k: v for k, v in (defaults or {}).items() if k in fields}
    for field, annotation in fields.items():
        nested = nested_kind(annotation)
        inside = embedder if nested == "embedder" and embedder else _inside(made, field, nested)
        if nested and (field in given or inside):
            values[field] = build(nested, as_options(given.get(field, inside)), embedder=embedder)
        elif field in given:
            values[field] = coerce(where, field, annotation, given[field])
    try:
        component = made(**values)
    except RagcheckError:
        raise
    except Exception as error:  # a component's own check of its options, or one that is missing
        raise ConfigError(
            f"{where} cannot be built: {error}", hint=f"its options: {', '.join(fields) or 'none'}"
        ) from error
    return _checked(kind, name, component)


def describe(kind: Kind, component: Any) -> dict[str, Json]:
    """The options that build `component` again, `name` first, nested components as tables.

    Raises ConfigError for an option that no file can hold.
    """
    described: dict[str, Json] = {"name": _name(kind, component)}
    for field, annotation in options_of(described["name"], type(component)).items():
        value = getattr(component, field)
        nested = nested_kind(annotation)
        described[field] = describe(nested, value) if nested else value
        if not nested and not _is_plain(value):
            raise ConfigError(
                f"{kind} `{described['name']}` option `{field}`: {value!r} cannot be written down",
                hint="options are text, numbers, true or false, and lists and tables of them",
            )
    return described


def usual(kind: Kind, name: str) -> dict[str, Json]:
    """The options of a component that has the default of each, as `describe` gives them.

    Nothing is built; an option without a default is left out.
    """
    made = load(kind, name)
    described: dict[str, Json] = {"name": name}
    if not inspect.isclass(made):
        return describe(kind, made)
    for field, annotation in options_of(name, made).items():
        nested = nested_kind(annotation)
        inside = _inside(made, field, nested)
        default = _default(made, field)
        if nested and inside:
            described[field] = usual(nested, inside)
        elif default is not dataclasses.MISSING:
            described[field] = describe(nested, default) if nested else default
    return described


def replace_embedders(component: Any, wrap: Callable[[Embedder], Embedder]) -> Any:
    """The same component with every embedder inside replaced by `wrap(embedder)`."""
    if _offers("embedder", component):
        return wrap(component)
    if not dataclasses.is_dataclass(component) or isinstance(component, type):
        return component
    old = {field.name: getattr(component, field.name) for field in dataclasses.fields(component)}
    new = {name: replace_embedders(value, wrap) for name, value in old.items()}
    changed = {name: value for name, value in new.items() if value is not old[name]}
    return dataclasses.replace(component, **changed) if changed else component


def nested_kind(annotation: Any) -> Kind | None:
    """The kind of component that a field of this type holds."""
    for kind, protocol in PROTOCOLS.items():
        if annotation is protocol:
            return kind
    return None


def _inside(made: type, field: str, nested: Kind | None) -> str | None:
    """What a nested component is that the options do not name; None: the class's own default."""
    if nested == "embedder":
        return NESTED["embedder"]
    return NESTED.get(field) if nested and _default(made, field) is dataclasses.MISSING else None


def _default(made: type, field: str) -> Any:
    """The default of a field of a dataclass, or MISSING."""
    found: dataclasses.Field[Any] = made.__dataclass_fields__[field]  # type: ignore[attr-defined]
    if found.default_factory is not dataclasses.MISSING:
        return found.default_factory()
    return found.default


def options_of(where: Any, made: type) -> dict[str, Any]:
    """Option names and types of a class. Raises ComponentError where it does not tell them."""
    try:
        found = option_types(made)
    except Exception as error:  # such as a name that is imported for type checkers only
        raise ComponentError(f"{where}: its options cannot be read: {error!r}") from error
    if "name" in found:
        raise ComponentError(
            f"{where} has an option `name`, which is what components themselves are called by",
            hint="call the option something else",
        )
    return found


def _is_plain(value: Any) -> bool:
    if isinstance(value, Mapping):
        return all(isinstance(key, str) and _is_plain(part) for key, part in value.items())
    if isinstance(value, (list, tuple)):
        return all(map(_is_plain, value))
    return value is None or isinstance(value, (str, int, float))


def entry_of(kind: Kind, component: Any) -> Entry | None:
    """The entry that names a component's class."""
    target = _target(component)
    return next((e for e in entries(kind).values() if e.target == target), None)


def _name(kind: Kind, component: Any) -> str:
    entry = entry_of(kind, component)
    return entry.name if entry else _target(component)


def _target(component: Any) -> str:
    return f"{type(component).__module__}:{type(component).__qualname__}"


def _offers(kind: Kind, component: Any) -> bool:
    """Whether a component has what its protocol asks for. Asks no embedder for its fingerprint.

    `isinstance` with a protocol would, which takes the model itself.
    """
    wanted = {"chunker": ["chunk"], "retriever": ["index"], "embedder": ["embed", "fingerprint"]}
    missing = object()
    return all(
        inspect.getattr_static(component, name, missing) is not missing for name in wanted[kind]
    )


def _checked(kind: Kind, name: str, component: Any) -> Any:
    if not _offers(kind, component):
        wanted = [m for m in ("chunk", "index", "embed") if hasattr(PROTOCOLS[kind], m)]
        raise ConfigError(
            f"`{name}` is not a {kind}: it has no method `{wanted[0]}`",
            hint="`ragcheck components` lists what each kind needs and what is installed",
        )
    return component


def _nameable(kind: Kind, name: str, component: Any) -> Any:
    """A ready object, unless it holds what neither its name nor any option says."""
    held = () if dataclasses.is_dataclass(component) else getattr(component, "__dict__", ())
    if held:
        raise ConfigError(
            f"{kind} `{name}` holds options that cannot be named: {', '.join(held)}",
            hint="make its class a frozen dataclass whose fields are its options",
        )
    return component
