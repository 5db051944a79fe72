"""Every runtime gives the model's own vectors, or says that it does not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError
from itertools import chain
from pathlib import Path

import numpy as np
import pytest

from ragcheck import api, grid
from ragcheck.chunking import Fixed, chunk_collection
from ragcheck.config import configure
from ragcheck.documents import read_documents
from ragcheck.embedding import hub, openvino_model
from ragcheck.embedding.agreement import DOCUMENTS, QUESTIONS, Agreement, compare
from ragcheck.embedding.cache import CachedEmbedder
from ragcheck.embedding.folder import models_size
from ragcheck.embedding.profile import profile_of
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


def test_what_moves_a_neighbour_does_not_agree() -> None:
    rng = np.random.default_rng(0)
    documents, queries = (rng.normal(size=(n, 8)).astype(np.float32) for n in (24, 5))
    near = np.float32(3e-6)
    assert compare((documents, queries), (documents + near, queries)).same
    far = compare((documents, queries), (documents + np.float32(2e-5), queries))
    assert not far.same
    assert far.difference == pytest.approx(2e-5, rel=0.01)
    twins = documents.copy()
    twins[3] = twins[4] + near * np.sign(queries[0])
    swapped = twins[[0, 1, 2, 4, 3, *range(5, 24)]]
    moved = compare((twins, queries), (swapped, queries))
    assert moved.difference < 1e-5
    assert not moved.neighbours
    assert not moved.same


@pytest.mark.model
def test_a_runtime_that_moves_neighbours_is_not_chosen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tiny_model(tmp_path / "model")
    found = profile_of(folder, "cpu", tmp_path / "seen").folder
    assert found is not None
    whole = json.loads((found / "profile.json").read_text("utf-8"))
    assert Agreement(**whole["findings"]["openvino"]).same
    whole["findings"]["openvino"]["neighbours"] = False
    moved = tmp_path / "moved" / "profiles" / found.name
    moved.parent.mkdir(parents=True)
    found.rename(moved)
    (moved / "profile.json").write_text(json.dumps(whole), encoding="utf-8")
    monkeypatch.setenv("RAGCHECK_CACHE_DIR", str(tmp_path / "moved"))
    assert SentenceTransformerEmbedder(str(folder)).computed_by == "torch f32"
    named = SentenceTransformerEmbedder(str(folder), runtime="openvino")
    assert named.computed_by == "openvino f32"
    assert named.fingerprint != SentenceTransformerEmbedder(str(folder)).fingerprint
    # One byte of the converted model is another model: it is found out and converted again, with
    # nothing of what a process left that was killed meanwhile.
    part = moved.with_name(f"{moved.name}.part")
    part.mkdir()
    (part / "more.bin").write_bytes(b"half")
    weights = moved / "model.bin"
    data = bytearray(weights.read_bytes())
    data[1000] ^= 1
    weights.write_bytes(data)
    again = profile_of(tiny_model(tmp_path / "same"), "cpu", tmp_path / "moved")
    assert again.findings.openvino
    assert again.findings.openvino.same
    assert sorted(path.name for path in moved.parent.iterdir()) == [
        found.name,
        f"{found.name}.lock",
    ]
    assert not (moved / "more.bin").exists()


@pytest.mark.model
def test_a_cache_that_cannot_be_written_leaves_torch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    monkeypatch.setenv("RAGCHECK_CACHE_DIR", str(tmp_path / "file"))
    model = SentenceTransformerEmbedder(str(tiny_model(tmp_path / "model")))
    assert model.embed(["a", "b"], kind="query").shape == (2, 32)
    assert model.computed_by == "torch f32"


# The first use of a model on a machine, with every socket an error; then the second.
FIRST = """
import sys
def refuse(event, arguments):
    if event.startswith("socket.") and event != "socket.gethostname":
        print("network:", event, arguments)
sys.addaudithook(refuse)
from ragcheck.embedding.sentence_transformer import SentenceTransformerEmbedder
model = SentenceTransformerEmbedder(sys.argv[1])
print(model.embed(["late fees", "word " * 300], kind="document").shape, model.computed_by)
print(sorted({"torch", "transformers", "sentence_transformers"} & set(sys.modules)))
"""


@pytest.mark.model
def test_the_first_use_asks_nobody_and_later_ones_need_no_torch(tmp_path: Path) -> None:
    folder = tiny_model(tmp_path / "model")
    environment = {**os.environ, "HOME": str(tmp_path), "RAGCHECK_CACHE_DIR": str(tmp_path / "c")}
    command = [sys.executable, "-W", "error", "-c", FIRST, str(folder)]
    # Two at once: one of them tries the model, the other waits for it.
    both = [
        subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
        )
        for _ in range(2)
    ]
    outputs = [process.communicate(timeout=120) for process in both]
    assert {stderr for _, stderr in outputs} == {""}
    lines = [stdout.splitlines() for stdout, _ in outputs]
    assert [line[0] for line in lines] == ["(2, 32) openvino f32"] * 2
    assert "[]" in [line[1] for line in lines]
    assert all(len(line) == 2 for line in lines), "a socket was opened"
    assert not (tmp_path / "intel").exists(), "OpenVINO's telemetry writes there"
    assert [path.suffix for path in (tmp_path / "c" / "profiles").iterdir()].count("") == 1
    assert models_size(tmp_path / "c") > 30522 * 32 * 4


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


@pytest.mark.model
def test_no_trial_question_stands_on_a_knifes_edge() -> None:
    """Else noise in the last bit would decide which runtime computes the default model."""
    documents = TORCH.embed(DOCUMENTS, kind="document")
    scores = np.sort(TORCH.embed(QUESTIONS, kind="query") @ documents.T, axis=1)[:, ::-1]
    assert -np.diff(scores[:, :11], axis=1).max() > 2e-6


def test_threads_are_those_that_the_user_allows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert openvino_model._threads() == 3
    for told in ("", "0", "many"):
        monkeypatch.setenv("OMP_NUM_THREADS", told)
        assert 1 <= openvino_model._threads() <= (os.cpu_count() or 1)


def test_without_the_extra_torch_computes_and_the_name_is_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with_it = SentenceTransformerEmbedder().fingerprint

    def absent(name: str) -> str:
        if name == "openvino":
            raise PackageNotFoundError(name)
        return "1.0"

    monkeypatch.setattr(openvino_model, "find_spec", lambda name: None)
    plain = SentenceTransformerEmbedder()
    assert (plain.computed_by, plain.fingerprint) == ("torch f32", with_it)
    monkeypatch.setattr(hub, "version", absent)
    with pytest.raises(ComponentError, match="needs openvino, which is not") as caught:
        SentenceTransformerEmbedder(runtime="openvino").fingerprint  # noqa: B018
    assert "pip install '.[fast]'" in str(caught.value.hint)
