"""`ragcheck config show`: the settings in force, and where each comes from."""

from __future__ import annotations

import json
from typing import Any

import click

from ragcheck.cli.settings import settings_flags
from ragcheck.config import Configured


@click.group(name="config")
def command() -> None:
    """Show the settings in force and where each comes from."""


@command.command(name="show")
@click.option("--origin", is_flag=True, help="Say where each value comes from.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@settings_flags
def show(configured: Configured, origin: bool, as_json: bool) -> None:
    """Print every setting: flag over environment over configuration file over default."""
    from ragcheck.settings import plain

    values: dict[str, Any] = plain(configured.settings)
    if as_json:
        rows = {
            key: {"value": value, "origin": configured.origins[key]}
            for key, value in values.items()
        }
        click.echo(json.dumps({"schema": "ragcheck.config/1", "settings": rows}, indent=1))
        return
    for key, value in values.items():
        source = f"  # {configured.origins[key]}" if origin else ""
        unset = value is None
        click.echo(
            f"{'# ' if unset else ''}{key} = {'not set' if unset else json.dumps(value)}{source}"
        )
