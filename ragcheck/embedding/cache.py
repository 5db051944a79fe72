"""Vectors kept on disk by exact text, so that nothing is embedded twice.

One file per embedder fingerprint; a key is the sha256 of fingerprint, kind and text. Vectors are
written as they are made: what a killed run has embedded is there for the next one, and processes
may share a folder. A cache that cannot be read or written never stops a run and never changes a
vector: the run goes on without it, and `CachedEmbedder.notice` says why.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TypeVar

import numpy as np
import platformdirs

from ragcheck.embedding.store import VectorFile, describe
from ragcheck.embedding.vectors import StreamingEmbedder, checked, portions
from ragcheck.embedding.window import Window
from ragcheck.errors import ComponentError
from ragcheck.protocols import Embedder, TextKind
from ragcheck.records import Floats, Notice
from ragcheck.spans import Ints

Progress = Callable[[int, int], None]
Result = TypeVar("Result")

#: Characters given at once to an embedder that does not stream: what a kill can lose.
_PORTION = 1 << 16


def default_folder() -> Path:
    """RAGCHECK_CACHE_DIR, or the user's cache folder for ragcheck."""
    named = os.environ.get("RAGCHECK_CACHE_DIR")
    return Path(named) if named else platformdirs.user_cache_path("ragcheck")


class CachedEmbedder:
    """An embedder that asks the disk first.

    `hits` and `embedded` count the distinct texts of each call that were found and made.
    `on_progress(done, total)` follows the texts of a call that must be made. `notice` is None, or
    says why the cache is not used.
    """

    def __init__(self, embedder: Embedder, path: Path, on_progress: Progress | None = None) -> None:
        self.embedder = embedder
        self.on_progress = on_progress
        self.hits = 0
        self.embedded = 0
        self.notice: Notice | None = None
        self._folder = path
        self._queries: dict[str, Floats] = {}  # few, and asked for again by every system

    @cached_property
    def fingerprint(self) -> str:
        """The wrapped embedder's: a cache changes no vector."""
        return self.embedder.fingerprint

    def embed(self, texts: Sequence[str], *, kind: TextKind) -> Floats:
        """float32[len(texts), d]: each distinct text from disk, or made once."""
        if not texts:
            return np.empty((0, 0), np.float32)
        fingerprint = self.fingerprint
        if kind == "query" and self._queries.keys() >= set(texts):
            return _stack([self._queries[text] for text in texts], fingerprint)
        keys = {text: _key(fingerprint, kind, text) for text in texts}
        with ExitStack() as opened:
            file = self._attempt(lambda: opened.enter_context(self._open(fingerprint)), None)
            known: dict[bytes, Floats] = {}
            if file:
                known = self._attempt(partial(file.read, list(keys.values())), known)
            vectors = {text: known[key] for text, key in keys.items() if key in known}
            self.hits += len(vectors)
            for part, rows in self._make([text for text in keys if text not in vectors], kind):
                made = dict(zip(part, rows, strict=True))
                vectors.update(made)
                if file:
                    fresh = {keys[text]: row for text, row in made.items()}
                    self._attempt(partial(file.write, fresh), None)
        if kind == "query":
            self._queries.update(vectors)
        return _stack([vectors[text] for text in texts], fingerprint)

    def missing(self, texts: Sequence[str], *, kind: TextKind) -> list[str]:
        """Those of `texts` whose vector is not on disk, in order. Loads no model."""
        fingerprint = self.fingerprint
        keys = {text: _key(fingerprint, kind, text) for text in texts}

        def known() -> set[bytes]:
            with self._open(fingerprint) as file:
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
            file = self._attempt(lambda: opened.enter_context(self._open(fingerprint)), None)
            known: dict[bytes, int] = {}
            if file:
                known = self._attempt(partial(file.windows, list(keys.values())), known)
            missing = [text for text, key in keys.items() if key not in known]
            read = self._window.read(missing).tolist() if missing else []
            fresh = {keys[text]: count for text, count in zip(missing, read, strict=True)}
            if file and fresh:
                self._attempt(partial(file.write_windows, fresh), None)
        found = {**known, **fresh}
        return np.array([found[keys[text]] for text in texts], np.int64)

    @property
    def probed(self) -> int:
        """How many texts were embedded only to find out what is read of others."""
        return self._window.asked

    @cached_property
    def _window(self) -> Window:
        return Window(self.embedder, self._documents)

    def _documents(self, texts: Sequence[str]) -> Floats:
        return self.embed(texts, kind="document")

    def _make(
        self, missing: Sequence[str], kind: TextKind
    ) -> Iterator[tuple[Sequence[str], Floats]]:
        """Texts that the cache does not hold with their vectors, portion by portion."""
        done = 0
        for part, rows in self._portions(missing, kind):
            vectors = checked(rows, part, self.embedder)
            self.embedded += len(part)
            done += len(part)
            yield part, vectors
            if self.on_progress:
                self.on_progress(done, len(missing))

    def _portions(
        self, missing: Sequence[str], kind: TextKind
    ) -> Iterator[tuple[Sequence[str], Floats]]:
        if not missing:  # the question below asks for the fingerprint, which may take time
            return
        if isinstance(self.embedder, StreamingEmbedder):
            for positions, rows in self.embedder.stream(missing, kind=kind):
                yield [missing[position] for position in positions], rows
            return
        for positions in portions([len(text) for text in missing], _PORTION):
            part = [missing[position] for position in positions]
            yield part, self.embedder.embed(part, kind=kind)

    def _open(self, fingerprint: str) -> VectorFile:
        folder = _files_folder(self._folder)
        folder.mkdir(parents=True, exist_ok=True)
        name = hashlib.sha256(fingerprint.encode()).hexdigest()[:32]
        return VectorFile(folder / f"{name}.sqlite", fingerprint)

    def _attempt(self, action: Callable[[], Result], otherwise: Result) -> Result:
        """What `action` on the cache gives; once it fails, the cache is not used any more."""
        if self.notice:
            return otherwise
        try:
            return action()
        except (sqlite3.Error, OSError) as error:
            self.notice = Notice(
                "cache",
                f"the cache of vectors under {self._folder} cannot be used ({error}): vectors are "
                "made again each time; see `ragcheck cache info`, or set RAGCHECK_CACHE_DIR",
            )
            return otherwise


@dataclass(frozen=True, slots=True)
class CacheFile:
    """The cached vectors of one embedder; `vectors` is None where the file cannot be read."""

    path: Path
    fingerprint: str
    vectors: int | None
    size: int
    """Bytes on disk, with what SQLite keeps beside the file."""


def cache_info(folder: Path) -> list[CacheFile]:
    """What a cache folder holds, a file per embedder, in order of fingerprint."""
    found = []
    for path in _files_folder(folder).glob("*.sqlite"):
        size = sum(part.stat().st_size for part in _parts(path))
        try:
            fingerprint, vectors = describe(path)
        except (sqlite3.Error, ValueError):
            found.append(CacheFile(path, "", None, size))
        else:
            found.append(CacheFile(path, fingerprint, vectors, size))
    return sorted(found, key=lambda file: (file.fingerprint, file.path.name))


def clear(folder: Path) -> int:
    """Delete every cached vector under `folder`, nothing else, and return the bytes freed."""
    freed = 0
    for path in _files_folder(folder).glob("*.sqlite"):
        for part in _parts(path):
            freed += part.stat().st_size
            part.unlink(missing_ok=True)
    return freed


def _files_folder(folder: Path) -> Path:
    return folder / "embeddings"


def _parts(path: Path) -> list[Path]:
    """A file and what SQLite keeps beside it while it is open or after a kill."""
    return sorted(path.parent.glob(f"{path.name}*"))


def _key(fingerprint: str, kind: TextKind, text: str) -> bytes:
    whole = "\0".join((fingerprint, kind, text))
    return hashlib.sha256(whole.encode("utf-8", "surrogatepass")).digest()


def _stack(rows: Sequence[Floats], fingerprint: str) -> Floats:
    if len({len(row) for row in rows}) > 1:
        raise ComponentError(
            f"embedder {fingerprint} gives vectors of different lengths under one fingerprint",
            hint="its fingerprint must name all its vectors depend on; then `ragcheck cache clear`",
        )
    return np.stack(rows)
