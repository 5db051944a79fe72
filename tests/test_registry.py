"""Names become components, options become their types, and back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import pytest

from ragcheck import registry
from ragcheck.errors import ComponentError, ConfigError
from ragcheck.options import parse_components
from ragcheck.protocols import Retriever
from ragcheck.records import Document, Piece


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


READY = Lines(size=9)
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


def test_nested_components_are_built_and_described() -> None:
    options = {"name": "hybrid", "first": "bm25", "second": {"name": "bm25", "variant": "plus"}}
    hybrid = registry.build("retriever", options)
    assert isinstance(hybrid.first, Retriever)
    described = registry.describe("retriever", hybrid)
    assert described["second"]["variant"] == "plus"
    assert registry.fingerprints(hybrid) == []


def test_the_sweeps_embedder_reaches_every_depth() -> None:
    model = {"name": "sentence-transformer", "query_prompt": "ask: "}
    hybrid = registry.build("retriever", {"name": "hybrid"}, embedder=model)
    assert hybrid.second.embedder.query_prompt == "ask: "
    seen = []
    wrapped = registry.replace_embedders(hybrid, lambda e: seen.append(e) or e)
    assert wrapped == hybrid
    assert [e.query_prompt for e in seen] == ["ask: "]
