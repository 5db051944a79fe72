"""The program `ragcheck`: runs a command and turns what goes wrong into an exit code.

0 good, 1 gate failed, 2 usage or unreadable input, 3 run unusable, 4 labels invalid, 5 baseline
absent, 70 a bug of ours, 130 interrupted.
"""

from __future__ import annotations

import sys
import traceback

import click

from ragcheck.cli import cli
from ragcheck.errors import RagcheckError


def main() -> None:
    """Run the command line and exit."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command and return its exit code; a user's mistake never shows a traceback."""
    try:
        code = cli.main(arguments, prog_name="ragcheck", standalone_mode=False)
        return code if isinstance(code, int) else 0
    except SystemExit:  # click's answer when whoever read our output has gone, as `head` does
        return 141
    except BaseException as error:
        return _explain(error)


def _explain(error: BaseException) -> int:
    """Say on stderr what went wrong; returns the exit code."""
    match error:
        case click.exceptions.Exit():
            return error.exit_code
        case click.ClickException():
            _explain_usage(error)
            return 2
        case RagcheckError():
            click.echo(error.render(), err=True)
            return error.exit_code
        case KeyboardInterrupt() | click.Abort():
            click.echo("interrupted: finished cells are kept, the same command resumes", err=True)
            return 130
        case OSError():
            place = f"{error.filename}: " if error.filename else ""
            click.echo(f"error: {place}{error.strerror or error}", err=True)
            click.echo("hint: look at the disk's space and the file's permissions", err=True)
            return 3
    traceback.print_exception(error)
    click.echo(f"error: a bug in ragcheck: {error!r}", err=True)
    click.echo("hint: please report it with the lines above", err=True)
    return 70


def _explain_usage(error: click.ClickException) -> None:
    """What click refuses, in the form of our own errors; a bare command shows its help."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        error.show()
        return
    context = error.ctx if isinstance(error, click.UsageError) else None
    command = context.command_path if context else "ragcheck"
    click.echo(f"error: {error.format_message()}\nhint: see `{command} --help`", err=True)


if __name__ == "__main__":
    main()
