"""`ragcheck cache`: what embeddings are kept, and how to drop them."""

from __future__ import annotations

import click


@click.group(name="cache")
def command() -> None:
    """Show or clear the cache of embeddings."""


@command.command(name="info")
def info() -> None:
    """Print where the cache is, and each model's vectors and size."""
    from ragcheck.embedding.cache import cache_info, default_folder

    click.echo(f"folder: {default_folder()}")
    for entry in cache_info(default_folder()):
        vectors = "unreadable" if entry.vectors is None else f"{entry.vectors:,} vectors"
        name = entry.fingerprint.rpartition(":")[0] or entry.path.name
        click.echo(f"{vectors:>20}  {entry.size / 1e6:>8.1f} MB  {name}")


@command.command(name="clear")
def clear() -> None:
    """Delete every kept embedding; the next sweep makes them again."""
    from ragcheck.embedding.cache import clear as clear_cache
    from ragcheck.embedding.cache import default_folder

    freed = clear_cache(default_folder())
    click.echo(f"freed {freed / 1e6:.1f} MB")
