"""The run folder: the one artefact between what makes numbers and what reads them.

    run.json                  what was planned, what finished, every mean, cost and warning
    values/<key>.parquet      a row per question, a column per measure
    items/<key>.parquet       a row per labelled item: completion rank, coverage, how it was cut
    hits/<key>.parquet        a row per retrieved chunk, down to the search depth
    causes/<key>.parquet      a row per missed item: why, and what would recover it
    chunks/<key>.parquet      where one chunking cut the documents
    collection/               questions.jsonl, and documents.parquet unless texts are withheld
    report.html

Every file is written in one step and `run.json` comes last, so a killed sweep leaves a readable
run that names its missing cells. Nothing here knows how anything was made.
"""

from __future__ import annotations

import dataclasses
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import filelock
import pyarrow as pa
import pyarrow.parquet as pq

from ragcheck.errors import ConfigError, MissingRunError, RunError
from ragcheck.files import write_atomically
from ragcheck.records import Document, Question, Run, SystemResult
from ragcheck.run_json import SCHEMA, RunText, decode_question, decode_run, dump, encode_question


class RunFolder:
    """A run folder on disk. `run` is what `run.json` said when it was opened or last written."""

    def __init__(self, path: Path, run: Run) -> None:
        self.path = path
        self.run = run

    def result(self, system: str) -> SystemResult:
        """The finished cell of a system id. Raises RunError that names the ids there are."""
        for result in self.run.systems:
            if result.system.id == system:
                return result
        state = "has not finished" if system in self.run.plan.cells else "is not in this run"
        known = ", ".join(result.system.id for result in self.run.systems) or "none"
        raise RunError(f"system `{system}` {state}", hint=f"finished systems: {known}")

    def values(self, system: str) -> pa.Table:
        """`question`, then a float64 column per measure; null where there is no value."""
        return self._table("values", self.result(system).key)

    def items(self, system: str) -> pa.Table:
        """A row per item, in question order.

        `question` (id), `item` (its number in the question), `weight`, the credited alternative at
        the working cut as `document` (position), `start`, `end`, its `coverage` there, `rank` at
        which the item completes (null: never), `severed`, `severity`, `pieces` (null: some of its
        text is in no chunk), and `unseen`, the share of it that chunks hold and the embedder reads
        in none of them (null: the system has no embedder).
        """
        return self._table("items", self.result(system).key)

    def hits(self, system: str) -> pa.Table:
        """A row per retrieved chunk, by question and rank (from 1).

        `chunk` is a row of `chunks`; `gold`, `redundant` and `other` are the units this hit adds to
        the context of the ranks before it; `cause` says what most of it is: gold, duplicate,
        prefix, same_section, same_document or other_document.
        """
        return self._table("hits", self.result(system).key)

    def causes(self, system: str) -> pa.Table | None:
        """A row per item missed at the working cut, in question order; None if not diagnosed.

        `question` (id), `item` (its number in the question); `document` (position), `start`, `end`
        of the alternative that was examined; `cause` (a key of `causes.CAUSES`) and `fixes`, every
        intervention that recovers it. Ranks count from 1, null where none: `rank` at which it is
        complete beyond the cut and `rank_tokens`, what the context costs by then; `clipped_rank`,
        `tight_rank`, `context_rank` after an intervention; `other` (system id), the other retriever
        that found it on the same chunks, at `other_rank`; `fusion_rank`. Rows of `chunks`, null
        where none: `host` holds most of the passage, `rival` is the best ranked chunk without
        labelled text of the question, `twin` the retrieved text that says the same. `suspect`: the
        passage is less similar to the question than most windows of its document.
        """
        result = self.result(system)
        return None if result.diagnosis is None else self._table("causes", result.key)

    def chunks(self, system: str) -> pa.Table:
        """The chunking of a system: `document` (position), `start`, `end`, `tokens`, `prefix`."""
        return self._table("chunks", self.result(system).chunking)

    def documents(self) -> tuple[Document, ...]:
        """The documents in order; their text is empty where the run was written without texts."""
        table = self._table("collection", "documents").to_pydict()
        rows = zip(table["id"], table["title"], table["text"], strict=True)
        return tuple(Document(id, text, title) for id, title, text in rows)

    def questions(self) -> tuple[Question, ...]:
        """The labelled questions in order, twins included."""
        path = self.path / "collection" / "questions.jsonl"
        try:
            lines = path.read_text("utf-8").split("\n")
        except OSError as error:
            raise RunError(f"{path}: {error.strerror}") from error
        try:
            return tuple(decode_question(json.loads(line)) for line in lines if line)
        except (ValueError, KeyError, TypeError) as error:
            raise RunError(
                f"{path}: cannot be read: {error!r}", hint="run the sweep again"
            ) from error

    def _table(self, kind: str, name: str) -> pa.Table:
        path = self.path / kind / f"{name}.parquet"
        try:
            return pq.read_table(path)
        except (OSError, pa.ArrowException) as error:
            raise RunError(
                f"{path}: cannot be read: {error}", hint="run the sweep again"
            ) from error


class RunWriter(RunFolder):
    """The same folder while a sweep fills it; hold it open with `with`, one writer at a time.

    Without `texts` no title, text or prefix of a document is stored. Opening a folder that holds
    another plan's run starts it anew; the same plan resumes. Raises ConfigError for a folder that
    cannot be written or holds anything else, which is never touched.
    """

    def __init__(self, path: Path, run: Run, *, texts: bool = True) -> None:
        super().__init__(path, run)
        self.texts = texts
        self.dropped = ""  # ids of systems that another plan left here
        self._lock = filelock.FileLock(path / ".lock")
        self._text = RunText()

    def __enter__(self) -> RunWriter:
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            self._refuse_other_files()
            self._lock.acquire(timeout=0)
        except filelock.Timeout:
            raise RunError(
                f"{self.path}: another sweep is writing this run",
                hint="wait for it, or give this one another folder with `--out`",
            ) from None
        except OSError as error:
            raise ConfigError(
                f"run folder: {self.path}: {error.strerror or error}",
                hint="name a folder that can be written with `--out`",
            ) from error
        self._resume()
        return self

    def __exit__(self, *_: object) -> None:
        self._lock.release()

    def _refuse_other_files(self) -> None:
        file = self.path / "run.json"
        if not file.is_file():
            other = any(not path.name.startswith(".") for path in self.path.iterdir())
        else:
            try:
                data = json.loads(file.read_bytes())
            except ValueError:
                data = None
            schema = data.get("schema") if isinstance(data, dict) else None
            other = not str(schema).startswith(SCHEMA.partition("/")[0])
        if other:
            raise ConfigError(
                f"run folder: {self.path}: holds other files and no run",
                hint="name a new or empty folder with `--out`",
            )

    def _resume(self) -> None:
        """Take over finished cells of an earlier attempt at the same plan."""
        if not (self.path / "run.json").exists():
            return
        try:
            earlier = open_folder(self.path).run
        except RunError:
            return
        wanted, given = self.run.plan.settings, earlier.plan.settings
        if wanted.get("report_docs") != given.get("report_docs"):
            return  # what was stored with texts must not stay where they are withheld
        planned = set(self.run.plan.cells.values())
        ids = [result.system.id for result in earlier.systems]
        self.dropped = ", ".join(id for id in ids if id not in self.run.plan.cells)
        kept = [
            result for result in earlier.systems if result.key in planned and self._whole(result)
        ]
        self.run = dataclasses.replace(self.run, systems=self._ordered(kept))
        if not self.run.missing:
            self.run = dataclasses.replace(self.run, verdict=earlier.verdict)

    def _whole(self, result: SystemResult) -> bool:
        files = [(kind, result.key) for kind in ("values", "items", "hits")]
        files.append(("chunks", result.chunking))
        if result.diagnosis is not None:
            files.append(("causes", result.key))
        return all((self.path / kind / f"{key}.parquet").is_file() for kind, key in files)

    def _ordered(self, results: Sequence[SystemResult]) -> tuple[SystemResult, ...]:
        by_key = {result.key: result for result in results}
        return tuple(by_key[key] for key in self.run.plan.cells.values() if key in by_key)

    def write_collection(
        self, documents: Sequence[Document], questions: Sequence[Question]
    ) -> None:
        """Store the questions, and the documents, without their texts where these are withheld."""
        table = pa.table(
            {
                "id": [document.id for document in documents],
                "title": [document.title if self.texts else "" for document in documents],
                "text": [document.text if self.texts else "" for document in documents],
            }
        )
        self.write_table("collection", "documents", table)
        lines = "".join(dump(encode_question(question)) + "\n" for question in questions)
        write_atomically(self.path / "collection" / "questions.jsonl", lines.encode())

    def write_table(self, kind: str, name: str, table: pa.Table) -> None:
        """Store one table as `<kind>/<name>.parquet`."""
        buffer = io.BytesIO()
        pq.write_table(table, buffer, compression="zstd")
        (self.path / kind).mkdir(exist_ok=True)
        write_atomically(self.path / kind / f"{name}.parquet", buffer.getvalue())

    def add(self, result: SystemResult) -> None:
        """Record a finished cell; its tables must have been written before."""
        self.run = dataclasses.replace(self.run, systems=self._ordered([*self.run.systems, result]))
        self.save()

    def save(self, **changes: Any) -> None:
        """Write `run.json`, after replacing fields of the run by `changes`."""
        self.run = dataclasses.replace(self.run, **changes)
        write_atomically(self.path / "run.json", self._text(self.run).encode())


def open_folder(path: Path) -> RunFolder:
    """Open a run folder, or the `run.json` in one. Raises RunError with what is wrong with it."""
    folder = path.parent if path.name == "run.json" else path
    file = folder / "run.json"
    try:
        data = json.loads(file.read_bytes())
    except OSError as error:
        raise MissingRunError(
            f"{file}: {error.strerror}", hint="give the folder that `ragcheck sweep` printed"
        ) from error
    except ValueError as error:
        raise RunError(f"{file}: not JSON: {error}", hint="run the sweep again") from error
    schema = data.get("schema") if isinstance(data, dict) else None
    if schema != SCHEMA:
        raise RunError(
            f"{file}: schema is {schema!r}, this version reads {SCHEMA!r}",
            hint="use the ragcheck version that wrote the run, or run the sweep again",
        )
    try:
        return RunFolder(folder, decode_run(data))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise RunError(f"{file}: incomplete: {error!r}", hint="run the sweep again") from error
