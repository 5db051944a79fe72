"""A file of what is known of texts by key: SQLite, written portion by portion, shared by processes.

Of each text its vector, and how much of it the embedder reads.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from ragcheck.records import Floats

#: Keys asked for at once; SQLite allows more, and it is no faster.
_ASKED = 500
#: Seconds to wait while another process writes.
_PATIENCE = 60

_TABLES = """
CREATE TABLE IF NOT EXISTS about (fingerprint TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS windows (key BLOB PRIMARY KEY, characters INTEGER NOT NULL);
"""


class VectorFile:
    """One open file; every method may raise sqlite3.Error.

    A write is all or nothing, also when the process is killed or the disk is full, and readers
    never wait for a writer.
    """

    def __init__(self, path: Path, fingerprint: str) -> None:
        self._database = sqlite3.connect(path, timeout=_PATIENCE)
        try:
            self._database.execute("PRAGMA journal_mode = WAL")
            # Survives a kill; only a power cut can lose the last portions, which are made again.
            self._database.execute("PRAGMA synchronous = NORMAL")
            self._database.executescript(_TABLES)
            with self._database:
                self._database.execute(
                    "INSERT INTO about SELECT ? WHERE NOT EXISTS (SELECT 1 FROM about)",
                    (fingerprint,),
                )
        except BaseException:
            self._database.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._database.close()

    def read(self, keys: Sequence[bytes]) -> dict[bytes, Floats]:
        """The vectors of those keys that are there, float32 as they were written."""
        rows = self._select("key, vector FROM vectors", keys)
        return {key: np.frombuffer(vector, "<f4") for key, vector in rows}

    def known(self, keys: Sequence[bytes]) -> set[bytes]:
        """Those of the keys that have a vector."""
        return {key for (key,) in self._select("key FROM vectors", keys)}

    def windows(self, keys: Sequence[bytes]) -> dict[bytes, int]:
        """How many characters are read of those texts of which it is known."""
        return dict(self._select("key, characters FROM windows", keys))

    def _select(self, what: str, keys: Sequence[bytes]) -> Iterator[tuple[Any, ...]]:
        for start in range(0, len(keys), _ASKED):
            part = keys[start : start + _ASKED]
            marks = ",".join("?" * len(part))
            yield from self._database.execute(
                f"SELECT {what} WHERE key IN ({marks})",
                part,
            )

    def write(self, vectors: Mapping[bytes, Floats]) -> None:
        """Add vectors in one step; a key that is there keeps its vector."""
        rows: Iterable[tuple[bytes, bytes]] = (
            (key, vector.astype("<f4").tobytes()) for key, vector in vectors.items()
        )
        with self._database:
            self._database.executemany("INSERT OR IGNORE INTO vectors VALUES (?, ?)", rows)

    def write_windows(self, windows: Mapping[bytes, int]) -> None:
        """Add how many characters are read of texts, in one step."""
        with self._database:
            rows = windows.items()
            self._database.executemany("INSERT OR IGNORE INTO windows VALUES (?, ?)", rows)


def describe(path: Path) -> tuple[str, int]:
    """Fingerprint and number of vectors of a file; raises sqlite3.Error if it is not one."""
    database = sqlite3.connect(path, timeout=_PATIENCE)
    try:
        ((fingerprint,),) = database.execute("SELECT fingerprint FROM about").fetchall()
        ((count,),) = database.execute("SELECT count(*) FROM vectors").fetchall()
    finally:
        database.close()
    return str(fingerprint), int(count)
