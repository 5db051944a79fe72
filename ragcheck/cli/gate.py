"""`ragcheck gate`: pass or fail one system, from a stored run or a fresh sweep."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ragcheck.cli.settings import settings_flags
from ragcheck.config import Configured


@click.command(name="gate")
@click.argument("run", required=False, type=click.Path(path_type=Path))
@click.option("--system", metavar="ID", help="System to judge; not needed when there is one.")
@click.option("--min", "floors", multiple=True, metavar="MEASURE=X", help="Floor: recall@5=0.85.")
@click.option(
    "--max", "ceilings", multiple=True, metavar="MEASURE=X", help="Largest value allowed."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@settings_flags
def command(
    configured: Configured,
    run: Path | None,
    system: str | None,
    floors: tuple[str, ...],
    ceilings: tuple[str, ...],
    as_json: bool,
) -> int:
    """Judge one system of RUN, or of a fresh sweep with the same flags as `ragcheck sweep`.

    Fails (exit 1) when a floor is broken or a question marked `must_pass` is missed.
    """
    from ragcheck import gate
    from ragcheck.cli.sweeping import sweep_with_progress
    from ragcheck.run import open_folder

    rules = (
        *gate.configured_rules(configured.gate),
        *(gate.parse_rule(text, "min") for text in floors),
        *(gate.parse_rule(text, "max") for text in ceilings),
    )
    folder = open_folder(run) if run else sweep_with_progress(configured)
    chosen = gate.choose_system(folder, system or configured.gate.get("system"))
    result = gate.judge(folder, chosen, rules)
    if as_json:
        click.echo(_json(result))
    else:
        _print(result, folder.path / "report.html")
    return 0 if result.passed else 1


def _print(result: Any, report: Path) -> None:
    word = "PASS" if result.passed else "FAIL"
    click.echo(f"ragcheck gate: {word}  {result.system}  {len(result.verdicts)} rules")
    for verdict in result.verdicts:
        interval = f"  [{verdict.low:.3f}, {verdict.high:.3f}]" if verdict.low is not None else ""
        click.echo(f"  {'pass' if verdict.passed else 'FAIL'} {verdict.message}{interval}")
    if result.must_pass:
        lost = ", ".join(result.must_pass_missed) or "none"
        click.echo(
            f"  {'FAIL' if result.must_pass_missed else 'pass'} must_pass {result.at}: "
            f"{result.must_pass} questions, missed: {lost}"
        )
    if not result.verdicts and not result.must_pass:
        click.echo("  nothing was checked: no rule is given and no question is must_pass", err=True)
        click.echo("hint: add `--min recall@5=0.85`", err=True)
    if report.exists():
        click.echo(f"  report: {report}")


def _json(result: Any) -> str:
    from ragcheck.gate import SCHEMA
    from ragcheck.run_json import dump

    return dump({"schema": SCHEMA, "passed": result.passed, "result": result}, indent=1)
