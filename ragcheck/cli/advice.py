"""`ragcheck advice`: what to try next, as commands, and whether it holds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from ragcheck.records import SystemResult
    from ragcheck.run import RunFolder


@click.command(name="advice")
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--system", metavar="ID", help="Only this system; the leading ones unless given.")
@click.option("--verify", "try_it", is_flag=True, help="Make the changes and say what they did.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document, of every system.")
@click.option("-q", "--quiet", is_flag=True, help="No progress on stderr.")
def command(run: Path, system: str | None, try_it: bool, as_json: bool, quiet: bool) -> None:
    """Name the one or two changes of each system of RUN that may bring most recall, as commands.

    They follow from what recovered the passages that were missed. Figures are upper bounds on the
    run's own questions; `--verify` runs the changes of one system, the leading one unless another
    is named, on the documents and labels that RUN holds, and puts what they did beside them.
    """
    from ragcheck.advice import advise
    from ragcheck.cli.advice_text import advice_json, print_advice
    from ragcheck.run import open_folder

    folder = open_folder(run)
    chosen = _diagnosed(folder, system)
    tried = []
    if try_it:
        from ragcheck.cli.advice_verify import verify

        chosen = chosen[:1]
        wanted = advise(folder, chosen[0])
        tried = [found for one in wanted if (found := verify(folder, one, quiet=quiet))]
    if as_json:
        click.echo(advice_json(folder, chosen, tried))
    else:
        print_advice(folder, chosen, tried)


def _diagnosed(folder: RunFolder, system: str | None) -> list[SystemResult]:
    """The system named, or every diagnosed one, best first. Raises RunError where there is none."""
    from ragcheck.errors import RunError
    from ragcheck.verdict import leading, ordering

    run = folder.run
    named = [folder.result(system)] if system else leading(run, ordering(run)) or [*run.systems]
    found = [result for result in named if result.diagnosis is not None]
    if not found:
        what = f"`{system}` was not" if system else "no system was"
        raise RunError(
            f"{folder.path}: {what} diagnosed",
            hint="advice needs causes: run the same sweep again with `--diagnosis on`",
        )
    return found
