"""`ragcheck labels repair`: write into the labels where their passages are now."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from ragcheck.cli.labels_check import LISTED, read_files, told
from ragcheck.cli.settings import flags_for
from ragcheck.config import Configured

if TYPE_CHECKING:
    from ragcheck.labels.check import Checked


@click.command(name="repair")
@click.option("--yes", is_flag=True, help="Ask nothing; what a person must look at is left.")
@click.option("--review", is_flag=True, help="Ask about each passage that is for review, too.")
@click.option("--complete", is_flag=True, help="Also add missing texts, offsets, surroundings.")
@flags_for("docs", "labels")
def repair(configured: Configured, yes: bool, review: bool, complete: bool) -> int:
    """Rewrite the labels whose passages moved, were normalised or edited; asks before it does.

    Only those lines change, each file in one step. What is lost stays as it is, and so does what is
    for review unless --review offers it: repair never invents a passage. Exits 4 while some are
    left.
    """
    from ragcheck.errors import ConfigError
    from ragcheck.labels.check import Drift, check_labels
    from ragcheck.labels.repair import repair_labels, settled
    from ragcheck.report.words import plural

    if yes and review:
        raise ConfigError("`--review` asks about passages and `--yes` asks nothing")
    files, documents = read_files(configured)
    drift = check_labels(files, documents)
    for line in told(drift, documents, LISTED):
        click.echo(line)
    taken = {passage for passage in drift.drifted if settled(passage)}
    if review:
        taken |= set(_reviewed(drift.open))
    if not taken and not complete:
        click.echo("nothing to write")
        return _left(drift.open)
    what = f"write {plural(len(taken), 'passage')}" + (", complete the others" if complete else "")
    if not yes and not _agreed(f"{what} in {plural(len(files), 'label file')}?"):
        click.echo("nothing was written")
        return _left(drift.drifted)
    # Only what was shown is written, even if the files changed while the question stood.
    done = repair_labels(files, documents, accept=taken.__contains__, complete=complete)
    click.echo(f"wrote {plural(len(done.rewritten), 'passage')}")
    return _left(Drift(done.left).drifted)


def _reviewed(passages: Sequence[Checked]) -> list[Checked]:
    """The passages for review whose proposal a person takes."""
    return [
        passage
        for passage in passages
        if passage.anchor.span is not None and _agreed(f"{passage}\ntake it?")
    ]


def _agreed(question: str) -> bool:
    """Ask on stderr; anything but y or yes is no. Raises ConfigError if nobody can answer."""
    from ragcheck.errors import ConfigError

    click.echo(f"{question} [y/N] ", nl=False, err=True)
    answer = sys.stdin.readline()
    if not answer:
        raise ConfigError("nobody answered", hint="`--yes` writes without asking")
    return answer.strip().lower() in ("y", "yes")


#: What to do about the passages of an outcome that are left.
_HINTS = {
    "review": "`ragcheck labels repair --review` offers each proposal",
    "lost": "correct or delete what is lost by hand: repair never invents a passage",
}


def _left(passages: Sequence[Checked]) -> int:
    """The exit code: 4 while a passage does not fit, 0 otherwise."""
    if not passages:
        return 0
    click.echo(f"error: passages that do not fit their documents: {len(passages)}", err=True)
    left = {passage.anchor.outcome for passage in passages}
    for outcome, hint in _HINTS.items():
        if outcome in left:
            click.echo(f"hint: {hint}", err=True)
    return 4
