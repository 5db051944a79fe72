"""Which runtime is chosen: found out on the first use of a model, kept, asked of nobody."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import numpy as np
import pytest

from ragcheck.embedding import hub, openvino_model
from ragcheck.embedding.agreement import DOCUMENTS, QUESTIONS, Agreement, compare
from ragcheck.embedding.folder import models_size
from ragcheck.embedding.profile import profile_of
from ragcheck.embedding.sentence_transformer import SentenceTransformerEmbedder
from ragcheck.errors import ComponentError
from tests.embedding.models import tiny_model

TORCH = SentenceTransformerEmbedder(runtime="torch")


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
