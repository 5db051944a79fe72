"""Writing files so that a reader, a crash or a full disk never meets half a file."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def write_atomically(path: Path, data: bytes) -> None:
    """Replace `path` by `data` in one step: after a crash it holds the old bytes or the new ones.

    Keeps the permissions of an existing file. Raises OSError (disk full, read-only folder) and
    then leaves nothing behind.
    """
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def shown(path: Path) -> str:
    """A path as a user names it: from the current folder where it lies below, else as it is."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def _umask() -> int:
    """The process's umask; the only way to read it is to set it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
