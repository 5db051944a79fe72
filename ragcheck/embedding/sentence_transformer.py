"""Embeddings by any sentence-transformers model: the embedded one, a folder, or one from the hub.

torch and sentence-transformers are imported only when a text must really be embedded; finding the
model and naming it (`fingerprint`) need neither.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from ragcheck.embedding import embedded
from ragcheck.embedding.digests import folder_digest
from ragcheck.embedding.hub import from_hub, installed
from ragcheck.embedding.vectors import Positions, portions
from ragcheck.errors import ComponentError, ConfigError
from ragcheck.protocols import TextKind
from ragcheck.records import Floats
from ragcheck.spans import Ints

#: Names under which models keep their prompts, in order of preference.
_PROMPTS: Mapping[TextKind, tuple[str, ...]] = {
    "query": ("query",),
    "document": ("document", "passage", "corpus"),
}
_LIBRARIES = ("sentence-transformers", "transformers", "torch")


@dataclass(frozen=True)
class SentenceTransformerEmbedder:
    """A sentence-transformers model in float32, rows normalised to length 1."""

    version: ClassVar[int] = 1

    model: str = embedded.NAME
    """`all-MiniLM-L6-v2` (embedded: no network), a folder, or a model of the hub by name."""
    revision: str = ""
    """Branch, tag or commit of a hub model; empty: its main branch."""
    query_prompt: str | None = None
    """Put before every query; None: the model's own query prompt, if it has one."""
    document_prompt: str | None = None
    """Put before every document; None: the model's own document prompt, if it has one."""
    device: str = "cpu"
    """Where the model runs, in torch's words: `cpu`, `cuda`, `mps`."""
    batch_tokens: int = 4096
    """Tokens computed at once, padding included: more memory for more speed, >= 1."""
    offline: bool = False
    """True: never ask the hub; only models that are already on this machine can be used."""

    def __post_init__(self) -> None:
        if self.batch_tokens < 1:
            raise ConfigError(f"batch_tokens: {self.batch_tokens} is not at least 1")
        if self.revision and (self.model == embedded.NAME or Path(self.model).is_dir()):
            raise ConfigError(
                f"revision: `{self.model}` is not a model of the hub and has no revisions",
                hint=f"write `sentence-transformers/{embedded.NAME}` for the one of the hub",
            )

    @property
    def fingerprint(self) -> str:
        """Model files by digest, prompts, device and library versions. Imports no torch.

        Raises ComponentError if the model cannot be found or a library is not installed.
        """
        decisive = {
            "files": folder_digest(self._folder()),
            "prompts": [self.query_prompt, self.document_prompt],
            "device": self.device.partition(":")[0],
            "precision": "float32",
            "libraries": [installed(name).split(".")[0] for name in _LIBRARIES],
        }
        digest = hashlib.sha256(json.dumps(decisive, sort_keys=True).encode()).hexdigest()
        return f"sentence-transformers:{Path(self.model).name}:{digest}"

    def embed(self, texts: Sequence[str], *, kind: TextKind) -> Floats:
        """float32[len(texts), d], rows of length 1. Raises ComponentError if the model fails."""
        made = list(self.stream(texts, kind=kind))
        if not made:
            return np.empty((0, 0), np.float32)
        vectors = np.empty((len(texts), made[0][1].shape[1]), np.float32)
        for positions, rows in made:
            vectors[positions] = rows
        return vectors

    def stream(self, texts: Sequence[str], *, kind: TextKind) -> Iterator[tuple[Positions, Floats]]:
        """Portions of `texts` of similar length, longest first, as they are embedded."""
        if not texts:
            return
        folder = self._folder()
        try:
            with _quiet():
                model = _load(folder, self.device)
                lengths = _lengths(model, texts)
            for positions in portions(lengths, self.batch_tokens):
                batch = [texts[position] for position in positions]
                with _quiet():
                    rows = self._encode(model, batch, kind)
                yield positions, rows
        except ComponentError:
            raise
        except Exception as error:  # whatever a foreign model raises is that model's failure
            raise ComponentError(f"embedder `{self.model}` failed: {error!r}") from error

    def pieces(self, texts: Sequence[str]) -> list[Ints]:
        """Where each word piece ends in each text; empty where the model's tokenizer cannot say."""
        if not texts:
            return []
        with _quiet():
            tokenizer: Any = getattr(_load(self._folder(), self.device), "tokenizer", None)
            if not getattr(tokenizer, "is_fast", False):
                return [np.zeros(0, np.int64)] * len(texts)
            read = tokenizer(
                list(texts), add_special_tokens=False, truncation=False, return_offsets_mapping=True
            )
        return [np.array([end for _, end in places], np.int64) for places in read["offset_mapping"]]

    def _encode(self, model: Any, batch: list[str], kind: TextKind) -> Floats:
        told = self.query_prompt if kind == "query" else self.document_prompt
        encode = model.encode_query if kind == "query" else model.encode_document
        vectors: Floats = encode(
            batch,
            prompt=_own_prompt(model, kind) if told is None else told,
            batch_size=len(batch),
            show_progress_bar=False,
            convert_to_numpy=True,
            normalize_embeddings=True,
        )
        return vectors.astype(np.float32, copy=False)

    def _folder(self) -> Path:
        if self.model == embedded.NAME:
            return embedded.folder()
        if Path(self.model).is_dir():
            return Path(self.model).resolve()
        return from_hub(self.model, self.revision, offline=self.offline)


def _own_prompt(model: Any, kind: TextKind) -> str | None:
    """The model's prompt for queries or documents, None if it has none.

    Looked up here, because sentence-transformers 6 gives every model an empty `document` prompt and
    never gets to the `passage` prompt that a model really has.
    """
    return next((text for name in _PROMPTS[kind] if (text := model.prompts.get(name))), None)


@lru_cache(maxsize=2)
def _load(folder: Path, device: str) -> Any:
    """The model of a folder in float32, kept for the process; torch keeps its number of threads."""
    # Tokenizing is a hundredth of the work; its own threads would only warn about forks.
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
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


def _lengths(model: Any, texts: Sequence[str]) -> list[int]:
    """Tokens of each text that the model reads; characters where it has no such tokenizer.

    Characters alone are a poor measure: batches sorted by them compute a third more padding.
    """
    tokenizer = getattr(model, "tokenizer", None)
    if not callable(tokenizer):
        return [len(text) for text in texts]
    lengths: list[int] = []
    for start in range(0, len(texts), 1024):
        part = list(texts[start : start + 1024])
        read = tokenizer(part, truncation=True, max_length=model.max_seq_length)
        lengths.extend(map(len, read["input_ids"]))
    return lengths


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the libraries' logs and warnings off the user's screen, and only meanwhile."""
    disabled = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(disabled)
