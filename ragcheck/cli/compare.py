"""`ragcheck compare`: two runs, or two systems of one run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from ragcheck.comparison import Comparison


@click.command(name="compare")
@click.argument("run_a", type=click.Path(path_type=Path))
@click.argument("run_b", required=False, type=click.Path(path_type=Path))
@click.option("--system", "systems", multiple=True, metavar="ID", help="Of RUN_A, then of RUN_B.")
@click.option("--measure", "measures", multiple=True, help="A further measure to compare.")
@click.option("--md", type=click.Path(path_type=Path, dir_okay=False), help="Write Markdown.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(
    run_a: Path,
    run_b: Path | None,
    systems: tuple[str, ...],
    measures: tuple[str, ...],
    md: Path | None,
    as_json: bool,
) -> None:
    """Compare RUN_A with RUN_B, or two systems of RUN_A, on the questions they share.

    One `--system` is meant for both runs, two for one each; none is needed where a run has one.
    Every measure is tested by itself at 5%; with many, some differ by chance.
    """
    from ragcheck.artefacts.markdown import comparison_markdown
    from ragcheck.comparison import compare_scores
    from ragcheck.errors import ComparisonError, ConfigError
    from ragcheck.files import write_atomically
    from ragcheck.gate import Naming, choose_system
    from ragcheck.run import open_folder
    from ragcheck.scores import scores_of

    if len(systems) > 2 or (run_b is None and len(systems) != 2):
        raise ConfigError(
            f"two systems are compared, and {_counted(systems)} named",
            hint="name two runs, or one run and `--system A --system B`",
        )
    paths = (run_a, run_b or run_a)
    names = (systems * 2)[:2] if systems else (None, None)
    also = "`--system` twice: one for each run" if run_b else ""
    sides = []
    for path, name in zip(paths, names, strict=True):
        folder = open_folder(path)
        chosen = choose_system(folder, name, Naming(str(path), also=also))
        sides.append(scores_of(folder, chosen.system.id))
    try:
        found = compare_scores(sides[0], sides[1], measures)
    except ComparisonError as error:
        place = f"{run_a} -> {run_b}" if run_b else f"{run_a}"
        raise ComparisonError(f"{place}: {error.message}", hint=error.hint) from error
    if md is not None:
        md.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(md, comparison_markdown(found).encode())
    show_comparison(found, as_json, (str(run_a), str(run_b)) if run_b else None)


def _counted(systems: tuple[str, ...]) -> str:
    return f"{len(systems) or 'none'} {'is' if len(systems) == 1 else 'are'}"


def show_comparison(found: Comparison, as_json: bool, runs: tuple[str, str] | None = None) -> None:
    """Print a comparison, of two `runs` if given, as lines or as one JSON document."""
    from ragcheck.artefacts.document import comparison_document
    from ragcheck.artefacts.text import comparison_lines
    from ragcheck.run_json import dump

    if as_json:
        click.echo(dump(comparison_document(found), indent=1))
    else:
        click.echo("\n".join(comparison_lines(found, runs)))
