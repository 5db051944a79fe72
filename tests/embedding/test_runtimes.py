"""Every runtime gives the model's own vectors, or says that it does not."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import chain
from pathlib import Path

import numpy as np
import pytest

from ragcheck import api, grid
from ragcheck.chunking import Fixed, chunk_collection
from ragcheck.config import configure
from ragcheck.documents import read_documents
from ragcheck.embedding.agreement import DOCUMENTS, QUESTIONS
from ragcheck.embedding.cache import CachedEmbedder
from ragcheck.embedding.sentence_transformer import SentenceTransformerEmbedder
from ragcheck.embedding.vectors import TokenEmbedder
from ragcheck.errors import ComponentError, ConfigError
from ragcheck.prepare import prepare
from ragcheck.records import Floats
from ragcheck.report.html import render
from ragcheck.settings import Settings
from tests.embedding.models import tiny_model

TORCH = SentenceTransformerEmbedder(runtime="torch")
OPENVINO = SentenceTransformerEmbedder(runtime="openvino")


@pytest.fixture(scope="module")
def chunks(fixtures: Path) -> list[str]:
    """Real text of 40 to 512 tokens; of the longest the model reads half."""
    documents = read_documents(fixtures / "docs" / "policies")[0]
    sized = [
        chunk_collection(documents, Fixed(size), "cl100k_base").texts(documents)[:count]
        for size, count in ((40, 16), (200, 6), (512, 2))
    ]
    return [*chain(*sized)]


@pytest.fixture(scope="module")
def exact(chunks: Sequence[str]) -> Floats:
    """The vectors of the chunks by torch."""
    return TORCH.embed(chunks, kind="document")


def top(documents: Floats, queries: Floats) -> list[list[int]]:
    order: list[list[int]] = np.argsort(-(queries @ documents.T), axis=1)[:, :10].tolist()
    return order


@pytest.mark.model
def test_openvino_gives_torchs_vectors_and_neighbours(chunks: Sequence[str], exact: Floats) -> None:
    other = OPENVINO.embed(chunks, kind="document")
    assert np.abs(exact - other).max() < 1e-5
    np.testing.assert_allclose(np.linalg.norm(other, axis=1), 1, atol=1e-6)
    queries = [model.embed(QUESTIONS, kind="query") for model in (TORCH, OPENVINO)]
    assert top(exact, queries[0]) == top(other, queries[1])
    chosen = SentenceTransformerEmbedder()
    assert chosen.computed_by == "openvino f32"
    assert np.array_equal(chosen.embed(chunks, kind="document"), other)


@pytest.mark.model
@pytest.mark.parametrize("model", [TORCH, OPENVINO], ids=["torch", "openvino"])
def test_a_vector_depends_on_its_own_text_alone(
    model: SentenceTransformerEmbedder, chunks: Sequence[str], exact: Floats
) -> None:
    whole = exact if model is TORCH else model.embed(chunks, kind="document")
    for part in (slice(0, 1), slice(7, 9), slice(1, None, 9)):
        assert np.array_equal(model.embed(chunks[part], kind="document"), whole[part])
    long = "late fees are capped " * 70
    cut = model.embed([long, long + "and nobody reads this"], kind="document")
    assert np.array_equal(cut[0], cut[1])


@pytest.mark.model
def test_half_precision_is_named_and_moves_vectors(chunks: Sequence[str], exact: Floats) -> None:
    for runtime in ("torch", "openvino", "auto"):
        half = SentenceTransformerEmbedder(runtime=runtime, precision="bf16")  # type: ignore[arg-type]
        try:
            made = half.embed(chunks[:4], kind="document")
        except ComponentError as error:  # a processor without it says so; nothing stands in for it
            assert "does not compute in bf16" in error.message
            continue
        apart = np.abs(made - exact[:4]).max()
        assert 1e-5 < apart < 0.02
        assert half.computed_by == f"{'torch' if runtime == 'torch' else 'openvino'} bf16"


def test_every_choice_but_the_usual_one_has_its_own_name() -> None:
    usual = SentenceTransformerEmbedder()
    half = SentenceTransformerEmbedder(precision="bf16")
    marks = {model.fingerprint for model in (usual, TORCH, OPENVINO, half)}
    assert len(marks) == 4
    # Without the precision named, the runtime does not matter; with it, it does.
    assert (
        half.fingerprint
        == SentenceTransformerEmbedder(
            "all-MiniLM-L6-v2", runtime="openvino", precision="bf16"
        ).fingerprint
    )
    options = {"name": "sentence-transformer", "precision": "bf16"}
    settings = Settings(retrievers=({"name": "dense"},), embedder=options)  # type: ignore[call-arg]
    (made,) = grid.retrievers(settings)
    assert made.id == "dense,embedder.precision=bf16"
    assert made.options["embedder"]["precision"] == "bf16"  # type: ignore[index, call-overload]


def test_runtimes_that_cannot_be_are_refused() -> None:
    with pytest.raises(ConfigError, match="openvino computes on `cpu`, not on `cuda`"):
        SentenceTransformerEmbedder(runtime="openvino", device="cuda")


@pytest.mark.model
@pytest.mark.parametrize("pooling", ["mean_tokens", "cls_token"])
def test_pooling_and_prompts_are_the_models_own(tmp_path: Path, pooling: str) -> None:
    from sentence_transformers import SentenceTransformer

    prompts = {"query": "ask: ", "passage": "tell: "}
    folder = tiny_model(tmp_path / pooling, pooling, prompts=prompts)
    model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    wanted = {
        "query": model.encode(list(QUESTIONS), prompt="ask: ", normalize_embeddings=True),
        "document": model.encode(list(DOCUMENTS), prompt="tell: ", normalize_embeddings=True),
    }
    for runtime in ("torch", "openvino"):
        made = SentenceTransformerEmbedder(str(folder), runtime=runtime)  # type: ignore[arg-type]
        assert isinstance(made, TokenEmbedder)
        assert {len(one) for one in made.tokens(["word " * 99], kind="query") or ()} == {48}
        for kind, texts in (("query", QUESTIONS), ("document", DOCUMENTS)):
            vectors = made.embed(texts, kind=kind)  # type: ignore[arg-type]
            np.testing.assert_allclose(vectors, wanted[kind], atol=2e-6)


@pytest.mark.model
@pytest.mark.parametrize("how", [{"include_prompt": False}, {"tokenizer": False}])
def test_a_model_that_is_not_fed_tokens_is_given_texts(
    tmp_path: Path, how: dict[str, bool]
) -> None:
    from sentence_transformers import SentenceTransformer

    folder = tiny_model(tmp_path / "model", prompts={"query": "ask me: "}, **how)  # type: ignore[arg-type]
    made = SentenceTransformerEmbedder(str(folder))
    assert made.tokens(["a"], kind="query") is None
    assert made.computed_by == "torch f32"
    assert [len(ends) for ends in made.pieces(["two words"])] == [0]
    model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    wanted = model.encode(list(QUESTIONS), prompt="ask me: ", normalize_embeddings=True)
    cached = CachedEmbedder(made, tmp_path / "cache")
    np.testing.assert_allclose(cached.embed(QUESTIONS, kind="query"), wanted, atol=2e-6)
    with pytest.raises(ComponentError, match="openvino cannot compute"):
        SentenceTransformerEmbedder(str(folder), runtime="openvino").embed(["a"], kind="query")


@pytest.mark.model
def test_a_run_says_what_computed_its_vectors(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    text = "Late fees are capped at eight dollars. " * 9 + "Refunds need an approval."
    (tmp_path / "docs" / "fees.md").write_text(text, encoding="utf-8")
    passages = [{"doc": "fees.md", "text": "Refunds need an approval."}]
    question = {"id": "q", "question": "Who approves?", "passages": passages}
    (tmp_path / "q.jsonl").write_text(json.dumps(question) + "\n", encoding="utf-8")
    folder = tiny_model(tmp_path / "model")
    half = {"name": "sentence-transformer", "model": str(folder), "runtime": "torch"}
    settings = {
        "docs": tmp_path / "docs",
        "labels": [tmp_path / "q.jsonl"],
        "chunkers": ["fixed"],
        "chunk_sizes": [32],
        "retrievers": ["bm25", "dense", {"name": "dense", "embedder": half}],
        "embedder": f"{folder},precision=bf16,runtime=torch",
        "out": tmp_path / "run",
    }
    made = api.sweep(prepare(configure(settings)))
    said = {one.system.id: one.timing.get("embedded_by") for one in made.run.systems}
    named = f"embedder.model={folder.name},embedder.runtime=torch"
    assert said == {
        "fixed-32/bm25": None,
        f"fixed-32/dense,{named},embedder.precision=bf16": ["torch bf16"],
        f"fixed-32/dense,{named}": ["torch f32"],
    }
    assert b"precision=bf16" in render(made)
