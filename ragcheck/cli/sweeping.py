"""What several commands do with a sweep: run it with progress, show its plan or its result."""

from __future__ import annotations

import json
import webbrowser
from pathlib import Path

import click

from ragcheck import api
from ragcheck.cli.progress import Progress, describe
from ragcheck.config import Configured
from ragcheck.prepare import Prepared, prepare
from ragcheck.report.summary import summary
from ragcheck.report.terminal import print_run
from ragcheck.run import RunFolder
from ragcheck.run_json import dump


def show_plan(configured: Configured, *, as_json: bool) -> None:
    """Print what a sweep would do; nothing is embedded or written."""
    prepared = prepare(configured)
    work = api.preview(prepared)
    cells = {cell.system.id: cell.key for cell in prepared.plan.cells}
    if as_json:
        document = {"schema": "ragcheck.plan/1", "cells": cells, "work": work}
        click.echo(dump(document, indent=1))
        return
    for system in cells:
        click.echo(system)
    click.echo(describe(work))
    click.echo(f"run folder: {prepared.out}")


def run_prepared(prepared: Prepared, *, quiet: bool = False, warn: bool = True) -> RunFolder:
    """Run a prepared sweep with progress on stderr.

    `warn` tells there what the run warns of, for callers that do not show the run afterwards.
    """
    progress = Progress(quiet=quiet, warn=warn)
    for notice in prepared.notices:
        progress.warned(notice)
    try:
        return api.sweep(prepared, progress)
    finally:
        progress.close()


def show_result(folder: RunFolder, report: Path, *, as_json: bool, open_it: bool) -> None:
    """Print verdict and table, or one JSON document, and where the report is."""
    if as_json:
        click.echo(json.dumps(summary(folder), ensure_ascii=False, indent=1))
    else:
        print_run(folder)
        click.echo(f"report: {report}")
    if open_it:
        webbrowser.open(report.resolve().as_uri())
