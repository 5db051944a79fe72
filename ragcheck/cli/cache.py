"""`ragcheck cache`: what embeddings are kept, and how to drop them."""

from __future__ import annotations

import click


@click.group(name="cache")
def command() -> None:
    """Show or clear the cache of embeddings."""


@command.command(name="info")
def info() -> None:
    """Print where the cache is, how large it may grow, and each model's vectors and size."""
    from ragcheck.embedding.folder import cache_info, default_folder, models_size, size_limit

    click.echo(f"folder: {default_folder()}")
    click.echo(f"limit: {size_limit() / 1e6:,.0f} MB")
    if models := models_size(default_folder()):
        click.echo(f"{'converted models':>20}  {models / 1e6:>8.1f} MB")
    for entry in cache_info(default_folder()):
        vectors = "unreadable" if entry.vectors is None else f"{entry.vectors:,} vectors"
        name = entry.fingerprint.rpartition(":")[0] or entry.path.name
        click.echo(f"{vectors:>20}  {entry.size / 1e6:>8.1f} MB  {name}")


@command.command(name="clear")
def clear() -> None:
    """Delete every kept embedding and converted model; the next sweep makes them again."""
    from ragcheck.embedding.folder import clear as clear_cache
    from ragcheck.embedding.folder import default_folder

    freed = clear_cache(default_folder())
    click.echo(f"freed {freed / 1e6:.1f} MB")
