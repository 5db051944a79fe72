"""ragcheck measures whether retrieval works, why it does not, and what to change.

>>> import ragcheck
>>> run = ragcheck.evaluate("docs/", "questions.jsonl")  # doctest: +SKIP
>>> run = ragcheck.open_run("reports/docs-1f3a9c02")  # doctest: +SKIP
"""

from __future__ import annotations

from typing import Any

__version__ = "0.1.0"
__all__ = ["__version__", "evaluate", "open_run"]


def __getattr__(name: str) -> Any:
    """Import on first use: `import ragcheck` alone loads nothing heavy."""
    if name in {"evaluate", "open_run"}:
        from ragcheck import api

        return getattr(api, name)
    raise AttributeError(f"module 'ragcheck' has no attribute {name!r}")
