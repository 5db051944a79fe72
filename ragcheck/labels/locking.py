"""One writer of a label file at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import filelock

from ragcheck.errors import InputError

_WAIT = 30.0  # seconds until a label file held by another process is given up


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Keeps other processes from writing `path` meanwhile, and leaves no lock file behind.

    Makes the folder if it is absent. Raises InputError if the file is held for longer than half a
    minute, or if anything inside the block fails for want of space, folder or permission.
    """
    lock = filelock.FileLock(path.with_name(f".{path.name}.lock"), timeout=_WAIT)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with lock:
            try:
                yield
            finally:
                with suppress(OSError):  # where a file in use cannot be removed, it stays
                    Path(lock.lock_file).unlink()
    except filelock.Timeout as error:
        raise InputError(
            f"`{path}` is being written by another process", hint="try again when it is done"
        ) from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(
            f"`{path}` cannot be written: {reason}", hint="check the folder and its permissions"
        ) from error
