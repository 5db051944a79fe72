"""The command line, one file per command, each imported only when it is called."""

from __future__ import annotations

import importlib

import click

from ragcheck import __version__

#: Command -> what it does; its code is `ragcheck.cli.<command>` with a function `command`.
COMMANDS = {
    "sweep": "Run chunkers x sizes x retrievers on the labelled set and write a report.",
    "gate": "Pass, fail or inconclusive: one system against floors and a committed baseline.",
    "baseline": "Update, show or diff the committed baseline of a gate.",
    "compare": "Hold two runs, or two systems of one run, against each other.",
    "inspect": "Show the chunk health of any documents; no labels needed.",
    "advice": "Name the changes worth most, as commands; try them with --verify.",
    "show": "Show one question: its passages, why they were missed, all systems.",
    "report": "Render a stored run again, without documents or models.",
    "labels": "Add labelled questions; check, repair and count them.",
    "init": "Write a configuration file and first labels; never overwrites.",
    "components": "List every chunker, retriever, embedder and measure installed.",
    "config": "Show the settings in force and where each comes from.",
    "cache": "Show or clear the cache of embeddings.",
}


class LazyGroup(click.Group):
    """Knows every command by name and imports none of them before it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All commands, most used first."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return one command."""
        if cmd_name not in COMMANDS:
            return None
        command = importlib.import_module(f"ragcheck.cli.{cmd_name}").command
        return command if isinstance(command, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands from the table above, without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="ragcheck")
def cli() -> None:
    """Measure whether retrieval works, why it does not, and what to change."""
