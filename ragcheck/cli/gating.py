"""What `gate` and `baseline` share: the run they judge and where the baseline lies."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from ragcheck.config import Configured

if TYPE_CHECKING:
    from ragcheck.gate import GateResult, GateTable
    from ragcheck.prepare import Prepared
    from ragcheck.records import SystemResult
    from ragcheck.run import RunFolder


def system_to_judge(
    configured: Configured, run: Path | None, system: str | None, table: GateTable
) -> tuple[RunFolder, SystemResult]:
    """One system of the stored run that is named, or of a sweep; `table` names one unless the flag.

    A sweep that has finished it already is read; else it alone is swept, with its report. Which one
    is settled before anything is embedded.
    """
    from ragcheck.gate import Naming, choose_name, choose_system
    from ragcheck.run import open_folder

    named = system or table.system
    naming = Naming(str(run or ""), "" if system else "`system` in [gate]")
    if run is not None:
        folder = open_folder(run)
        return folder, choose_system(folder, named, naming)
    from ragcheck.api import write_report
    from ragcheck.cli.sweeping import run_prepared
    from ragcheck.prepare import narrowed, prepare

    prepared = prepare(configured)
    keys = {cell.system.id: cell.key for cell in prepared.plan.cells}
    name = choose_name(list(keys), named, naming)
    finished = _finished(prepared, keys[name])
    if finished is not None:
        return finished, finished.result(name)
    folder = run_prepared(narrowed(prepared, name))
    write_report(folder)
    return folder, folder.result(name)


def _finished(prepared: Prepared, key: str) -> RunFolder | None:
    """The run in the sweep's folder, if there is one and it has finished this cell."""
    from ragcheck.errors import RunError
    from ragcheck.run import open_folder

    try:
        folder = open_folder(prepared.out)
    except RunError:
        return None
    return folder if key in prepared.plan.finished(folder.run) else None


def keep_outcome(folder: RunFolder, result: GateResult, accept: str) -> None:
    """The outcome in the run folder, and its page, if there is one, drawn again with it.

    A folder that cannot be written stays as it is: the gate only reads it.
    """
    from ragcheck.api import write_report
    from ragcheck.artefacts.document import gate_document
    from ragcheck.files import write_atomically
    from ragcheck.report.view_gate import FILE as name
    from ragcheck.run_json import dump

    key = folder.result(result.system).key
    data = dump({**gate_document(result), "key": key, "accept": accept}, indent=1).encode()
    file, page = folder.path / name, folder.path / "report.html"
    try:
        if not file.exists() or file.read_bytes() != data:
            write_atomically(file, data)
            if page.exists():
                write_report(folder)
    except OSError:
        return


def baseline_path(configured: Configured, named: str | None, flag: Path | None) -> Path:
    """The flag, or `baseline` of the `[gate]` table, or the usual name beside the configuration."""
    from ragcheck.baseline import FILE

    path = flag if flag is not None else configured.root / (named or FILE)
    return Path(os.path.relpath(path)) if flag is None else path


def shown_path(path: Path, root: Path) -> Path:
    """A path as others can read it: relative to here if it lies here or below `root`.

    What a user named elsewhere stays as it was named.
    """
    full = path.absolute()
    inside = any(full.is_relative_to(folder.absolute()) for folder in (Path(), root))
    return Path(os.path.relpath(full)) if inside else path


def in_ci() -> bool:
    """Whether a continuous integration service runs this (GitHub, GitLab and others set CI)."""
    return os.environ.get("CI", "").lower() not in ("", "0", "false")
