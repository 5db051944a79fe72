"""Flags that are settings: generated from `Settings`, so that there is one list of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import click

from ragcheck.config import Configured, configure
from ragcheck.settings import Settings


def settings_flags(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add a flag for every field of `Settings`; the command gets the one keyword `configured`."""

    def run(**values: Any) -> Any:
        flags = {name: values.pop(name) for name in names}
        return command(configured=configured_from(flags), **values)

    run.__doc__ = command.__doc__
    run.__click_params__ = getattr(command, "__click_params__", [])  # type: ignore[attr-defined]
    fields = dataclasses.fields(Settings)
    names = [field.name for field in fields]
    decorated: Callable[..., Any] = run
    for field in reversed(fields):
        flag = "-k" if field.name == "k" else f"--{field.name.replace('_', '-')}"
        multiple = field.name == "labels"
        decorated = click.option(
            flag, field.name, help=field.metadata["help"], multiple=multiple, metavar="VALUE"
        )(decorated)
    return decorated


def configured_from(flags: dict[str, Any]) -> Configured:
    """Settings in force; `--offline` takes effect before anything else is done."""
    configured = configure(flags)
    if configured.settings.offline:
        from ragcheck.offline import forbid_network

        forbid_network()
    return configured
