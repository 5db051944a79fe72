"""`ragcheck cache`: what embeddings are kept, and how to drop them."""

from __future__ import annotations

import click


@click.group(name="cache")
def command() -> None:
    """Show or clear the cache of embeddings."""
