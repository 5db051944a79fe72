"""Names of systems: short, told apart by what differs from defaults, and free of this machine."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

import ragcheck
from ragcheck import grid
from ragcheck.config import configure
from ragcheck.embedding import embedded
from ragcheck.records import Document, Piece


@pytest.mark.parametrize(
    ("flags", "names"),
    [
        ({"chunkers": "fixed", "chunk_sizes": "256,512"}, ["fixed-256", "fixed-512"]),
        (
            {"chunkers": "overlap", "chunk_sizes": "256", "overlaps": "20%,64"},
            ["overlap-256-51", "overlap-256-64"],
        ),
        ({"chunkers": "fixed,size=200,unit=characters"}, ["fixed-200,unit=characters"]),
        (
            {"chunkers": "section,heading_path=true", "chunk_sizes": "512"},
            ["section-512,heading_path=true"],
        ),
    ],
)
def test_chunkers(flags: dict[str, str], names: list[str]) -> None:
    assert [made.id for made in grid.chunkers(configure(flags).settings)] == names


@pytest.mark.parametrize(
    ("retriever", "name"),
    [
        ("bm25", "bm25"),
        ("bm25,variant=plus,k1=1.5", "bm25,variant=plus"),
        ("hybrid,pool=50", "hybrid,pool=50"),
        ("hybrid,second=bm25", "hybrid,second=bm25"),
    ],
)
def test_retrievers(retriever: str, name: str) -> None:
    (made,) = grid.retrievers(configure({"retrievers": retriever}).settings)
    assert made.id == name


def test_a_model_folder_stands_by_its_name() -> None:
    folder = embedded.folder()
    assert folder.is_absolute()
    flags = {"retrievers": "dense", "embedder": str(folder)}
    (made,) = grid.retrievers(configure(flags).settings)
    assert made.id == f"dense,embedder.model={folder.name}"
    assert str(folder) not in json.dumps(made.options)


@dataclass(frozen=True)
class Cutting:
    """A chunker with a text among its options."""

    at: str = ""

    def chunk(self, document: Document) -> list[Piece]:
        return [Piece(0, len(document.text))]


@pytest.mark.parametrize("pair", [("/", "//"), ("/a/words.txt", "/b/words.txt")])
def test_texts_that_look_like_paths_are_told_apart(pair: tuple[str, str]) -> None:
    chunker = f"{__name__}:Cutting"
    settings = configure({"chunkers": [{"name": chunker, "at": at} for at in pair]}).settings
    one, other = grid.chunkers(settings)
    assert (one.options, one.marks) != (other.options, other.marks)
    assert "/a/" not in json.dumps([one.options, one.marks, one.id])


def test_a_pool_too_small_for_the_budget_is_told(fixtures: Path, tmp_path: Path) -> None:
    parts = {"first": "bm25", "second": {"name": "bm25", "variant": "plus"}}
    run = ragcheck.evaluate(
        fixtures / "docs", fixtures / "labels", chunkers="fixed", chunk_sizes=32, phase="off",
        retrievers=["bm25", {"name": "hybrid", **parts, "pool": 20}], out=tmp_path / "run",
    )  # fmt: skip
    (notice,) = run.run.warnings
    assert notice.code == "pool"
    assert "fuses the best 20 of each part" in notice.text
    assert run.result("fixed-32/bm25").costs["unfilled"] == 0
