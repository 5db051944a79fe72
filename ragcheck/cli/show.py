"""`ragcheck show`: one question of a run, in the terminal."""

from __future__ import annotations

from pathlib import Path

import click


@click.command(name="show")
@click.argument("question")
@click.argument("run", required=False, type=click.Path(path_type=Path))
@click.option("--system", metavar="ID", help="System to show; the best of the run unless given.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(question: str, run: Path | None, system: str | None, as_json: bool) -> None:
    """Show QUESTION (its id): what became of its passages, why, and on every other system.

    RUN is a folder that `ragcheck sweep` wrote; the newest one under reports/ unless given.
    """
    from ragcheck.cli.show_text import print_shown, shown_json
    from ragcheck.run import open_folder
    from ragcheck.showing import show

    folder = open_folder(run or newest_run())
    shown = show(folder, question, system)
    if as_json:
        click.echo(shown_json(shown, folder.path))
    else:
        print_shown(shown, folder.path)


def newest_run() -> Path:
    """The run written last under `reports/`, beside the configuration. Raises MissingRunError."""
    from ragcheck.config import find_file
    from ragcheck.errors import MissingRunError
    from ragcheck.files import shown

    file, _, _ = find_file(Path.cwd())
    reports = (file.parent if file else Path.cwd()) / "reports"
    runs = [(path.stat().st_mtime, path.parent) for path in sorted(reports.glob("*/run.json"))]
    if not runs:
        raise MissingRunError(
            f"{shown(reports)}: holds no run",
            hint="name a run folder after the question, or write one with `ragcheck sweep`",
        )
    return max(runs)[1]
