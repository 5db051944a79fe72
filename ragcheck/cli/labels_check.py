"""`ragcheck labels check`: do the labels still fit their documents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ragcheck.cli.settings import flags_for
from ragcheck.config import Configured

if TYPE_CHECKING:
    from ragcheck.labels.check import Checked, Drift, Limits
    from ragcheck.records import Document

#: Outcome of a passage -> what it means, from certain to doubtful.
OUTCOMES = {
    "same": "where the label says",
    "moved": "the same text elsewhere in its document, or in the file that was renamed",
    "normalised": "the same but for white space, quotes, dashes or composition",
    "edited": "at least 90% alike: read what became of it below",
    "review": "75 to 90% alike, or in another document: a person must look",
    "lost": "not found",
}
#: Outcomes that are listed passage by passage; the others only with `--verbose`.
LISTED = ("edited", "review", "lost")


@click.command(name="check")
@click.option("--max-drift", metavar="SHARE", help="Passages that may have drifted; 0 to 1.")
@click.option("--max-open", metavar="SHARE", help="Passages that may be lost or for review.")
@click.option("-v", "--verbose", is_flag=True, help="List moved and normalised passages too.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@flags_for("docs", "labels")
def check(
    configured: Configured,
    max_drift: str | None,
    max_open: str | None,
    verbose: bool,
    as_json: bool,
) -> int:
    """Find every labelled passage in the documents as they are now, and count what drifted.

    Exits 4 beyond the limits, which are those of a sweep (nothing may have drifted) unless flags or
    the table [drift] with max_drift and max_open say otherwise. Nothing is written.
    """
    from ragcheck.labels.check import check_labels

    limits = read_limits(configured.drift, {"max_drift": max_drift, "max_open": max_open})
    files, documents = read_files(configured)
    drift = check_labels(files, documents)
    beyond = drift.beyond(limits)
    if as_json:
        click.echo(_json(drift, limits, documents))
        return 4 if beyond else 0
    for line in told(drift, documents, LISTED if not verbose else tuple(OUTCOMES)[1:]):
        click.echo(line)
    for reason in beyond:
        click.echo(f"error: labels broke: {reason}", err=True)
    if beyond:
        click.echo(
            "hint: `ragcheck labels repair` writes where passages are now; it leaves what is lost",
            err=True,
        )
    return 4 if beyond else 0


def read_files(configured: Configured) -> tuple[tuple[Path, ...], tuple[Document, ...]]:
    """The label files and the documents that the settings name."""
    from ragcheck.documents import read_documents
    from ragcheck.settings import named_files

    docs, files = named_files(configured.settings)
    return files, read_documents(docs)[0]


def read_limits(table: Mapping[str, Any], flags: Mapping[str, str | None]) -> Limits:
    """The limits of the configuration's `[drift]`, then of flags. Raises ConfigError."""
    from ragcheck.errors import ConfigError
    from ragcheck.labels.check import Limits

    for key in table:
        if key not in flags:
            raise ConfigError(f"drift.{key}: unknown key", hint=f"keys: {', '.join(flags)}")
    given = {f"drift.{key}": value for key, value in table.items()}
    given |= {f"--{k.replace('_', '-')}": v for k, v in flags.items() if v is not None}
    found = {"drift": 0.0, "open": 0.0}
    for place, value in given.items():
        try:
            share = float("nan") if isinstance(value, bool) else float(value)
        except (TypeError, ValueError):
            share = float("nan")
        if not 0 <= share <= 1:
            raise ConfigError(f"{place}: {value!r} is not a share from 0 to 1", hint="5% is 0.05")
        found["drift" if place.endswith("drift") else "open"] = share
    return Limits(**found)


def told(drift: Drift, documents: Sequence[Document], listed: Sequence[str]) -> Iterator[str]:
    """The counts of a check, renamed files, and the passages of the outcomes `listed`."""
    from ragcheck.artefacts.words import printable

    # A name in a label may hold a line break, behind which a log would read a command.
    return map(printable, _lines(drift, documents, listed))


def _lines(drift: Drift, documents: Sequence[Document], listed: Sequence[str]) -> Iterator[str]:
    from ragcheck.report.words import plural

    yield f"{plural(len(drift.passages), 'passage')}, {len(drift.drifted)} of them drifted"
    for outcome, meaning in OUTCOMES.items():
        yield f"  {outcome:<11}{drift.counts.get(outcome, 0):>7}  {meaning}"
    if drift.unverified:
        yield (
            f"{plural(drift.unverified, 'passage')} with offsets only: a change under them cannot"
            " be seen; `ragcheck labels repair --complete` gives them their text"
        )
    for old, new in sorted(drift.renamed.items()):
        yield f"renamed: {old} -> {new}"
    yield from _missing(drift, [document.id for document in documents])
    texts = {document.id: document.text for document in documents}
    for passage in drift.drifted:
        if passage.anchor.outcome in listed:
            yield from _passage(passage, texts)


def _missing(drift: Drift, ids: Sequence[str]) -> Iterator[str]:
    """The documents that labels name and nobody has, with the names most like them."""
    from ragcheck.labels.locating import alike, plain
    from ragcheck.report.words import plural

    counts = Counter(passage.mark.doc for passage in drift.passages)
    for name in sorted(counts.keys() - set(ids) - drift.renamed.keys()):
        hint = f"; {found}" if (found := alike(name, ids)) else ""
        yield f"no document `{plain(name)}`, named by {plural(counts[name], 'passage')}{hint}"


def _passage(passage: Checked, texts: Mapping[str, str]) -> Iterator[str]:
    from ragcheck.labels.locating import shown

    yield str(passage)
    now = _now(passage, texts)
    if now is not None and shown(now) != shown(passage.mark.text):
        yield f"    now `{shown(now)}`"


def _now(passage: Checked, texts: Mapping[str, str]) -> str | None:
    span = passage.anchor.span
    return None if span is None else texts[span.document][span.start : span.end]


def _json(drift: Drift, limits: Limits, documents: Sequence[Document]) -> str:
    from ragcheck.run_json import dump

    texts = {document.id: document.text for document in documents}
    beyond = drift.beyond(limits)
    document = {
        "schema": "ragcheck.drift/1",
        "fits": not beyond,
        "passages": len(drift.passages),
        "counts": {outcome: drift.counts.get(outcome, 0) for outcome in OUTCOMES},
        "unverified": drift.unverified,
        "renamed": drift.renamed,
        "limits": limits,
        "beyond": beyond,
        "drifted": [_row(passage, texts) for passage in drift.drifted],
    }
    return dump(document, indent=1)


def _row(passage: Checked, texts: Mapping[str, str]) -> dict[str, Any]:
    mark, anchor = passage.mark, passage.anchor
    return {
        "file": passage.where,
        "line": passage.line,
        "key": passage.key,
        "outcome": anchor.outcome,
        "similarity": anchor.similarity,
        "label": {"doc": mark.doc, "offsets": mark.offsets, "text": mark.text},
        "now": None
        if anchor.span is None
        else {
            "doc": anchor.span.document,
            "offsets": [anchor.span.start, anchor.span.end],
            "text": _now(passage, texts),
        },
    }
