"""What stands in a cell's key beside its options."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ragcheck import registry
from ragcheck.errors import ComponentError
from ragcheck.provenance import marks
from ragcheck.records import Floats
from ragcheck.retrieval.bm25 import BM25
from ragcheck.retrieval.dense import Dense
from ragcheck.retrieval.hybrid import Hybrid


@dataclass(frozen=True)
class Toy:
    """An embedder whose fingerprint can fail."""

    model: str = "toy"

    @property
    def fingerprint(self) -> str:
        if self.model == "lost":
            raise OSError("the model is gone")
        return f"print of {self.model}"

    def embed(self, texts: Sequence[str], *, kind: str) -> Floats:
        return np.ones((len(texts), 2), np.float32)


@dataclass(frozen=True)
class Newer(BM25):
    """Another version of the same retriever."""

    version = 2


def test_versions_of_nested_components_count() -> None:
    """A new version of BM25 is another hybrid."""
    dense = Dense(Toy())
    old, new = (marks("retriever", Hybrid(part, dense)) for part in (BM25(), Newer()))
    assert "version 2" in new
    assert "version 2" not in old


def test_every_model_inside_is_named() -> None:
    hybrid = Hybrid(Dense(Toy("a")), Dense(Toy("b")))
    assert [m for m in marks("retriever", hybrid) if "print" in m] == ["print of a", "print of b"]


def test_a_model_that_cannot_be_named_is_told() -> None:
    with pytest.raises(ComponentError, match="Toy has no fingerprint"):
        marks("retriever", Dense(Toy("lost")))


def test_a_model_is_looked_for_only_where_it_is_used() -> None:
    """Whoever names another embedder needs no default one, and building one asks for no model."""
    options = {"name": f"{__name__}:Toy", "model": "lost"}
    dense = registry.build("retriever", {"name": "dense"}, embedder=options)
    assert registry.describe("retriever", dense)["embedder"] == options
    with pytest.raises(ComponentError):
        marks("retriever", dense)


def test_our_own_code_is_named_by_our_version() -> None:
    assert marks("retriever", BM25()) == ("version 1",)


CHUNKER = """
from dataclasses import dataclass
from ragcheck.records import Piece

@dataclass(frozen=True)
class Whole:
    def chunk(self, document):
        return [Piece(0, len(document.text){})]
"""


def _in_a_process(folder: Path, code: str) -> str:
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_an_edited_plug_in_is_measured_again(tmp_path: Path) -> None:
    """Its cells would otherwise count as finished, and the old numbers stand for the new code."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.txt").write_text("alpha beta")
    (tmp_path / "q.jsonl").write_text(
        '{"id": "q", "question": "beta", "passages": [{"doc": "a.txt", "text": "beta"}]}\n'
    )
    sweep = (
        "import ragcheck; run = ragcheck.evaluate('docs', 'q.jsonl', chunkers='own:Whole',"
        " retrievers='bm25', out='run'); print(run.run.systems[0].measures['recall@5'].mean)"
    )
    found: list[Any] = []
    for shorter in (" - 3", "", ""):
        (tmp_path / "own.py").write_text(CHUNKER.format(shorter))
        found.append(_in_a_process(tmp_path, sweep))
    assert found == ["0.0", "1.0", "1.0"]
