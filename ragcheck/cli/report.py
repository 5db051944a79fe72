"""`ragcheck report`: render a stored run again, without documents or models."""

from __future__ import annotations

from pathlib import Path

import click


@click.command(name="report")
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--open", "open_it", is_flag=True, help="Open the page in a browser.")
@click.option("--json", "as_json", is_flag=True, help="Print the verdict and table as JSON.")
def command(run: Path, open_it: bool, as_json: bool) -> None:
    """Render RUN, a folder that `ragcheck sweep` wrote, into its report.html."""
    from ragcheck.api import write_report
    from ragcheck.cli.sweeping import show_result
    from ragcheck.run import open_folder

    folder = open_folder(run)
    show_result(folder, write_report(folder), as_json=as_json, open_it=open_it)
