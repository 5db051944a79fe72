"""Writes into label files where their passages are now; what is not found stays as it is."""

from __future__ import annotations

import codecs
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from ragcheck.files import write_atomically
from ragcheck.labels.check import Checked, examine
from ragcheck.labels.lines import Line, file_names
from ragcheck.labels.locking import alone
from ragcheck.labels.writing import dumps, place_of
from ragcheck.records import Document


@dataclass(frozen=True, slots=True)
class Repaired:
    """What was written, and what still drifts: passages that were not accepted, and lost ones."""

    rewritten: tuple[Checked, ...]
    left: tuple[Checked, ...]


def settled(passage: Checked) -> bool:
    """True for a passage that was found without doubt: moved, normalised or edited."""
    return passage.anchor.outcome in ("moved", "normalised", "edited")


def repair_labels(
    paths: Sequence[Path],
    documents: Sequence[Document],
    *,
    accept: Callable[[Checked], bool] = settled,
    complete: bool = False,
) -> Repaired:
    """Rewrites the passages that drifted and that `accept` takes, each file in one step.

    A passage gets the document, offsets, text and surroundings of where it is now; all its other
    keys, all other lines and their order stay as they are, byte for byte. A passage without a span
    is never written. `complete` also gives text, offsets and surroundings to the passages that
    lack some and have not drifted.

    Raises what `check_labels` raises, and InputError for a file that cannot be written.
    """
    by_id = {document.id: document for document in documents}
    with ExitStack() as stack:
        for path in sorted({path.resolve() for path in paths if path.exists()}):
            stack.enter_context(alone(path))
        examined = examine(paths, documents)
        changed: dict[str, dict[int, Line]] = defaultdict(dict)
        rewritten, left = [], []
        for line, value, passage in examined:
            span = passage.anchor.span
            drifted = passage.anchor.outcome != "same"
            if span is None or (drifted and not accept(passage)):
                left.append(passage)
                continue
            place = place_of(span, by_id[span.document])
            if drifted or (complete and not place.keys() <= value.keys()):
                value.update(place)
                changed[passage.where][passage.line] = line
                rewritten.append(passage)
        for path, name in zip(paths, file_names(paths), strict=True):
            if changed[name]:
                _rewrite(path.resolve(), changed[name])
    return Repaired(tuple(rewritten), tuple(left))


def _rewrite(path: Path, lines: dict[int, Line]) -> None:
    """Replace lines, by number from 1, and keep the line end each had."""
    data = path.read_bytes()
    mark = codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b""
    rows = data[len(mark) :].splitlines(keepends=True)
    for number, line in lines.items():
        old = rows[number - 1]
        end = old[len(old.rstrip(b"\r\n")) :]
        rows[number - 1] = dumps(line.value).encode("utf-8") + end
    write_atomically(path, mark + b"".join(rows))
