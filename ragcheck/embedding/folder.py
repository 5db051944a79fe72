"""The folder of the cache: where it is, what it holds, how large it may grow.

It holds the vectors of each embedder in a file of its own, and models as they were found and
converted (`profile.py`). What was used least recently goes first when it grows too large.
"""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from ragcheck.embedding.store import RECENT, VectorFile
from ragcheck.errors import ConfigError

_UNITS = {"": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
_USUAL = "5 GB"
#: Share of the limit that is freed beyond what is needed.
_FREED = 0.1


def default_folder() -> Path:
    """RAGCHECK_CACHE_DIR, or the user's cache folder for ragcheck."""
    named = os.environ.get("RAGCHECK_CACHE_DIR")
    return Path(named) if named else platformdirs.user_cache_path("ragcheck")


def size_limit() -> int:
    """Bytes that the folder may hold: RAGCHECK_CACHE_LIMIT, such as `800MB`, or 5 GB.

    Raises ConfigError if that is no size.
    """
    named = os.environ.get("RAGCHECK_CACHE_LIMIT") or _USUAL
    found = re.fullmatch(r"(\d+(?:\.\d+)?) ?([KMGT]B)?", named.strip().upper())
    if not found:
        raise ConfigError(
            f"RAGCHECK_CACHE_LIMIT: `{named}` is no size", hint="write it like `800MB` or `5GB`"
        )
    return int(float(found[1]) * _UNITS[found[2] or ""])


def vectors_folder(folder: Path) -> Path:
    """Where the files of vectors lie."""
    return folder / "embeddings"


def profiles_folder(folder: Path) -> Path:
    """Where the profiles of models lie, with the models as they were converted."""
    return folder / "profiles"


@dataclass(frozen=True, slots=True)
class CacheFile:
    """The cached vectors of one embedder; `vectors` is None where the file cannot be read."""

    path: Path
    fingerprint: str
    vectors: int | None
    size: int
    """Bytes on disk, with what SQLite keeps beside the file."""


def cache_info(folder: Path) -> list[CacheFile]:
    """The files of vectors in a cache folder, in order of fingerprint; none without a vector."""
    found = []
    for path in vectors_folder(folder).glob("*.sqlite"):
        size = sum(part.stat().st_size for part in _parts(path))
        try:
            with VectorFile(path) as file:
                entry = CacheFile(path, file.fingerprint, file.count, size)
        except (sqlite3.Error, ValueError):
            entry = CacheFile(path, "", None, size)
        if entry.vectors != 0:
            found.append(entry)
    return sorted(found, key=lambda file: (file.fingerprint, file.path.name))


def models_size(folder: Path) -> int:
    """Bytes of the models in a cache folder that were converted for another runtime."""
    return sum(_folder_size(path) for path in _profiles(folder))


def clear(folder: Path) -> int:
    """Delete every cached vector and converted model under `folder`; the bytes freed."""
    freed = 0
    for path in vectors_folder(folder).glob("*.sqlite"):
        for part in _parts(path):
            freed += part.stat().st_size
            part.unlink(missing_ok=True)
    for path in _profiles(folder):
        freed += _folder_size(path)
        shutil.rmtree(path, ignore_errors=True)
    return freed


class Full(OSError):
    """The folder may not grow, and holds nothing that was not used just now."""


class Room:
    """What may still be written into a cache folder by one user of it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._limit = size_limit()
        self._since = int(time.time()) - RECENT
        self._left: int | None = None

    def take(self, size: int) -> None:
        """Make room for so many bytes; raises Full, sqlite3.Error or OSError."""
        if self._left is None or self._left < size:
            self._left = self._limit - _occupied(self._folder)
        if self._left < size:
            # Some more than is wanted, so that it is not done for every vector.
            wanted = size - self._left + int(_FREED * self._limit)
            _drop(self._folder, wanted, self._since)
            self._left = self._limit - _occupied(self._folder)
        if self._left < size:
            raise Full(
                f"it is full with {self._limit / 1e6:,.0f} MB of what was used within the hour: "
                "set RAGCHECK_CACHE_LIMIT to more"
            )
        self._left -= size


def _occupied(folder: Path) -> int:
    """Bytes in use, without the room that deletions left inside files."""
    files = vectors_folder(folder).glob("*.sqlite")
    return sum(map(_used, files)) + models_size(folder)


def _drop(folder: Path, wanted: int, since: int) -> None:
    """Delete what was not used since a time, the oldest first, until `wanted` bytes are free."""
    freed, before = 0, dict[Path, int]()
    for used, size, path in sorted(entry for entry in _entries(folder) if entry[0] < since):
        if freed >= wanted:
            break
        freed += size
        before[path] = used + 1
    for path, end in before.items():
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            with VectorFile(path) as file:
                file.drop(end)


def _entries(folder: Path) -> Iterator[tuple[int, int, Path]]:
    """When something was last used, its bytes and its place."""
    for path in _profiles(folder):
        yield int(path.stat().st_mtime), _folder_size(path), path
    for path in vectors_folder(folder).glob("*.sqlite"):
        try:
            with VectorFile(path) as file:
                size, uses = file.size, file.uses()
        except sqlite3.Error:  # no file of vectors: not ours to delete
            continue
        each = size / max(1, sum(count for _, count in uses))
        yield from ((used, int(count * each), path) for used, count in uses)


def _used(path: Path) -> int:
    try:
        with VectorFile(path) as file:
            return file.size
    except sqlite3.Error:
        return path.stat().st_size


def _profiles(folder: Path) -> list[Path]:
    return sorted(path for path in profiles_folder(folder).glob("*") if path.is_dir())


def _folder_size(path: Path) -> int:
    return sum(part.stat().st_size for part in path.rglob("*") if part.is_file())


def _parts(path: Path) -> list[Path]:
    """A file and what SQLite keeps beside it while it is open or after a kill."""
    return sorted(path.parent.glob(f"{path.name}*"))
