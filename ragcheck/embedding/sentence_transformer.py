"""Embeddings by any sentence-transformers model: the embedded one, a folder, or one from the hub.

torch and sentence-transformers are imported only to try a model on its first use (`profile.py`) and
where torch computes; finding the model and naming it (`fingerprint`) need neither.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np

from ragcheck.embedding import embedded, openvino_model
from ragcheck.embedding.digests import folder_digest
from ragcheck.embedding.feeding import Feed, Runtime
from ragcheck.embedding.folder import default_folder
from ragcheck.embedding.hub import from_hub, installed
from ragcheck.embedding.late import LAYOUT
from ragcheck.embedding.late_model import LateReader
from ragcheck.embedding.openvino_model import OpenVinoModel
from ragcheck.embedding.profile import Profile, profile_of
from ragcheck.embedding.torch_model import TorchModel
from ragcheck.embedding.vectors import Positions, Tokens, portions
from ragcheck.errors import ComponentError, ConfigError, RagcheckError
from ragcheck.protocols import TextKind
from ragcheck.records import Floats
from ragcheck.spans import Ints

_LIBRARIES = ("sentence-transformers", "transformers", "torch")


@dataclass(frozen=True)
class SentenceTransformerEmbedder:
    """A sentence-transformers model, rows normalised to length 1."""

    version: ClassVar[int] = 1

    model: str = embedded.NAME
    """`all-MiniLM-L6-v2` (embedded: no network), a folder, or a model of the hub by name."""
    revision: str = ""
    """Branch, tag or commit of a hub model; empty: its main branch."""
    query_prompt: str | None = None
    """Put before every query; None: the model's own query prompt, if it has one."""
    document_prompt: str | None = None
    """Put before every document; None: the model's own document prompt, if it has one."""
    runtime: Literal["auto", "torch", "openvino"] = "auto"
    """What computes: `auto` is OpenVINO where it is installed and gives torch's vectors."""
    precision: Literal["f32", "bf16"] = "f32"
    """`bf16` is faster and moves some neighbours; never chosen unless named."""
    device: str = "cpu"
    """Where the model runs, in torch's words: `cpu`, `cuda`, `mps`."""
    batch_tokens: int | None = None
    """Tokens computed at once, padding included, >= 1; None: 2048 on a processor, else 32768."""
    offline: bool = False
    """True: never ask the hub; only models that are already on this machine can be used."""
    mode: Literal["chunks", "late"] = "chunks"
    """`late`: chunks are pooled from one reading of their document, without prefixes (late.py)."""

    def __post_init__(self) -> None:
        if self.batch_tokens is not None and self.batch_tokens < 1:
            raise ConfigError(f"batch_tokens: {self.batch_tokens} is not at least 1")
        if self.runtime == "openvino" and self.device != "cpu":
            raise ConfigError(f"runtime: openvino computes on `cpu`, not on `{self.device}`")
        if self.revision and (self.model == embedded.NAME or Path(self.model).is_dir()):
            raise ConfigError(
                f"revision: `{self.model}` is not a model of the hub and has no revisions",
                hint=f"write `sentence-transformers/{embedded.NAME}` for the one of the hub",
            )

    @cached_property
    def fingerprint(self) -> str:
        """Model files by digest, prompts, device, precision, library versions. Imports no torch.

        `auto` in f32 is one name whichever runtime computes, because it takes only one that gives
        torch's vectors within 1e-5 (`agreement.py`). Every other choice has a name of its own.
        Raises ComponentError if the model cannot be found or a library is not installed.
        """
        decisive = {
            "files": folder_digest(self._folder),
            "prompts": [self.query_prompt, self.document_prompt],
            "device": self.device.partition(":")[0],
            "precision": "float32",
            "libraries": [_major(name) for name in _LIBRARIES],
        }
        if (self.runtime, self.precision) != ("auto", "f32"):
            named = "openvino" if self._prefers_openvino else "torch"
            decisive["precision"] = self.precision
            decisive["runtime"] = [named, _major(named)]
        if self.late:
            decisive["mode"] = ["late", str(LAYOUT)]
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
        tokens = self.tokens(texts, kind=kind)
        if tokens is not None:
            yield from self.stream_tokens(tokens)
            return
        with self._blamed():
            self._takes_openvino()  # never here; raises where it is named
            own = _torch(self._folder, self.device, self.precision)
            prompt = self._prompt(kind)
            # Characters are a poor measure of what such a model computes, and the only one.
            for positions in portions([len(text) for text in texts], 4 * self._budget):
                yield positions, own.encode([texts[p] for p in positions], kind, prompt)

    def tokens(self, texts: Sequence[str], *, kind: TextKind) -> list[Tokens] | None:
        """What the model reads of each text, prompt included: all that its vector depends on.

        None for a model that cannot be fed token ids. Raises ComponentError if the model fails, and
        for documents in late mode.
        """
        if self.late and kind == "document":
            raise ComponentError(
                "mode=late embeds chunks in their documents, and no text by itself",
                hint="leave `mode` out where a retriever or embedder is used outside a sweep",
            )
        with self._blamed():
            if not self._profile.findings.fed:
                return None
            prompt = self._prompt(kind) or ""
            return self._feed.tokens([prompt + text for text in texts])

    def stream_tokens(self, tokens: Sequence[Tokens]) -> Iterator[tuple[Positions, Floats]]:
        """Portions of what `tokens` gave, longest first, as they are embedded."""
        with self._blamed():
            yield from self._feed.vectors(self._computing(), tokens, self._budget)

    @property
    def late(self) -> bool:
        """Whether chunks are embedded in their documents."""
        return self.mode == "late"

    def stream_spans(
        self, texts: Sequence[str], spans: Sequence[Ints]
    ) -> Iterator[tuple[int, Floats]]:
        """Each document's number and the vectors of its spans, as `DocumentEmbedder` says.

        Raises ComponentError for a model that cannot be fed token ids or does not pool by mean.
        """
        with self._blamed():
            if not self._profile.findings.fed:
                raise ComponentError(
                    f"mode=late: `{self.model}` cannot be fed the tokens of a document",
                    hint="leave `mode` out, or name another model",
                )
            prompt = self._prompt("document") or ""
            reader = LateReader(self._feed, self._computing(), prompt, self._budget)
            reader.check(self.model, self.precision)
            yield from reader.stream(texts, spans)

    def pieces(self, texts: Sequence[str]) -> list[Ints]:
        """Where each word piece ends in each text; empty where the model's tokenizer cannot say."""
        if not texts:
            return []
        with self._blamed():
            if not self._profile.findings.fed:
                return [np.zeros(0, np.int64)] * len(texts)
            return self._feed.pieces(texts)

    @property
    def computed_by(self) -> str:
        """The runtime that computes, for the record: `openvino f32`. Tries the model if need be."""
        return f"{'openvino' if self._takes_openvino() else 'torch'} {self.precision}"

    @property
    def _budget(self) -> int:
        return self.batch_tokens or (2048 if self.device == "cpu" else 32768)

    def _computing(self) -> Runtime:
        folder = self._profile.folder
        if folder and self._takes_openvino():
            return _openvino(folder, self.precision)
        return _torch(self._folder, self.device, self.precision)

    def _takes_openvino(self) -> bool:
        """Whether OpenVINO computes; raises ComponentError where it is named and cannot."""
        found = self._profile.findings.openvino
        if not self._prefers_openvino:
            return False
        if (self.runtime, self.precision) == ("auto", "f32"):
            return found is not None and found.same
        if found is None:
            raise ComponentError(
                f"openvino cannot compute `{self.model}`",
                hint="name `runtime=torch`; or make sure that the cache folder can be written",
            )
        return True

    @property
    def _prefers_openvino(self) -> bool:
        if self.runtime != "auto":
            return self.runtime == "openvino"
        return self.device == "cpu" and openvino_model.is_installed()

    def _prompt(self, kind: TextKind) -> str | None:
        told = self.query_prompt if kind == "query" else self.document_prompt
        return self._profile.findings.prompt(kind) if told is None else told

    @property
    def _feed(self) -> Feed:
        found = self._profile.findings
        return Feed(self._folder, found.longest, found.pad)

    @cached_property
    def _profile(self) -> Profile:
        return profile_of(self._folder, self.device, default_folder())

    @cached_property
    def _folder(self) -> Path:
        if self.model == embedded.NAME:
            return embedded.folder()
        if Path(self.model).is_dir():
            return Path(self.model).resolve()
        return from_hub(self.model, self.revision, offline=self.offline)

    @contextmanager
    def _blamed(self) -> Iterator[None]:
        """Whatever a foreign model raises is that model's failure."""
        try:
            yield
        except RagcheckError:
            raise
        except Exception as error:
            raise ComponentError(f"embedder `{self.model}` failed: {error!r}") from error


def _major(library: str) -> str:
    return installed(library).split(".")[0]


@lru_cache(maxsize=2)
def _torch(folder: Path, device: str, precision: str) -> TorchModel:
    return TorchModel(folder, device, precision)


@lru_cache(maxsize=2)
def _openvino(folder: Path, precision: str) -> OpenVinoModel:
    return OpenVinoModel(folder, precision)
