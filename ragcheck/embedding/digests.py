"""Digests of model files: what a vector depends on, named without loading it."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

#: Kinds of files of a model folder that decide its vectors, and the folders of other runtimes.
_DECISIVE = frozenset({".json", ".txt", ".safetensors", ".bin", ".model", ".py"})
OTHER_RUNTIMES = ("onnx", "openvino", "coreml")


def file_digest(path: Path) -> str:
    """The sha256 of a file in hex, read once per process while its size and time stay the same."""
    status = path.stat()
    return _digest(path, status.st_size, status.st_mtime_ns)


def folder_digest(folder: Path) -> str:
    """One sha256 over every file of a model folder that decides its vectors, by name."""
    whole = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if path.suffix in _DECISIVE and inside.parts[0] not in OTHER_RUNTIMES and path.is_file():
            whole.update(f"{inside.as_posix()}\0{file_digest(path)}\n".encode())
    return whole.hexdigest()


@lru_cache(maxsize=1024)
def _digest(path: Path, size: int, time: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
