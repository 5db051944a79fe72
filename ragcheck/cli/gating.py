"""What `gate` and `baseline` share: the run they judge and where the baseline lies."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from ragcheck.config import Configured

if TYPE_CHECKING:
    from ragcheck.run import RunFolder


def run_to_judge(configured: Configured, run: Path | None) -> RunFolder:
    """The stored run that is named, or a fresh sweep with its report."""
    from ragcheck.run import open_folder

    if run is not None:
        return open_folder(run)
    from ragcheck.api import write_report
    from ragcheck.cli.sweeping import sweep_with_progress

    folder = sweep_with_progress(configured)
    write_report(folder)
    return folder


def baseline_path(configured: Configured, named: str | None, flag: Path | None) -> Path:
    """The flag, or `baseline` of the `[gate]` table, or the usual name beside the configuration."""
    from ragcheck.baseline import FILE

    path = flag if flag is not None else configured.root / (named or FILE)
    return Path(os.path.relpath(path)) if flag is None else path


def in_ci() -> bool:
    """Whether a continuous integration service runs this (GitHub, GitLab and others set CI)."""
    return os.environ.get("CI", "").lower() not in ("", "0", "false")
