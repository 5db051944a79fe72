"""Vectors kept on disk by what is read of a text, so that nothing is embedded twice.

One file per embedder fingerprint. Where an embedder tells the tokens that it reads of a text, texts
of which it reads the same share a vector: chunks of 256 and of 512 tokens that begin alike, for a
model that reads 256. Vectors are written as they are made: what a killed run has embedded is there
for the next one, and processes may share a folder. A cache that cannot be read or written never
stops a run and never changes a vector: the run goes on without it, and `CachedEmbedder.notice` says
why.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import cached_property, partial
from itertools import chain
from pathlib import Path
from typing import TypeVar

import numpy as np

from ragcheck.embedding.folder import Room, vectors_folder
from ragcheck.embedding.store import VectorFile
from ragcheck.embedding.vectors import (
    Positions,
    StreamingEmbedder,
    TokenEmbedder,
    Tokens,
    checked,
    portions,
)
from ragcheck.embedding.window import Window
from ragcheck.errors import ComponentError
from ragcheck.protocols import Embedder, TextKind
from ragcheck.records import Floats, Notice
from ragcheck.spans import Ints

Progress = Callable[[int, int], None]
Result = TypeVar("Result")

#: Characters given at once to an embedder that does not stream: what a kill can lose.
_PORTION = 1 << 16
#: Bytes that a row takes beside its vector, keys and their index.
_ROW = 120


class CachedEmbedder:
    """An embedder that asks the disk first.

    `hits` counts the distinct texts of each call whose vector was on disk, `embedded` the vectors
    that were made. `on_progress(done, total)` follows the texts of a call that have none on disk.
    `notice` is None, or says why the cache is not used, or no more written.
    """

    def __init__(self, embedder: Embedder, path: Path, on_progress: Progress | None = None) -> None:
        self.embedder = embedder
        self.on_progress = on_progress
        self.hits = 0
        self.embedded = 0
        self.notice: Notice | None = None
        self._folder = path
        self._room = Room(path)
        self._usable = self._writable = True
        # Queries are few, and asked for again by every system.
        self._memory: dict[TextKind, dict[str, Floats]] = {"query": {}}

    @cached_property
    def fingerprint(self) -> str:
        """The wrapped embedder's: a cache changes no vector."""
        return self.embedder.fingerprint

    def embed(self, texts: Sequence[str], *, kind: TextKind) -> Floats:
        """float32[len(texts), d]: each distinct text from disk, or made once."""
        if not texts:
            return np.empty((0, 0), np.float32)
        fingerprint = self.fingerprint
        memory = self._memory.get(kind)
        if memory is not None and memory.keys() >= set(texts):
            return _stack([memory[text] for text in texts], fingerprint)
        keys = {text: _key(fingerprint, kind, text) for text in texts}
        with ExitStack() as opened:
            file = self._opened(opened)
            vectors = self._found(file, keys)
            if missing := [text for text in keys if text not in vectors]:
                vectors.update(self._made(file, _Wanted(self, missing, kind), keys))
        if memory is not None:
            memory.update(vectors)
        return _stack([vectors[text] for text in texts], fingerprint)

    @contextmanager
    def remembering(self) -> Iterator[None]:
        """Keep the vectors of documents in memory meanwhile: for many calls with few texts each.

        Opening the file takes longer than all else that such a call does.
        """
        self._memory["document"] = {}
        try:
            yield
        finally:
            del self._memory["document"]

    def missing(self, texts: Sequence[str], *, kind: TextKind) -> list[str]:
        """Those of `texts` whose vector is not on disk, in order. Loads no model."""
        fingerprint = self.fingerprint
        keys = {text: _key(fingerprint, kind, text) for text in texts}

        def known() -> set[bytes]:
            with self._open() as file:
                return file.known(list(keys.values()))

        found = self._attempt(known, set[bytes]())
        return [text for text, key in keys.items() if key not in found]

    def read(self, texts: Sequence[str]) -> Ints:
        """int64[n]: the characters of each document text that are read, from disk or by probing.

        See `Window.read`. Loads no model where disk knows every text.
        """
        fingerprint = self.fingerprint
        keys = {text: _key(fingerprint, "document", text) for text in texts}
        with ExitStack() as opened:
            file = self._opened(opened)
            known: dict[bytes, int] = {}
            if file:
                known = self._attempt(partial(file.windows, list(keys.values())), known)
            missing = [text for text, key in keys.items() if key not in known]
            read = self._window.read(missing).tolist() if missing else []
            fresh = {keys[text]: count for text, count in zip(missing, read, strict=True)}
            if file and fresh:
                self._write(partial(file.write_windows, fresh), _ROW * len(fresh))
        found = {**known, **fresh}
        return np.array([found[keys[text]] for text in texts], np.int64)

    @property
    def runtime(self) -> str | None:
        """What computed the vectors that were made, as the embedder calls it; None if none was."""
        return getattr(self.embedder, "computed_by", None) if self.embedded else None

    @property
    def probed(self) -> int:
        """How many texts were embedded only to find out what is read of others."""
        return self._window.asked

    @cached_property
    def _window(self) -> Window:
        return Window(self.embedder, self._documents)

    def _documents(self, texts: Sequence[str]) -> Floats:
        return self.embed(texts, kind="document")

    def _found(self, file: VectorFile | None, keys: Mapping[str, bytes]) -> dict[str, Floats]:
        """The vectors of texts that have one on disk."""
        if not file:
            return {}
        nothing: tuple[dict[bytes, Floats], list[bytes]] = {}, []
        known, unnoted = self._attempt(partial(file.find, list(keys.values())), nothing)
        if unnoted:
            self._write(partial(file.note, unnoted), 0)
        self.hits += len(known)
        return {text: known[key] for text, key in keys.items() if key in known}

    def _made(
        self, file: VectorFile | None, wanted: _Wanted, keys: Mapping[str, bytes]
    ) -> dict[str, Floats]:
        """The vectors of the texts wanted: of another that reads the same, or made in portions."""
        known: dict[bytes, Floats] = {}
        if file:
            known = self._attempt(partial(file.read, list(wanted.texts)), known)
        self.hits += sum(len(wanted.texts[reading]) for reading in known)
        vectors: dict[str, Floats] = {}
        total = sum(map(len, wanted.texts.values()))
        for made in chain([known] if known else [], wanted.make(known)):
            texts = {text: reading for reading in made for text in wanted.texts[reading]}
            vectors.update((text, made[reading]) for text, reading in texts.items())
            fresh = {} if made is known else made
            self.embedded += len(fresh)
            if file:
                links = {keys[text]: reading for text, reading in texts.items()}
                size = sum(row.nbytes for row in fresh.values()) + _ROW * (len(fresh) + len(links))
                self._write(partial(file.write, fresh, links), size)
            if self.on_progress:
                self.on_progress(len(vectors), total)
        return vectors

    def _opened(self, stack: ExitStack) -> VectorFile | None:
        """The embedder's file, until the stack closes; None where there can be none."""
        return self._attempt(lambda: stack.enter_context(self._open()), None)

    def _open(self) -> VectorFile:
        folder = vectors_folder(self._folder)
        folder.mkdir(parents=True, exist_ok=True)
        name = hashlib.sha256(self.fingerprint.encode()).hexdigest()[:32]
        return VectorFile(folder / f"{name}.sqlite", self.fingerprint)

    def _write(self, action: Callable[[], None], size: int) -> None:
        """Do what writes so many bytes; once it fails, nothing more is written."""
        if not self._writable:
            return
        try:
            self._room.take(size)
            action()
        except (sqlite3.Error, OSError) as error:
            self._writable = False
            self._tell(f"takes no more vectors ({error}): those are made again next time")

    def _attempt(self, action: Callable[[], Result], otherwise: Result) -> Result:
        """What `action` on the cache gives; once it fails, the cache is not used any more."""
        if not self._usable:
            return otherwise
        try:
            return action()
        except (sqlite3.Error, OSError) as error:
            self._usable = False
            self._tell(f"cannot be used ({error}): vectors are made again each time")
            return otherwise

    def _tell(self, what: str) -> None:
        """Note what is wrong with the cache, the first time."""
        self.notice = self.notice or Notice(
            "cache",
            f"the cache of vectors under {self._folder} {what}; see `ragcheck cache info`, or set "
            "RAGCHECK_CACHE_DIR",
        )


class _Wanted:
    """Texts without a vector; `texts` holds them by what is read of each."""

    def __init__(self, cached: CachedEmbedder, texts: Sequence[str], kind: TextKind) -> None:
        embedder, fingerprint = cached.embedder, cached.fingerprint
        self.texts: dict[bytes, list[str]] = {}
        self._embedder = embedder
        self._kind: TextKind = kind
        self._tokens: dict[bytes, Tokens] = {}
        tokens = embedder.tokens(texts, kind=kind) if isinstance(embedder, TokenEmbedder) else None
        for position, text in enumerate(texts):
            if tokens is None:
                reading = _key(fingerprint, kind, text)
            else:
                reading = _key(fingerprint, f"tokens of a {kind}", tokens[position])
                self._tokens[reading] = tokens[position]
            self.texts.setdefault(reading, []).append(text)

    def make(self, known: Mapping[bytes, Floats]) -> Iterator[dict[bytes, Floats]]:
        """The vectors of all readings but the known ones, portion by portion."""
        missing = [reading for reading in self.texts if reading not in known]
        texts = [self.texts[reading][0] for reading in missing]
        for positions, rows in self._portions(missing, texts) if missing else ():
            part = [texts[position] for position in positions]
            vectors = checked(rows, part, self._embedder)
            yield {missing[p]: row for p, row in zip(positions, vectors, strict=True)}

    def _portions(
        self, missing: Sequence[bytes], texts: Sequence[str]
    ) -> Iterator[tuple[Positions, Floats]]:
        if self._tokens and isinstance(self._embedder, TokenEmbedder):
            yield from self._embedder.stream_tokens([self._tokens[key] for key in missing])
        elif isinstance(self._embedder, StreamingEmbedder):
            yield from self._embedder.stream(texts, kind=self._kind)
        else:
            for positions in portions([len(text) for text in texts], _PORTION):
                part = [texts[position] for position in positions]
                yield positions, self._embedder.embed(part, kind=self._kind)


def _key(fingerprint: str, kind: str, content: str | Tokens) -> bytes:
    whole = hashlib.sha256(f"{fingerprint}\0{kind}\0".encode())
    if isinstance(content, str):
        whole.update(content.encode("utf-8", "surrogatepass"))
    else:
        whole.update(content.astype("<i4").tobytes())
    return whole.digest()


def _stack(rows: Sequence[Floats], fingerprint: str) -> Floats:
    if len({len(row) for row in rows}) > 1:
        raise ComponentError(
            f"embedder {fingerprint} gives vectors of different lengths under one fingerprint",
            hint="its fingerprint must name all its vectors depend on; then `ragcheck cache clear`",
        )
    return np.stack(rows)
