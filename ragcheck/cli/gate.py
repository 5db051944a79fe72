"""`ragcheck gate`: one system of a stored run or a fresh sweep, judged."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ragcheck.cli.settings import settings_flags
from ragcheck.config import Configured

if TYPE_CHECKING:
    from ragcheck.gate import Asking, GateResult, GateTable

FILE = click.Path(path_type=Path, dir_okay=False)


@click.command(name="gate")
@click.argument("run", required=False, type=click.Path(path_type=Path))
@click.option("--system", metavar="ID", help="System to judge; not needed when there is one.")
@click.option("--baseline", type=FILE, help="Baseline to hold it against, instead of the usual.")
@click.option("--require-baseline", is_flag=True, help="Exit 5 where there is no baseline.")
@click.option("--min", multiple=True, metavar="MEASURE=X", help="Floor: recall@5=0.85.")
@click.option("--max", multiple=True, metavar="MEASURE=X", help="Largest value: pollution@5=0.9.")
@click.option("--max-drop", multiple=True, metavar="MEASURE=X", help="Drop allowed: recall@5=0.02.")
@click.option("--max-lost", multiple=True, metavar="N", help="Questions that may get worse: 3.")
@click.option("--strict", is_flag=True, help="Fail where the questions cannot tell.")
@click.option("--junit", type=FILE, help="Write JUnit XML to this file.")
@click.option("--md", type=FILE, help="Write Markdown to this file.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@settings_flags
def command(
    configured: Configured,
    run: Path | None,
    system: str | None,
    junit: Path | None,
    md: Path | None,
    as_json: bool,
    **flags: Any,
) -> int:
    """Judge one system of RUN, or sweep that system with the same flags as `ragcheck sweep`.

    PASS and INCONCLUSIVE (with a warning) exit 0, FAIL exits 1: a floor is broken, a question
    marked `must_pass` is missed, labelled text is in no chunk, or a measure dropped by more than
    its tolerance and not by chance. Rules stand in `[[gate.rules]]` and in flags; without any, a
    baseline allows recall at the working cut to drop by 0.02.
    """
    from ragcheck import gate
    from ragcheck.cli.gating import keep_outcome, shown_path, system_to_judge

    table = gate.read_table(configured.gate)
    asking = _asking(configured, table, **flags)
    folder, chosen = system_to_judge(configured, run, system, table)
    result = gate.judge(folder, chosen, asking)
    stored = shown_path(folder.path, configured.root)
    report = (stored / "report.html").as_posix() if (folder.path / "report.html").exists() else ""
    _write(result, report, junit, md)
    accept = _accepting(stored, result, asking.path if flags["baseline"] else None)
    keep_outcome(folder, result, accept)
    _show(result, report, accept, as_json)
    return 0 if result.passed else 1


def _asking(
    configured: Configured,
    table: GateTable,
    baseline: Path | None,
    require_baseline: bool,
    strict: bool,
    **flags: tuple[str, ...],
) -> Asking:
    """Rules of the configuration, then of the flags; the baseline where there is or must be one."""
    from ragcheck.baseline import read_baseline
    from ragcheck.cli.gating import baseline_path
    from ragcheck.gate import BOUNDS, Asking, parse_rule

    given = (parse_rule(text, bound) for bound in BOUNDS for text in flags[bound])
    rules = (*table.rules, *given)
    path = baseline_path(configured, table.baseline, baseline)
    asked_for = baseline is not None or require_baseline or any(r.needs_baseline for r in rules)
    pinned = read_baseline(path) if asked_for or path.exists() else None
    return Asking(rules, pinned, str(path), table.index_gap, strict)


def _write(result: GateResult, report: str, junit: Path | None, md: Path | None) -> None:
    """The files that were asked for, and GitHub's."""
    from ragcheck.artefacts import github
    from ragcheck.artefacts.junit import junit as as_junit
    from ragcheck.artefacts.markdown import gate_markdown
    from ragcheck.files import write_atomically

    for file in filter(None, (junit, md)):
        file.parent.mkdir(parents=True, exist_ok=True)
    if junit is not None:
        write_atomically(junit, as_junit(result))
    if md is not None:
        write_atomically(md, gate_markdown(result, report).encode())
    if github.active(os.environ):
        github.write_files(result, os.environ, report)


def _accepting(run: Path, result: GateResult, baseline: str | None) -> str:
    """The command that accepts what changed against the baseline; nothing changed: none."""
    if not result.against or not (result.against.changes.lost or result.against.changes.gained):
        return ""
    named = ["--baseline", baseline] if baseline else []
    words = ["ragcheck", "baseline", "update", str(run), "--system", result.system, *named]
    return shlex.join(words)


def _show(result: GateResult, report: str, accept: str, as_json: bool) -> None:
    """The outcome on stdout; warnings on stderr, and on GitHub as annotations."""
    from ragcheck.artefacts import github
    from ragcheck.artefacts.document import gate_document
    from ragcheck.artefacts.text import gate_lines
    from ragcheck.run_json import dump

    text = (
        dump(gate_document(result, report), indent=1)
        if as_json
        else "\n".join(gate_lines(result, report, accept))
    )
    on_github = github.active(os.environ)
    click.echo(github.inert(text, quoted=as_json) if on_github else text)
    if on_github:
        click.echo("\n".join(github.workflow_commands(result)), err=as_json)
    else:
        for check in result.checks:
            if check.undecided:
                click.echo(f"warning: {check.name} is inconclusive: {check.note}", err=True)
    if not result.checks:
        click.echo("hint: nothing was checked; add `--min recall@5=0.85`", err=True)
