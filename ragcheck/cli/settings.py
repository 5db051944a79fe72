"""Flags that are settings: generated from `Settings`, so that there is one list of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import click

from ragcheck.config import Configured, configure
from ragcheck.settings import Settings


def flags_for(*names: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Add a flag for each named field of `Settings`; the command gets one keyword `configured`."""
    fields = [field for field in dataclasses.fields(Settings) if field.name in names]

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        def run(**values: Any) -> Any:
            flags = {field.name: values.pop(field.name) for field in fields}
            return command(configured=configured_from(flags), **values)

        run.__doc__ = command.__doc__
        run.__click_params__ = getattr(command, "__click_params__", [])  # type: ignore[attr-defined]
        decorated: Callable[..., Any] = run
        for field in reversed(fields):
            flag = "-k" if field.name == "k" else f"--{field.name.replace('_', '-')}"
            decorated = click.option(
                flag,
                field.name,
                help=field.metadata["help"],
                multiple=field.name == "labels",
                metavar="VALUE",
            )(decorated)
        return decorated

    return decorate


#: A flag for every field of `Settings`.
settings_flags = flags_for(*(field.name for field in dataclasses.fields(Settings)))


def configured_from(flags: dict[str, Any]) -> Configured:
    """Settings in force; `--offline` takes effect before anything else is done."""
    configured = configure(flags)
    if configured.settings.offline:
        from ragcheck.offline import forbid_network

        forbid_network()
    return configured
