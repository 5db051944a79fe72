"""`ragcheck labels stats`: what a set of labels holds, and what is doubtful about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

import click

from ragcheck.cli.settings import flags_for
from ragcheck.config import Configured

if TYPE_CHECKING:
    from ragcheck.labels.audit import Doubt
    from ragcheck.labels.census import Census

#: Documents and tags listed; more are counted.
_LISTED = 20
#: Ids named for a doubt.
_NAMED = 5


@click.command(name="stats")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@flags_for("docs", "labels", "chunk_sizes", "tokenizer")
def stats(configured: Configured, as_json: bool) -> None:
    """Count questions by kind, tag and document, measure passages, and audit the labels.

    Says how small a drop this set can see, and which questions flatter or mislead. Nothing found
    here is an error.
    """
    from ragcheck.artefacts.words import printable
    from ragcheck.labels import load_collection
    from ragcheck.labels.audit import Limits, audit_labels
    from ragcheck.labels.census import count_labels
    from ragcheck.settings import named_files
    from ragcheck.tokens import check_tokenizer, count_tokens

    settings = configured.settings
    check_tokenizer(settings.tokenizer)
    collection, notices = load_collection("", *named_files(settings))
    counted = partial(count_tokens, tokenizer=settings.tokenizer)
    census = count_labels(collection, counted)
    doubts = audit_labels(collection, counted, Limits(min(settings.chunk_sizes)))
    for notice in notices:
        click.echo(f"warning: {notice.text}", err=True)
    if as_json:
        click.echo(_json(census, doubts))
        return
    for line in (*_counts(census), *_power(census), *_doubts(doubts)):
        click.echo(printable(line))


def _counts(census: Census) -> Iterator[str]:
    yield f"{census.questions} questions, {census.items} items, {census.passages} passages"
    if census.passages > census.items:
        yield (
            "an item is what must be found: a passage, or any one of a group; further members of "
            f"groups: {census.passages - census.items}"
        )
    yield from _listed("kind", {name: (n,) for name, n in census.kinds.items() if n})
    yield from _listed("tag", {name: (n,) for name, n in census.tags.items()})
    labelled = {
        name: (share.questions, share.passages)
        for name, share in census.documents.items()
        if share.passages
    }
    yield from _listed("document", labelled)
    bare = len(census.documents) - len(labelled)
    if bare:
        yield f"{bare} of {len(census.documents)} documents hold no passage"
    for unit, lengths in (("tokens", census.tokens), ("characters", census.characters)):
        shown = "  ".join(f"{_percentile(at)} {length:,}" for at, length in lengths.items())
        if lengths:
            yield f"passage length in {unit}: {shown}"


def _listed(title: str, rows: Mapping[str, tuple[int, ...]]) -> Iterator[str]:
    """A table of names with their questions and, where counted, passages."""
    if not rows:
        return
    shown = list(rows.items())[:_LISTED]
    width = max(len(title), *(len(name) for name, _ in shown))
    heads = ("questions", "passages")[: len(shown[0][1])]
    yield f"{title:<{width}}" + "".join(f"{head:>11}" for head in heads)
    for name, counts in shown:
        yield f"{name:<{width}}" + "".join(f"{count:>11,}" for count in counts)
    if len(rows) > _LISTED:
        yield f"and {len(rows) - _LISTED} more: `--json` lists all"


def _percentile(at: int) -> str:
    return {0: "least", 50: "median", 100: "most"}.get(at, f"{at}%")


def _power(census: Census) -> Iterator[str]:
    """What these questions can show; the questions of one document count for less than apart."""
    from ragcheck.labels.audit import CHANGED, questions_for, visible_drop

    asked = census.questions - census.kinds["unanswerable"]
    documents = sum(share.passages > 0 for share in census.documents.values())
    yield (
        f"can see a drop of {visible_drop(asked):.1%} of the questions at best, if "
        f"{CHANGED:.0%} of the outcomes change and questions are independent; a drop of 2 points "
        f"takes about {questions_for(0.02):,} questions"
    )
    if 0 < documents < asked:
        yield (
            f"{asked} questions share {documents} documents, so a run sees less than that: "
            "`ragcheck compare` and the gate say how much"
        )


def _doubts(doubts: Sequence[Doubt]) -> Iterator[str]:
    for doubt in doubts:
        if doubt.questions:
            named = ", ".join(doubt.questions[:_NAMED])
            more = ", .." if len(doubt.questions) > _NAMED else ""
            yield f"doubt: {doubt.code}: {doubt.text} ({named}{more})"


def _json(census: Census, doubts: Sequence[Doubt]) -> str:
    from ragcheck.labels.audit import questions_for, visible_drop
    from ragcheck.run_json import dump

    asked = census.questions - census.kinds["unanswerable"]
    power = {"visible_drop": visible_drop(asked), "questions_for_2_points": questions_for(0.02)}
    document = {"schema": "ragcheck.labels/1", "counts": census, "power": power, "doubts": doubts}
    return dump(document, indent=1)
