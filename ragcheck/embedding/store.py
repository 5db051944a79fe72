"""A file of vectors and of the texts that have them: SQLite, shared by processes.

A vector is kept under what is read of a text; texts of which the same is read share it. Of each
text the file also knows how much of it the embedder reads, and when its vector was last used.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from ragcheck.records import Floats

#: Keys asked for at once; SQLite allows more, and it is no faster.
_ASKED = 500
#: Seconds to wait while another process writes.
_PATIENCE = 60
#: Seconds within which a use is not noted again, so that runs in a row write nothing.
RECENT = 3600

_VERSION = 1
_TABLES = (
    "CREATE TABLE IF NOT EXISTS about (fingerprint TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB NOT NULL)",
    "CREATE TABLE IF NOT EXISTS windows (key BLOB PRIMARY KEY, characters INTEGER NOT NULL)",
    "CREATE TABLE IF NOT EXISTS texts"
    " (key BLOB PRIMARY KEY, reading BLOB NOT NULL, used INTEGER NOT NULL) WITHOUT ROWID",
    # Files of version 0 have a vector for each text, under the text's own key.
    "INSERT OR IGNORE INTO texts SELECT key, key, strftime('%s') FROM vectors",
    f"PRAGMA user_version = {_VERSION}",
)


class VectorFile:
    """One open file, made for a fingerprint where it is not there; all may raise sqlite3.Error.

    A write is all or nothing, also when the process is killed or the disk is full, and readers
    never wait for a writer. Keys are digests: of a text, or of what is read of it.
    """

    def __init__(self, path: Path, fingerprint: str | None = None) -> None:
        self._database = sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None)
        self._recent = int(time.time()) - RECENT
        try:
            self._database.execute("PRAGMA auto_vacuum = INCREMENTAL")  # of a new file only
            self._database.execute("PRAGMA journal_mode = WAL")
            # Survives a kill; only a power cut can lose the last portions, which are made again.
            self._database.execute("PRAGMA synchronous = NORMAL")
            if self._pragma("user_version") < _VERSION:
                self._prepare(fingerprint)
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

    def find(self, texts: Sequence[bytes]) -> tuple[dict[bytes, Floats], list[bytes]]:
        """The vectors of those texts that have one, float32; and which to `note` as used."""
        asked = "texts.key, used, vector FROM texts JOIN vectors ON vectors.key = reading"
        found, unnoted = {}, []
        for key, used, vector in self._select(asked, "texts.key", texts):
            found[key] = np.frombuffer(vector, "<f4")
            if used < self._recent:
                unnoted.append(key)
        return found, unnoted

    def note(self, texts: Sequence[bytes]) -> None:
        """Write down that texts are used now."""
        with self._writing():
            self._each("UPDATE texts SET used = ? WHERE key = ?", [(_now(), key) for key in texts])

    def read(self, readings: Sequence[bytes]) -> dict[bytes, Floats]:
        """The vectors of those readings that are there."""
        rows = self._select("key, vector FROM vectors", "key", readings)
        return {key: np.frombuffer(vector, "<f4") for key, vector in rows}

    def known(self, texts: Sequence[bytes]) -> set[bytes]:
        """Those of the texts that have a vector."""
        return {key for (key,) in self._select("key FROM texts", "key", texts)}

    def windows(self, texts: Sequence[bytes]) -> dict[bytes, int]:
        """How many characters are read of those texts of which it is known."""
        return dict(self._select("key, characters FROM windows", "key", texts))

    def write(self, vectors: Mapping[bytes, Floats], texts: Mapping[bytes, bytes]) -> None:
        """Add vectors by reading, and what is read of texts, in one step.

        What is there stays.
        """
        now = _now()
        rows = [(key, vector.astype("<f4").tobytes()) for key, vector in vectors.items()]
        with self._writing():
            self._each("INSERT OR IGNORE INTO vectors VALUES (?, ?)", rows)
            links = [(text, reading, now) for text, reading in texts.items()]
            self._each("INSERT OR IGNORE INTO texts VALUES (?, ?, ?)", links)

    def write_windows(self, windows: Mapping[bytes, int]) -> None:
        """Add how many characters are read of texts, in one step."""
        with self._writing():
            self._each("INSERT OR IGNORE INTO windows VALUES (?, ?)", list(windows.items()))

    @property
    def fingerprint(self) -> str:
        """Of the embedder whose vectors these are."""
        ((found,),) = self._database.execute("SELECT fingerprint FROM about").fetchall()
        return str(found)

    @property
    def count(self) -> int:
        """How many vectors there are."""
        ((found,),) = self._database.execute("SELECT count(*) FROM vectors").fetchall()
        return int(found)

    @property
    def size(self) -> int:
        """Bytes in use, without those that a deletion has freed inside the file."""
        pages = self._pragma("page_count") - self._pragma("freelist_count")
        return pages * self._pragma("page_size")

    def uses(self) -> list[tuple[int, int]]:
        """When texts were last used, in seconds since 1970, and how many then; oldest first."""
        asked = "SELECT used, count(*) FROM texts GROUP BY used ORDER BY used"
        return [(int(used), int(count)) for used, count in self._database.execute(asked)]

    def drop(self, before: int) -> None:
        """Delete what was last used before a time, and give the room back."""
        with self._writing():
            self._database.execute("DELETE FROM texts WHERE used < ?", (before,))
            left = "(SELECT reading FROM texts)"
            self._database.execute(f"DELETE FROM vectors WHERE key NOT IN {left}")  # noqa: S608
            left = "(SELECT key FROM texts)"
            self._database.execute(f"DELETE FROM windows WHERE key NOT IN {left}")  # noqa: S608
        self._database.execute("PRAGMA incremental_vacuum").fetchall()

    def _prepare(self, fingerprint: str | None) -> None:
        """Make a new file, or an old one what it is now."""
        with self._writing():
            if self._pragma("user_version") == _VERSION:  # another process was faster
                return
            for statement in _TABLES:
                self._database.execute(statement)
            if fingerprint is not None:
                insert = "INSERT INTO about SELECT ? WHERE NOT EXISTS (SELECT 1 FROM about)"
                self._database.execute(insert, (fingerprint,))

    def _pragma(self, name: str) -> int:
        ((found,),) = self._database.execute(f"PRAGMA {name}").fetchall()
        return int(found)

    def _select(self, what: str, column: str, keys: Sequence[bytes]) -> Iterator[tuple[Any, ...]]:
        for start in range(0, len(keys), _ASKED):
            part = keys[start : start + _ASKED]
            marks = ",".join("?" * len(part))
            yield from self._database.execute(
                f"SELECT {what} WHERE {column} IN ({marks})",
                part,
            )

    def _each(self, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
        self._database.executemany(statement, rows)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """All or nothing; waits for other writers first."""
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            if self._database.in_transaction:  # a full disk may have ended it
                self._database.execute("ROLLBACK")
            raise
        self._database.execute("COMMIT")


def _now() -> int:
    return int(time.time())
