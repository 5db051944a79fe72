"""What a component's results depend on besides its options.

Equal options with other marks are other results: marks stand in the keys of a sweep's cells, so
that a plug-in that was edited is never taken for the one whose cells are already finished.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import sys
from functools import lru_cache
from pathlib import Path
from typing import Any

from ragcheck.errors import ComponentError, RagcheckError
from ragcheck.options import option_types
from ragcheck.registry import Kind, entry_of, nested_kind


def marks(kind: Kind, component: Any) -> tuple[str, ...]:
    """What a component's results depend on besides its options; those of nested ones follow.

    Its `version`, which its author raises when equal options give other results; a plug-in's code
    (its module, with the modules beside it in the same package) and the version of the package
    that ships it; an embedder's fingerprint. Raises ComponentError where one cannot be had.
    """
    found = [f"version {getattr(component, 'version', 1)}"]
    entry = entry_of(kind, component)
    if entry is None or entry.owner != "ragcheck":
        found.append(f"code {_code(type(component).__module__)}")
    if entry and entry.owner not in ("ragcheck", "unknown"):
        found.append(f"{entry.owner} {importlib.metadata.version(entry.owner)}")
    if kind == "embedder":
        try:
            found.append(str(component.fingerprint))
        except RagcheckError:
            raise
        except Exception as error:
            raise ComponentError(
                f"embedder {type(component).__name__} has no fingerprint: {error!r}"
            ) from error
    for field, annotation in option_types(type(component)).items():
        nested = nested_kind(annotation)
        found += marks(nested, getattr(component, field)) if nested else ()
    return tuple(found)


@lru_cache
def _code(module: str) -> str:
    """Digest of a module's file and of those beside it in its package; empty where it has none."""
    loaded = sys.modules.get(module)
    file = getattr(loaded, "__file__", None)
    if file is None:
        return ""
    packaged = getattr(loaded, "__package__", "") != ""
    files = sorted(Path(file).parent.glob("*.py")) if packaged else [Path(file)]
    try:
        return hashlib.sha256(b"\0".join(path.read_bytes() for path in files)).hexdigest()
    except OSError:  # imported from an archive
        return ""
