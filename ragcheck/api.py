"""The whole program as functions: what the command line does, in Python.

>>> run = evaluate("docs/", "questions.jsonl", chunk_sizes=[256, 512])  # doctest: +SKIP
>>> run.values("section-256/hybrid").to_pandas()["recall@5"].mean()  # doctest: +SKIP
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ragcheck.config import configure
from ragcheck.files import write_atomically
from ragcheck.offline import forbid_network
from ragcheck.prepare import Prepared, blank_run, prepare
from ragcheck.report.html import render
from ragcheck.run import RunFolder, RunWriter, open_folder
from ragcheck.sweep.chunkings import chunk_all, measure_work
from ragcheck.sweep.execute import execute
from ragcheck.sweep.watch import Watch, Work
from ragcheck.verdict import verdict_of


def evaluate(
    docs: str | os.PathLike[str],
    labels: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
    **settings: Any,
) -> RunFolder:
    """Run a sweep and write its report; returns the run with its tables.

    `settings` are the keys of `ragcheck.toml` (`chunk_sizes=[256]`, `retrievers="bm25"`, ...); what
    they leave open comes from the environment, the nearest `ragcheck.toml` and the defaults, as on
    the command line. A finished run of the same plan is returned as it is. With `offline=True` this
    process reaches no network from then on. Raises RagcheckError.
    """
    given = [labels] if isinstance(labels, (str, os.PathLike)) else labels
    flags = {"docs": str(docs), "labels": [os.fspath(path) for path in given], **settings}
    configured = configure(flags)
    if configured.settings.offline:
        forbid_network()
    folder = sweep(prepare(configured))
    write_report(folder)
    return folder


def open_run(path: str | os.PathLike[str]) -> RunFolder:
    """Open a stored run: `.run` for what `run.json` says, `.values(system)` and more as tables."""
    return open_folder(Path(path))


def write_report(
    folder: RunFolder, out: Path | None = None, against: RunFolder | None = None
) -> Path:
    """Render a run, from its folder alone, into its `report.html` or another file.

    With `against` the page holds every system against those of that run as well.
    """
    path = out or folder.path / "report.html"
    write_atomically(path, render(folder, against))
    return path


def preview(prepared: Prepared) -> Work:
    """What a sweep would have to do, without doing it: chunks are cut, nothing is embedded."""
    return measure_work(prepared.plan, chunk_all(prepared.plan, finished=()))


def sweep(prepared: Prepared, watch: Watch | None = None) -> RunFolder:
    """Run every cell that the run folder does not hold yet."""
    watch = watch or Watch()
    plan, settings = prepared.plan, prepared.configured.settings
    embedders = {id(e): e for cell in plan.cells for e in cell.retriever.embedders}.values()
    for embedder in embedders:
        embedder.on_progress = _follow(watch)
    texts = settings.report_docs == "full"
    with RunWriter(prepared.out, blank_run(prepared), texts=texts) as folder:
        if folder.dropped:
            watch.noticed(
                f"{prepared.out} held other systems, which this run replaces: {folder.dropped}"
            )
        # First, so that no stored run ever stands beside the questions of another.
        folder.save()
        folder.write_collection(plan.collection.documents, plan.collection.questions)
        execute(plan, folder, watch)
        if folder.run.verdict is None:
            folder.save(verdict=verdict_of(folder))
    for embedder in embedders:
        if embedder.notice:
            watch.noticed(embedder.notice.text)
    return RunFolder(folder.path, folder.run)


def _follow(watch: Watch) -> Callable[[int, int], None]:
    """Tell `watch` of further texts, from counts that begin anew with every call."""
    before = 0

    def progress(done: int, total: int) -> None:
        nonlocal before
        watch.embedded(done - before)
        before = 0 if done == total else done

    return progress
