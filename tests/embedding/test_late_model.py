"""Late mode with real models: the whole of a short document is what the model makes of its text."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ragcheck.embedding.agreement import DOCUMENTS
from ragcheck.embedding.sentence_transformer import SentenceTransformerEmbedder
from ragcheck.errors import ComponentError
from ragcheck.records import Floats
from ragcheck.spans import Ints
from tests.embedding.models import tiny_model

pytestmark = pytest.mark.model

TEXT = "\n".join(DOCUMENTS)


def late(model: SentenceTransformerEmbedder, texts: list[str], spans: list[Ints]) -> list[Floats]:
    return [vectors for _, vectors in model.stream_spans(texts, spans)]


@pytest.mark.parametrize("runtime", ["torch", "openvino"])
def test_a_chunk_that_is_a_short_document_has_the_models_own_vector(runtime: str) -> None:
    ordinary = SentenceTransformerEmbedder(runtime=runtime)  # type: ignore[arg-type]
    model = SentenceTransformerEmbedder(runtime=runtime, mode="late")  # type: ignore[arg-type]
    texts = list(DOCUMENTS[:6])
    made = late(model, texts, [np.array([[0, len(text)]]) for text in texts])
    wanted = ordinary.embed(texts, kind="document")
    np.testing.assert_allclose(np.concatenate(made), wanted, atol=1e-5)
    assert np.array_equal(
        model.embed(["a question"], kind="query"), ordinary.embed(["a question"], kind="query")
    )
    assert model.fingerprint != ordinary.fingerprint
    with pytest.raises(ComponentError, match="no text by itself"):
        model.embed(texts, kind="document")


def token_by_token(folder: Path, prompt: str, spans: Ints) -> Floats:
    """Means over token vectors of `TEXT`, each from the window in which its token is central."""
    import torch
    from sentence_transformers import SentenceTransformer
    from tokenizers import Tokenizer

    library = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    pieces = tokenizer.encode(TEXT, add_special_tokens=False)
    *lead, tail = tokenizer.encode(prompt).ids
    size = 48 - len(lead) - 1
    stride = size * 3 // 4
    last = next(s for s in range(0, len(pieces.ids), stride) if s + size >= len(pieces.ids))
    best: dict[int, tuple[float, Floats]] = {}
    for start in range(0, last + 1, stride):
        ids = [*lead, *pieces.ids[start : start + size], tail]
        given = {"input_ids": torch.tensor([ids]), "attention_mask": torch.ones(1, len(ids))}
        with torch.inference_mode():
            rows = library.forward(given)["token_embeddings"][0].numpy()
        if start == 0:
            marks = rows[: len(lead)]
        count = len(ids) - len(lead) - 1
        for at in range(count):
            left = np.inf if start == 0 else at
            found = min(left, np.inf if start == last else count - 1 - at), rows[len(lead) + at]
            if found[0] >= best.get(start + at, (-1.0,))[0]:
                best[start + at] = found
    made = []
    for begin, end in spans.tolist():
        held = [n for n, (_, b) in enumerate(pieces.offsets) if begin < b <= end]
        parts = [best[n][1] for n in held]
        parts += [*marks] * (0 in held) + [rows[-1]] * (len(pieces.ids) - 1 in held)
        mean = np.array(parts, np.float64).mean(axis=0)
        made.append(mean / np.linalg.norm(mean))
    return np.array(made)


def test_windows_and_sums_are_a_plain_mean_over_token_vectors(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tiny_model(tmp_path / "tiny", prompts={"passage": "tell: "})
    model = SentenceTransformerEmbedder(str(folder), runtime="torch", mode="late")
    spans = np.array([[0, 40], [40, 400], [0, len(TEXT)], [len(TEXT) - 90, len(TEXT)]])
    (made,) = late(model, [TEXT], [spans])
    np.testing.assert_allclose(made, token_by_token(folder, "tell: ", spans), atol=1e-6)
    beside = late(model, ["short", TEXT, TEXT[:700]], [np.array([[0, 5]]), spans, spans[:1]])
    assert np.array_equal(beside[1], made)
    monkeypatch.setattr("ragcheck.embedding.late_model._HELD", 1)  # a window at a time
    assert np.array_equal(late(model, [TEXT], [spans])[0], made)


def test_a_model_that_does_not_pool_by_mean_is_refused(tmp_path: Path) -> None:
    folder = tiny_model(tmp_path / "tiny", "cls_token")
    for runtime in ("torch", "openvino"):
        model = SentenceTransformerEmbedder(str(folder), runtime=runtime, mode="late")  # type: ignore[arg-type]
        with pytest.raises(ComponentError, match="pools by mean"):
            late(model, ["a text"], [np.array([[0, 6]])])


def test_a_model_that_is_not_fed_tokens_is_refused(tmp_path: Path) -> None:
    folder = tiny_model(tmp_path / "tiny", tokenizer=False)
    model = SentenceTransformerEmbedder(str(folder), mode="late")
    with pytest.raises(ComponentError, match="cannot be fed"):
        late(model, ["a text"], [np.array([[0, 6]])])
