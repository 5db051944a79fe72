"""`ragcheck sweep`: the main command."""

from __future__ import annotations

import click

from ragcheck.cli.settings import settings_flags
from ragcheck.config import Configured


@click.command(name="sweep")
@click.option("--dry-run", is_flag=True, help="Show the plan and stop before embedding.")
@click.option("--open", "open_it", is_flag=True, help="Open the report in a browser.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document on stdout.")
@click.option("-q", "--quiet", is_flag=True, help="No progress on stderr.")
@settings_flags
def command(
    configured: Configured, dry_run: bool, open_it: bool, as_json: bool, quiet: bool
) -> None:
    """Run every chunker, size and overlap with every retriever on the labelled questions.

    Writes a run folder with an HTML report. The same command resumes an interrupted sweep.
    """
    from ragcheck.api import write_report
    from ragcheck.cli.sweeping import run_prepared, show_plan, show_result
    from ragcheck.prepare import prepare

    if dry_run:
        show_plan(configured, as_json=as_json)
        return
    folder = run_prepared(prepare(configured), quiet=quiet, warn=as_json)
    show_result(folder, write_report(folder), as_json=as_json, open_it=open_it)
