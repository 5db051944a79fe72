"""A model computed by torch, as sentence-transformers loads it: the reference of every runtime."""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from ragcheck.protocols import TextKind
from ragcheck.records import Floats
from ragcheck.spans import Ints

#: Names under which models keep their prompts, in order of preference.
_PROMPTS: Mapping[TextKind, tuple[str, ...]] = {
    "query": ("query",),
    "document": ("document", "passage", "corpus"),
}
#: Where transformers writes a number, it means that it knows none.
_NO_LIMIT = 1 << 30
_INPUTS = ("input_ids", "attention_mask", "token_type_ids")


class TorchModel:
    """The model of a folder on a device, in float32 or, by autocast, in bfloat16."""

    def __init__(self, folder: Path, device: str, precision: str) -> None:
        self.pipeline = _load(folder, device)
        self._half = precision == "bf16"
        with quiet():
            given = self.pipeline.preprocess(["a"])
        #: What the model's tokenizer gives it, of the three that `features` knows.
        self.inputs = [name for name in _INPUTS if name in given]

    def vectors(self, ids: Ints, mask: Ints) -> Floats:
        """float32[n, d] of rows of token ids, of length 1."""
        import torch

        named = self.features(ids, mask)
        with torch.inference_mode(), self._cast():
            made = self.pipeline.forward(named)["sentence_embedding"].float()
            found: Floats = torch.nn.functional.normalize(made, dim=1).cpu().numpy()
        return found

    def states(self, ids: Ints, mask: Ints) -> Floats:
        """float32[n, length, d]: the vectors of tokens that the model pools."""
        import torch

        named = self.features(ids, mask)
        with torch.inference_mode(), self._cast():
            found: Floats = self.pipeline.forward(named)["token_embeddings"].float().cpu().numpy()
        return found

    def features(self, ids: Ints, mask: Ints) -> dict[str, Any]:
        """The tensors that the model's own preprocessing would make of these rows."""
        import torch

        values = dict(zip(_INPUTS, (ids, mask, np.zeros_like(ids)), strict=True))
        device = self.pipeline.device
        return {name: torch.from_numpy(values[name]).to(device) for name in self.inputs}

    def encode(self, texts: Sequence[str], kind: TextKind, prompt: str | None) -> Floats:
        """float32[n, d] of texts by the library's own way, of length 1."""
        encode = self.pipeline.encode_query if kind == "query" else self.pipeline.encode_document
        with quiet(), self._cast():
            made: Floats = encode(
                list(texts),
                prompt=prompt,
                batch_size=len(texts),
                show_progress_bar=False,
                convert_to_numpy=True,
                normalize_embeddings=True,
            )
        return made.astype(np.float32, copy=False)

    def read(self, text: str, kind: TextKind, prompt: str | None) -> list[int]:
        """The token ids that the library makes of a text."""
        with quiet():
            made = self.pipeline.preprocess([text], prompt=prompt, task=kind)
        found: list[int] = made["input_ids"][0].tolist()
        return found

    @property
    def longest(self) -> int | None:
        """Tokens that the model says it reads; None where it knows no limit."""
        named = self.pipeline.max_seq_length
        return int(named) if named and named < _NO_LIMIT else None

    @property
    def pad(self) -> int:
        """The token that fills rows."""
        named = getattr(self.pipeline.tokenizer, "pad_token_id", None)
        return 0 if named is None else int(named)

    def prompt(self, kind: TextKind) -> str | None:
        """The model's prompt for queries or documents, None if it has none.

        Looked up here, because sentence-transformers 6 gives every model an empty `document` prompt
        and never gets to the `passage` prompt that a model really has.
        """
        own = self.pipeline.prompts
        return next((text for name in _PROMPTS[kind] if (text := own.get(name))), None)

    def _cast(self) -> Any:
        if not self._half:
            return nullcontext()
        import torch

        return torch.autocast(self.pipeline.device.type, torch.bfloat16)


@lru_cache(maxsize=2)
def _load(folder: Path, device: str) -> Any:
    """The model of a folder in float32, kept for the process; torch keeps its number of threads."""
    # Tokenizing is a hundredth of the work; its own threads would only warn about forks.
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    with quiet():
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging as transformers_logging

        screen: Any = transformers_logging
        bars = screen.is_progress_bar_enabled()
        screen.disable_progress_bar()
        try:
            model = SentenceTransformer(str(folder), device=device, local_files_only=True)
        finally:
            if bars:
                screen.enable_progress_bar()
    return model.float().eval()


@contextmanager
def quiet() -> Iterator[None]:
    """Keep the libraries' logs and warnings off the user's screen, and only meanwhile."""
    disabled = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(disabled)
