"""Values per question as one flat table, for spreadsheets and notebooks."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.csv

from ragcheck.run import RunFolder


def values_table(folder: RunFolder, systems: Sequence[str]) -> pa.Table:
    """A row per system and question: `system`, `question`, `tags`, then a column per measure.

    Tags are joined by spaces; a value is null where there is none. A text that a spreadsheet would
    take for a formula begins with an apostrophe. Raises RunError for a system that is not in the
    run.
    """
    tags = {question.id: " ".join(question.tags) for question in folder.questions()}
    tables = []
    for system in systems:
        values = folder.values(system)
        asked = values.column("question").to_pylist()
        columns = {
            "system": [inert(system)] * len(asked),
            "question": [inert(question) for question in asked],
            "tags": [inert(tags[question]) for question in asked],
        }
        measured = {name: values.column(name) for name in values.column_names if name != "question"}
        tables.append(pa.table({**columns, **measured}))
    return pa.concat_tables(tables, promote_options="default") if tables else pa.table({})


def inert(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def values_csv(folder: RunFolder, systems: Sequence[str]) -> bytes:
    """The table as CSV in UTF-8; a null is an empty cell, a number has every digit it needs."""
    buffer = io.BytesIO()
    pa.csv.write_csv(values_table(folder, systems), buffer)
    return buffer.getvalue()
