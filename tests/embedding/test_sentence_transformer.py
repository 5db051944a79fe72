"""Real embeddings by the embedded model, and everything about it that needs no torch."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from ragcheck.embedding import embedded
from ragcheck.embedding.cache import CachedEmbedder
from ragcheck.embedding.sentence_transformer import SentenceTransformerEmbedder
from ragcheck.embedding.vectors import StreamingEmbedder
from ragcheck.errors import ComponentError, ConfigError
from ragcheck.retrieval.dense import Dense
from tests.embedding.models import tiny_model

COMMIT = "0123456789abcdef0123456789abcdef01234567"
TEXTS = ["Late fees are capped at $8.", "The cat sleeps.", "ERR-4012: token expired", "é" * 5000]


def _model_folder(target: Path, prompts: dict[str, str] | None = None) -> Path:
    """A folder with links to the embedded model's files, and prompts of its own."""
    for path in filter(Path.is_file, embedded.folder().rglob("*")):
        link = target / path.relative_to(embedded.folder())
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(path)
    if prompts:
        config = target / "config_sentence_transformers.json"
        content = json.loads(config.read_text(encoding="utf-8"))
        config.unlink()
        config.write_text(json.dumps({**content, "prompts": prompts}), encoding="utf-8")
    return target


def _python(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, **environment},
        timeout=120,
    )


def test_the_fingerprint_names_what_vectors_depend_on(tmp_path: Path) -> None:
    plain = SentenceTransformerEmbedder()
    assert plain.fingerprint == SentenceTransformerEmbedder(batch_tokens=64).fingerprint
    folder = _model_folder(tmp_path / "copy")
    others = [
        SentenceTransformerEmbedder(query_prompt="query: "),
        SentenceTransformerEmbedder(document_prompt="query: "),
        SentenceTransformerEmbedder(device="cuda:1"),
        SentenceTransformerEmbedder(str(_model_folder(tmp_path / "prompted", {"query": "q: "}))),
    ]
    marks = {other.fingerprint for other in (plain, *others)}
    assert len(marks) == 5
    copied = SentenceTransformerEmbedder(str(folder)).fingerprint
    assert copied.rpartition(":")[2] == plain.fingerprint.rpartition(":")[2]


def test_neither_the_fingerprint_nor_cached_vectors_import_torch(tmp_path: Path) -> None:
    model = SentenceTransformerEmbedder()
    seeded = np.arange(384, dtype=np.float32)[None]
    CachedEmbedder(_Known(model.fingerprint, seeded), tmp_path).embed(["a"], kind="document")
    done = _python(
        "import sys\n"
        "from pathlib import Path\n"
        "from ragcheck.embedding.cache import CachedEmbedder\n"
        "from ragcheck.embedding.sentence_transformer import SentenceTransformerEmbedder\n"
        f"cached = CachedEmbedder(SentenceTransformerEmbedder(), Path({str(tmp_path)!r}))\n"
        "print(cached.embed(['a'], kind='document').sum(), cached.hits)\n"
        "print({'torch', 'sentence_transformers', 'transformers'} & set(sys.modules))\n"
    )
    assert done.stdout == "73536.0 1\nset()\n"
    assert done.stderr == ""


class _Known:
    """Stands for an embedder by its fingerprint, so that its file can be filled beforehand."""

    def __init__(self, fingerprint: str, vectors: np.ndarray) -> None:
        self.fingerprint, self._vectors = fingerprint, vectors

    def embed(self, texts: object, *, kind: str) -> np.ndarray:
        return self._vectors


@pytest.mark.parametrize("options", [{"batch_tokens": 0}, {"revision": "main"}])
def test_options_that_cannot_be_are_refused(options: dict[str, object]) -> None:
    with pytest.raises(ConfigError, match=next(iter(options))):
        SentenceTransformerEmbedder(**options)  # type: ignore[arg-type]


def test_a_hub_model_that_is_not_here_is_refused_offline(tmp_path: Path) -> None:
    done = _python(
        "from ragcheck.embedding.sentence_transformer import SentenceTransformerEmbedder\n"
        "from ragcheck.errors import ComponentError\n"
        "try:\n"
        "    SentenceTransformerEmbedder('someone/some-model', offline=True).fingerprint\n"
        "except ComponentError as error:\n"
        "    print(error.message.split(':')[0], '|', error.hint)\n",
        HF_HOME=str(tmp_path),
        HF_HUB_OFFLINE="0",
    )
    assert done.stdout == (
        "embedder model `someone/some-model` is no folder here and the hub does not give it | "
        "offline, only models already on this machine can be used\n"
    )


def test_a_hub_model_that_is_here_is_found_by_name_and_revision(tmp_path: Path) -> None:
    repository = tmp_path / "hub" / "models--someone--some-model"
    _model_folder(repository / "snapshots" / COMMIT)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(COMMIT, encoding="utf-8")
    code = (
        "from ragcheck.embedding.sentence_transformer import SentenceTransformerEmbedder as Made\n"
        "print(Made('someone/some-model', offline=True).fingerprint.rpartition(':')[2])\n"
        f"print(Made('someone/some-model', '{COMMIT}', offline=True).fingerprint[-64:])\n"
        "print(Made().fingerprint[-64:])\n"
    )
    lines = _python(code, HF_HOME=str(tmp_path)).stdout.split()
    assert len(lines) == 3
    assert len(set(lines)) == 1


@pytest.mark.model
def test_a_folder_that_is_no_model_fails_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(ComponentError, match=str(tmp_path)):
        SentenceTransformerEmbedder(str(tmp_path)).embed(["a"], kind="query")


def test_no_texts_need_no_model() -> None:
    assert SentenceTransformerEmbedder("no/model").embed([], kind="query").shape == (0, 0)
    assert isinstance(SentenceTransformerEmbedder(), StreamingEmbedder)


@pytest.mark.model
def test_vectors_are_the_models_own_whatever_stands_beside_a_text() -> None:
    from sentence_transformers import SentenceTransformer

    texts = [*TEXTS, *(f"{text} {number}" for number in range(30) for text in TEXTS[:3])]
    vectors = SentenceTransformerEmbedder(batch_tokens=600).embed(texts, kind="document")
    assert vectors.shape == (94, 384)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    model = SentenceTransformer(str(embedded.folder()), device="cpu", local_files_only=True)
    alone = [model.encode(text, show_progress_bar=False) for text in texts[:12]]
    np.testing.assert_allclose(vectors[:12], alone, atol=2e-6)


@pytest.mark.model
def test_dense_search_finds_the_meaning() -> None:
    index = Dense(SentenceTransformerEmbedder()).index(TEXTS)
    found = index.search(["Where is the feline?", "what do I pay when I am late"], k=1)
    assert found.chunk.tolist() == [[1], [0]]


@pytest.mark.model
def test_prompts_are_the_models_own_unless_told_otherwise(tmp_path: Path) -> None:
    prompts = {"query": "query: ", "passage": "passage: "}
    own = SentenceTransformerEmbedder(str(tiny_model(tmp_path / "model", prompts=prompts)))
    folder = str(tiny_model(tmp_path / "bare"))
    bare = SentenceTransformerEmbedder(folder)
    told = SentenceTransformerEmbedder(folder, query_prompt="query: ", document_prompt="passage: ")
    for kind, prompt in (("query", "query: "), ("document", "passage: ")):
        expected = bare.embed([prompt + TEXTS[0]], kind=kind)  # type: ignore[arg-type]
        assert not np.allclose(expected, bare.embed(TEXTS[:1], kind=kind), atol=1e-3)  # type: ignore[arg-type]
        for model in (own, told):
            made = model.embed(TEXTS[:1], kind=kind)  # type: ignore[arg-type]
            np.testing.assert_allclose(made, expected, atol=2e-6)


@pytest.mark.model
def test_embedding_writes_nothing_on_the_users_screen(tmp_path: Path) -> None:
    done = _python(
        "import os, warnings\n"
        "from ragcheck.embedding.sentence_transformer import SentenceTransformerEmbedder\n"
        "model = SentenceTransformerEmbedder()\n"
        "print(model.embed(['a', 'b ' * 9000], kind='document').shape)\n"
        "os.waitpid(pid, 0) if (pid := os.fork()) else os._exit(0)\n"
    )
    assert done.stdout == "(2, 384)\n"
    assert done.stderr == ""
