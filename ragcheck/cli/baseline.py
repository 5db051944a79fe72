"""`ragcheck baseline`: pin what a system scores, look at it, hold a run against it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ragcheck.cli.settings import settings_flags
from ragcheck.config import Configured

if TYPE_CHECKING:
    from ragcheck.scores import Scores

_RUN = click.argument("run", required=False, type=click.Path(path_type=Path))
_SYSTEM = click.option("--system", metavar="ID", help="System; not needed when there is one.")
_BASELINE = click.option(
    "--baseline", type=click.Path(path_type=Path, dir_okay=False), help="Baseline file."
)
_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


@click.group(name="baseline")
def command() -> None:
    """Update, show or diff the committed baseline of a gate."""


@command.command(name="update")
@_RUN
@_SYSTEM
@_BASELINE
@click.option("--force", is_flag=True, help="Write it in continuous integration too.")
@settings_flags
def update(
    configured: Configured, run: Path | None, system: str | None, baseline: Path | None, force: bool
) -> None:
    """Pin one system of RUN, or sweep that system with the same flags as `ragcheck sweep`.

    A baseline is what people agreed to: under CI it is refused without `--force`. Commit the file;
    its diff shows which questions a change gave up.
    """
    from ragcheck.baseline import write_baseline
    from ragcheck.cli.gating import baseline_path, in_ci, system_to_judge
    from ragcheck.errors import ConfigError
    from ragcheck.gate import read_table
    from ragcheck.scores import scores_of

    if in_ci() and not force:
        raise ConfigError(
            "a baseline is not updated in continuous integration",
            hint="run it where somebody looks at the diff and commits it, or add `--force`",
        )
    table = read_table(configured.gate)
    path = baseline_path(configured, table.baseline, baseline)
    folder, chosen = system_to_judge(configured, run, system, table)
    scores = scores_of(folder, chosen.system.id)
    before = path.read_bytes() if path.exists() else None
    write_baseline(path, scores, [rule.measure for rule in table.rules])
    state = "unchanged" if before == path.read_bytes() else "updated" if before else "created"
    click.echo(f"{state}  {path}")
    click.echo(_headline(scores))
    if table.system and table.system != chosen.system.id:
        click.echo(
            f"warning: [gate] system is `{table.system}`, so the gate goes on judging that one; to "
            f"judge the system of this baseline, name `{chosen.system.id}` there and in the "
            "commands of your workflow",
            err=True,
        )


@command.command(name="show")
@_BASELINE
@_JSON
@settings_flags
def show(configured: Configured, baseline: Path | None, as_json: bool) -> None:
    """Print what the baseline holds: its system, collection and means."""
    from ragcheck.artefacts.text import table as rows_of
    from ragcheck.artefacts.words import value
    from ragcheck.baseline import SCHEMA, means, read_baseline
    from ragcheck.cli.gating import baseline_path
    from ragcheck.gate import read_table
    from ragcheck.run_json import dump

    path = baseline_path(configured, read_table(configured.gate).baseline, baseline)
    found = read_baseline(path)
    scores, averages = found.scores, means(found.scores)
    if as_json:
        document = {
            "schema": SCHEMA,
            "path": str(path),
            "version": found.version,
            "system": scores.system,
            "collection": scores.collection,
            "at": f"@{scores.at}",
            "questions": len(scores.asked),
            "means": averages,
        }
        click.echo(dump(document, indent=1))
        return
    click.echo(f"{path}  written by ragcheck {found.version}")
    click.echo(_headline(scores))
    rows = [[name, value(mean, scores.measures[name].unit)] for name, mean in averages.items()]
    click.echo("\n".join(rows_of(["measure", "mean"], rows)))


@command.command(name="diff")
@_RUN
@_SYSTEM
@_BASELINE
@_JSON
@settings_flags
def diff(
    configured: Configured,
    run: Path | None,
    system: str | None,
    baseline: Path | None,
    as_json: bool,
) -> None:
    """Compare a system of RUN, or one swept now, with the baseline; judges nothing."""
    from ragcheck.baseline import read_baseline
    from ragcheck.cli.compare import show_comparison
    from ragcheck.cli.gating import baseline_path, system_to_judge
    from ragcheck.comparison import compare_scores
    from ragcheck.errors import BaselineError, ComparisonError
    from ragcheck.gate import read_table
    from ragcheck.scores import scores_of

    table = read_table(configured.gate)
    path = baseline_path(configured, table.baseline, baseline)
    before = read_baseline(path).scores
    folder, chosen = system_to_judge(configured, run, system, table)
    try:
        found = compare_scores(before, scores_of(folder, chosen.system.id))
    except ComparisonError as error:
        raise BaselineError(f"{path}: {error.message}", hint=error.hint) from error
    show_comparison(found, as_json)


def _headline(scores: Scores) -> str:
    """`section-256/bm25  52 questions  recall@5 0.635`."""
    from ragcheck.baseline import means

    mean = means(scores)[scores.main]
    shown = "none" if mean is None else f"{mean:.3f}"
    return f"{scores.system.id}  {len(scores.asked):,} questions  {scores.main} {shown}"
