"""`ragcheck labels`: making labelled questions, and keeping them true to their documents."""

from __future__ import annotations

import click

from ragcheck.cli import labels_check, labels_repair, labels_stats


@click.group(name="labels")
def command() -> None:
    """Add labelled questions, check them after documents changed, repair and count them."""


command.add_command(labels_check.check)
command.add_command(labels_repair.repair)
command.add_command(labels_stats.stats)


@command.command(name="add")
@click.option("--question", required=True, help="The question.")
@click.option("--doc", "doc_ids", multiple=True, help="Document: once for all texts, or for each.")
@click.option("--text", "texts", multiple=True, help="Passage, copied from it; all are needed.")
@click.option("--any-of", is_flag=True, help="Any one of the texts is enough.")
@click.option("--id", "identifier", help="Id; the next free one unless given.")
@click.option("--tag", "tags", multiple=True, help="Tag of the question.")
@click.option("--must-pass", is_flag=True, help="A gate fails when this question is missed.")
@click.option("--unanswerable", is_flag=True, help="No document answers the question.")
@click.option("--prefix", default="", help="Text right before, where the passage stands twice.")
@click.option("--start", type=int, help="Offset in characters, where the passage stands twice.")
@click.option("--docs", type=click.Path(), help="Folder of documents.")
@click.option("--labels", type=click.Path(), help="Labels file; made if absent.")
def add(docs: str | None, labels: str | None, identifier: str | None, **draft: object) -> None:
    """Append a question; its passages are found in the documents, so offsets are never typed.

    A document is named by its path below the folder of documents. With several texts, the first
    --doc belongs to the first --text, and so on.
    """
    from ragcheck.config import configure
    from ragcheck.documents import read_documents
    from ragcheck.errors import ConfigError
    from ragcheck.files import shown
    from ragcheck.labels.adding import Draft, add_question

    settings = configure({"docs": docs, "labels": [labels] if labels else None}).settings
    if settings.docs is None or len(settings.labels) != 1 or settings.labels[0].is_dir():
        raise ConfigError(
            "documents and one labels file must be named",
            hint="give `--docs FOLDER --labels questions.jsonl`, or run `ragcheck init` first",
        )
    documents, _ = read_documents(settings.docs)
    made = add_question(settings.labels[0], documents, Draft(id=identifier, **draft))  # type: ignore[arg-type]
    for place in made.found:
        how = "" if place.exact else " (but for white space and capitals)"
        span = place.span
        click.echo(f"found in {span.document} at characters {span.start} to {span.end}{how}")
    click.echo(f"added {made.question.id} to {shown(settings.labels[0])}")
