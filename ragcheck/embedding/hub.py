"""Models of the Hugging Face hub, and whether the libraries that run them are there."""

from __future__ import annotations

from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from ragcheck.embedding.digests import OTHER_RUNTIMES
from ragcheck.errors import ComponentError

_SKIPPED = (*(f"{name}/*" for name in OTHER_RUNTIMES), "*.onnx", "*.h5", "*.msgpack", "*.ot")

#: The extra that brings a library, and what to do without it.
_WITHOUT = {"openvino": ("fast", "leave `runtime=openvino` out")}


def installed(library: str) -> str:
    """The version of an installed library, without importing it; ComponentError if it is not."""
    try:
        return version(library)
    except PackageNotFoundError as error:
        extra, other = _WITHOUT.get(library, ("dense", "use --retrievers bm25"))
        raise ComponentError(
            f"this embedder needs {library}, which is not installed",
            hint=f"in ragcheck's checkout: pip install '.[{extra}]'; or {other}",
        ) from error


@lru_cache(maxsize=8)
def from_hub(model: str, revision: str, *, offline: bool) -> Path:
    """The folder of a hub model, downloaded unless this machine has it.

    An empty revision is the main branch. With `offline` (or HF_HUB_OFFLINE=1) nothing is
    downloaded. Raises ComponentError if the model cannot be had.
    """
    installed("sentence-transformers")
    try:
        # Old models hold the same weights twice; the unsafe copy is fetched only where it is alone.
        found = _fetch(model, revision, offline, ("*.bin",))
        return found if any(found.rglob("*.safetensors")) else _fetch(model, revision, offline, ())
    except Exception as error:  # the hub's client raises its own, HTTP's and the system's errors
        raise ComponentError(
            f"embedder model `{model}` is no folder here and the hub does not give it: {error}",
            hint="offline, only models already on this machine can be used"
            if offline
            else "check the name and the network, or give the folder of a downloaded model",
        ) from error


def _fetch(model: str, revision: str, offline: bool, skipped: tuple[str, ...]) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.utils.tqdm import (
        are_progress_bars_disabled,
        disable_progress_bars,
        enable_progress_bars,
    )

    silent = are_progress_bars_disabled()
    disable_progress_bars()
    try:
        return Path(
            snapshot_download(
                model,
                revision=revision or None,
                ignore_patterns=[*_SKIPPED, *skipped],
                local_files_only=offline,
            )
        )
    finally:
        if not silent:
            enable_progress_bars()
