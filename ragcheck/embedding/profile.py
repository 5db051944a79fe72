"""What a model was found to do, kept on disk with the model as OpenVINO reads it.

The first use of a model on a machine loads it in torch and tries it (`examining.py`); later uses
need neither torch nor a trial. It lies in the cache folder under a name made of all it depends on:
model files, versions of the libraries, device, the processor's instructions.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np
from filelock import FileLock

from ragcheck.embedding.agreement import Agreement
from ragcheck.embedding.digests import file_digest, folder_digest
from ragcheck.embedding.examining import Findings, examine
from ragcheck.embedding.folder import profiles_folder

_SCHEMA = "ragcheck.profile/1"
_FILE = "profile.json"
_LIBRARIES = ("sentence-transformers", "transformers", "torch", "tokenizers", "openvino")


@dataclass(frozen=True, slots=True)
class Profile:
    """Findings on a model; `folder` holds it as OpenVINO reads it, where that can be."""

    findings: Findings
    folder: Path | None


def profile_of(model: Path, device: str, cache: Path) -> Profile:
    """The profile of the model in a folder: from `cache`, or found out in torch and kept there."""
    return _profile(model, device, profiles_folder(cache), _versions())


@lru_cache(maxsize=8)
def _profile(model: Path, device: str, kept: Path, versions: tuple[str, ...]) -> Profile:
    simd = np.show_config(mode="dicts")["SIMD Extensions"]
    decisive = [_SCHEMA, folder_digest(model), device.partition(":")[0], versions, simd]
    name = hashlib.sha256(json.dumps(decisive, sort_keys=True).encode()).hexdigest()[:32]
    target, part = kept / name, kept / f"{name}.part"
    if found := _load(target):
        return found
    try:
        kept.mkdir(parents=True, exist_ok=True)
        with FileLock(kept / f"{name}.lock"):
            if found := _load(target):
                return found
            shutil.rmtree(part, ignore_errors=True)  # of a process that was killed
            part.mkdir()
            return _keep(examine(model, device, part), part, target)
    except OSError:  # a cache that cannot be used: torch it is, and the next process asks again
        return Profile(examine(model, device, None), None)


@lru_cache
def _versions() -> tuple[str, ...]:
    """Versions of the libraries that decide what a model does; empty for one that is absent."""
    found = []
    for library in _LIBRARIES:
        try:
            found.append(version(library))
        except PackageNotFoundError:
            found.append("")
    return tuple(found)


def _load(folder: Path) -> Profile | None:
    """The profile that lies in a folder, unless it is not there whole."""
    try:
        content = json.loads((folder / _FILE).read_text("utf-8"))
        whole = all(file_digest(folder / name) == mark for name, mark in content["files"].items())
        found = content["findings"]
        openvino = Agreement(**found.pop("openvino")) if found["openvino"] else None
        profile = Profile(Findings(**found, openvino=openvino), folder)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    with suppress(OSError):  # what was used least recently is forgotten first (`folder.py`)
        os.utime(folder)
    return profile if whole else None


def _keep(findings: Findings, part: Path, target: Path) -> Profile:
    """Findings, with the files of `part`, at their place on disk: whole or not at all."""
    files = {path.name: file_digest(path) for path in sorted(part.iterdir())}
    content = {"findings": asdict(findings), "files": files}
    (part / _FILE).write_text(json.dumps(content, indent=1), encoding="utf-8")
    shutil.rmtree(target, ignore_errors=True)
    part.rename(target)
    return Profile(findings, target)
