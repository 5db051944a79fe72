"""Names become components, options become their types, and back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import pytest

from ragcheck import registry
from ragcheck.errors import ComponentError, ConfigError
from ragcheck.options import parse_components
from ragcheck.protocols import Index, Retriever
from ragcheck.records import Document, Piece
from ragcheck.retrieval.bm25 import BM25


@dataclass(frozen=True)
class Lines:
    """A chunker of this test: whole documents."""

    size: int = 3
    share: float = 0.5
    style: Literal["plain", "bold"] = "plain"
    keep: bool = False
    label: str | None = None
    extra: dict[str, int] = field(default_factory=dict)

    def chunk(self, document: Document) -> list[Piece]:
        return [Piece(0, len(document.text))] if document.text else []


@dataclass(frozen=True)
class Nothing:
    """No chunker at all."""


@dataclass(frozen=True)
class Strict:
    """A chunker with an option that has no default and a check of its own."""

    count: int

    def __post_init__(self) -> None:
        if self.count > 9:
            raise ValueError("nine lines are enough")

    def chunk(self, document: Document) -> list[Piece]:
        return []


@dataclass(frozen=True)
class Around:
    """A retriever around another, which it names itself unless told."""

    inner: Retriever
    other: Retriever = field(default_factory=BM25)

    def index(self, texts: Sequence[str]) -> Index:
        return self.inner.index(texts)


@dataclass(frozen=True)
class Compiled:
    """A chunker with an option that no file can hold."""

    pattern: re.Pattern[str] = re.compile("x")

    def chunk(self, document: Document) -> list[Piece]:
        return []


@dataclass(frozen=True)
class Unknown:
    """A chunker whose annotation exists for type checkers only."""

    size: Missing = 3  # type: ignore[name-defined]  # noqa: F821

    def chunk(self, document: Document) -> list[Piece]:
        return []


@dataclass(frozen=True)
class Named:
    """A chunker with an option that would hide its own name."""

    name: str = "x"

    def chunk(self, document: Document) -> list[Piece]:
        return []


class Loose:
    """A chunker whose options stand nowhere."""

    def __init__(self, lines: int) -> None:
        self.lines = lines

    def chunk(self, document: Document) -> list[Piece]:
        return []


READY = Lines(size=9)
LOOSE = Loose(3)
LINES = f"{__name__}:Lines"


def test_every_built_in_loads_and_describes_itself() -> None:
    for kind, table in registry.BUILT_IN.items():
        for name in table:
            made = registry.build(kind, {"name": name})
            described = registry.describe(kind, made)
            assert described["name"] == name
            assert registry.build(kind, described) == made


def test_text_options_become_their_types() -> None:
    (options,) = parse_components(f"{LINES},size=7,share=0.25,style=bold,keep=true,label=x")
    made = registry.build("chunker", options)
    assert made == Lines(7, 0.25, "bold", True, "x")
    assert registry.describe("chunker", made)["name"].endswith(":Lines")


def test_a_ready_object_is_accepted() -> None:
    assert registry.build("chunker", {"name": f"{__name__}:READY"}) is READY


@pytest.mark.parametrize(
    ("options", "message", "hint"),
    [
        ({"name": "fixd"}, "no chunker is named `fixd`", "`fixed`"),
        ({"name": LINES, "sise": 3}, "has no option `sise`", "`size`"),
        ({"name": LINES, "size": "many"}, "option `size`: 'many' is not int", ""),
        ({"name": LINES, "size": 2.5}, "option `size`: 2.5 is not int", ""),
        ({"name": LINES, "size": True}, "option `size`: True is not int", ""),
        ({"name": LINES, "style": "wide"}, "is not `plain` or `bold`", ""),
        ({"name": LINES, "keep": "perhaps"}, "option `keep`", ""),
        (
            {"name": f"{__name__}:Nothing"},
            "is not a chunker: it has no method `chunk`",
            "component",
        ),
        ({"name": "fixed", "size": 0}, "size", ""),
        ({"name": "fixed", "size": float("inf")}, "option `size`: inf is not int", ""),
        ({"name": f"{__name__}:Strict"}, "cannot be built", "its options: count"),
        ({"name": f"{__name__}:Strict", "count": 10}, "nine lines are enough", "count"),
        ({"name": f"{__name__}:LOOSE"}, "holds options that cannot be named: lines", "dataclass"),
    ],
)
def test_wrong_options_are_told(options: dict[str, object], message: str, hint: str) -> None:
    with pytest.raises(ConfigError) as caught:
        registry.build("chunker", options)
    assert message in caught.value.message
    assert hint in (caught.value.hint or "")


def test_a_broken_module_disturbs_only_its_user() -> None:
    assert "fixed" in registry.entries("chunker")
    with pytest.raises(ComponentError, match="cannot be imported"):
        registry.load("chunker", "no.such.module:Thing")


def test_annotations_that_cannot_be_read_are_the_components_failure() -> None:
    with pytest.raises(ComponentError, match="options cannot be read"):
        registry.build("chunker", {"name": f"{__name__}:Unknown"})


def test_an_option_cannot_be_called_name() -> None:
    """It would take the place of the component's own name wherever options are written."""
    with pytest.raises(ComponentError, match="has an option `name`"):
        registry.build("chunker", {"name": f"{__name__}:Named"})


def test_an_option_that_no_file_can_hold_is_refused() -> None:
    made = registry.build("chunker", {"name": f"{__name__}:Compiled"})
    with pytest.raises(ConfigError, match="`pattern`"):
        registry.describe("chunker", made)


def test_a_component_may_hold_others_under_any_name() -> None:
    name = f"{__name__}:Around"
    made = registry.build("retriever", {"name": name, "inner": "bm25,k1=2"})
    assert made == Around(BM25(k1=2.0), BM25())
    assert registry.build("retriever", registry.describe("retriever", made)) == made
    with pytest.raises(ConfigError, match="inner"):
        registry.build("retriever", {"name": name})


def test_usual_options_need_no_building() -> None:
    """As `describe` gives them; an option without a default is left out."""
    for kind, table in registry.BUILT_IN.items():
        for name in table:
            made = registry.build(kind, {"name": name})
            assert registry.usual(kind, name) == registry.describe(kind, made)
    assert registry.usual("chunker", f"{__name__}:Strict") == {"name": f"{__name__}:Strict"}
    assert registry.usual("chunker", LINES)["extra"] == {}
    around = registry.usual("retriever", f"{__name__}:Around")
    assert around == {"name": f"{__name__}:Around", "other": registry.usual("retriever", "bm25")}


def test_nested_components_are_built_and_described() -> None:
    options = {"name": "hybrid", "first": "bm25", "second": {"name": "bm25", "variant": "plus"}}
    hybrid = registry.build("retriever", options)
    assert isinstance(hybrid.first, Retriever)
    described = registry.describe("retriever", hybrid)
    assert described["second"]["variant"] == "plus"


def test_the_sweeps_embedder_reaches_every_depth() -> None:
    model = {"name": "sentence-transformer", "query_prompt": "ask: "}
    hybrid = registry.build("retriever", {"name": "hybrid"}, embedder=model)
    assert hybrid.second.embedder.query_prompt == "ask: "
    seen = []
    wrapped = registry.replace_embedders(hybrid, lambda e: seen.append(e) or e)
    assert wrapped == hybrid
    assert [e.query_prompt for e in seen] == ["ask: "]
