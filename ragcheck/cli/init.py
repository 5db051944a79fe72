"""`ragcheck init`: the first files of a project; what exists is never overwritten."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from ragcheck.records import Document, Question

CONFIG = """\
# Settings of ragcheck; `ragcheck config show --origin` lists all of them.
docs = {docs}
labels = {labels}
# chunkers = ["fixed", "overlap", "section"]
# chunk_sizes = [256, 512]
# retrievers = ["bm25", "dense", "hybrid"]

[gate]
# The system that `ragcheck gate` judges, by its id in the report.
system = "section-256/bm25"

[[gate.rules]]
measure = "recall@5"
min = 0.5
"""

WORKFLOW = """\
# Fails the build when retrieval recall falls below the floors in ragcheck.toml.
name: retrieval
on: [push, pull_request]
jobs:
  gate:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with: {{ python-version: "3.11" }}
      # RAGCHECK: the Git address of ragcheck, set as a repository variable.
      - env: {{ RAGCHECK: "${{{{ vars.RAGCHECK }}}}" }}
        run: |
          git clone --quiet --depth 1 "$RAGCHECK" "$RUNNER_TEMP/ragcheck"
          bash "$RUNNER_TEMP/ragcheck/ci/install.sh"
      - run: ragcheck gate --chunkers section --chunk-sizes 256 --retrievers bm25
"""


@click.command(name="init")
@click.option("--docs", default="docs", show_default=True, help="Folder of your documents.")
@click.option("--labels", default="questions.jsonl", show_default=True, help="Labels to create.")
def command(docs: str, labels: str) -> None:
    """Write ragcheck.toml, a first labelled question and a CI workflow; never overwrites.

    The first question is an example on your first document: replace it with real ones by
    `ragcheck labels add`.
    """
    from ragcheck.errors import InputError
    from ragcheck.labels import write_labels

    if not Path(docs).is_dir():
        raise InputError(
            f"{docs}: no such folder", hint="name your documents' folder with `--docs FOLDER`"
        )
    # Read first: documents that cannot be used leave nothing half made.
    first = None if Path(labels).exists() else _first_question(Path(docs))
    # A JSON string is a TOML string.
    quoted = {"docs": json.dumps(docs), "labels": json.dumps(labels)}
    _create(Path("ragcheck.toml"), CONFIG.format(**quoted))
    _create(Path(".github/workflows/ragcheck.yml"), WORKFLOW.format())
    if first:
        Path(labels).parent.mkdir(parents=True, exist_ok=True)
        write_labels(Path(labels), *first)
    click.echo(f"{'created ' if first else 'kept    '} {labels}")
    click.echo("next: ragcheck labels add --help, then ragcheck sweep")


def _create(path: Path, text: str) -> None:
    if path.exists():
        click.echo(f"kept     {path}")
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    click.echo(f"created  {path}")


def _first_question(docs: Path) -> tuple[list[Question], dict[str, Document]]:
    """An example question on the first sentence of the first document that has one."""
    from ragcheck.documents import read_documents
    from ragcheck.errors import InputError
    from ragcheck.prepare import EXAMPLE
    from ragcheck.records import Item, Passage, Question
    from ragcheck.spans import Span
    from ragcheck.structure import is_markdown, structure

    documents, _ = read_documents(docs)
    for document in documents:
        for start, end in structure(document.text, is_markdown(document.id)).sentence:
            item = Item((Passage(Span(document.id, int(start), int(end))),))
            text = f"{EXAMPLE} how does {document.title or document.id} begin?"
            question = Question("q-0001", text, (item,), ("example",))
            return [question], {document.id: document}
    raise InputError(
        f"{docs}: no document holds a sentence", hint="add a .md or .txt file with text"
    )
