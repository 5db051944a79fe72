"""`ragcheck inspect`: chunk health of any documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ragcheck.cli.settings import flags_for
from ragcheck.config import Configured

if TYPE_CHECKING:
    from ragcheck.records import Collection, Notice


@click.command(name="inspect")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@flags_for("docs", "labels", "chunkers", "chunk_sizes", "overlaps", "twins", "tokenizer", "offline")
def command(configured: Configured, as_json: bool) -> None:
    """Cut documents with every chunker and show what comes out. Needs no labels and no model.

    Sizes, chunks that no question can find, and how many sentences, tables, .. are cut in two, with
    examples. With labels: how many passages are cut, and which overlap would stop that.
    """
    from ragcheck import grid
    from ragcheck.cli.inspecting import inspection_json, print_inspection
    from ragcheck.inspection import inspect
    from ragcheck.tokens import check_tokenizer

    settings = configured.settings
    check_tokenizer(settings.tokenizer)
    chunkers = grid.chunkers(settings)
    collection, notices = _collection(configured)
    for notice in notices:
        click.echo(f"warning: {notice.text}", err=True)
    inspection = inspect(collection, chunkers, settings.tokenizer)
    if as_json:
        click.echo(inspection_json(inspection))
    else:
        print_inspection(inspection)


def _collection(configured: Configured) -> tuple[Collection, tuple[Notice, ...]]:
    """The documents, with labels where some are named.

    Labels that only the configuration names may be broken or still missing: documents can be
    inspected all the same.
    """
    from ragcheck.documents import read_documents
    from ragcheck.errors import ConfigError, RagcheckError
    from ragcheck.labels import load_collection
    from ragcheck.records import Collection, Notice
    from ragcheck.settings import named_files

    settings = configured.settings
    if settings.docs is None:
        raise ConfigError(
            "no documents are named",
            hint="give `--docs FOLDER`, or write a configuration with `ragcheck init`",
        )
    documents, notices = read_documents(settings.docs)
    if settings.labels:
        try:
            return load_collection("", *named_files(settings), twins=settings.twins)
        except RagcheckError as error:
            if configured.origins["labels"] == "--labels":
                raise
            first = error.message.partition("\n")[0]
            text = f"the labels are left out: {first} (`ragcheck labels check` says more)"
            notices = (*notices, Notice("labels_left_out", text))
    return Collection("", documents, (), ""), notices
