"""A run as TREC files, for trec_eval, ir_measures, ranx and the like.

What is a document there is a chunk here, named `<document>:<start>-<end>`. What is relevant is a
chunk *that completes a passage*: with it, and the chunks ranked above it, the passage is whole in
the context (METRICS, section 5). So the qrels belong to one ranking; the passages that it never
completes stand in them under names that no run contains (`passage:2`). Then

- success_k equals `any@k`, and recip_rank equals `RR@k` where k is at least the ranking's length;
- recall_k, ndcg_cut_k and map (to `AP@k`, same condition) equal ours where every weight is 1 and no
  chunk completes two passages. A TREC judgement cannot count a document twice: the second passage
  stands as never completed, and theirs is below ours.

Questions without an answer are left out. A question for which nothing was returned keeps one row,
the document `-`, so that it counts as 0 and is not dropped from means.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

import pyarrow as pa

from ragcheck.run import RunFolder

#: The document of a question for which nothing was returned.
NOTHING = "-"


@dataclass(frozen=True, slots=True)
class Trec:
    """The two files of one system, and how many questions have a chunk that completes several."""

    name: str
    run: str
    qrels: str
    shared: int


def export(folder: RunFolder, systems: Sequence[str]) -> list[Trec]:
    """The files of each finished system. Raises RunError for one that is not in the run.

    Scores are places counted from the end: strictly decreasing, since trec_eval orders ties by
    document name. The retriever's own scores stand in `hits` of the run folder.
    """
    documents = [document.id for document in folder.documents()]
    asked = {question.id: len(question.items) for question in folder.questions()}
    names = file_names(systems)
    return [_export(folder, system, names[system], documents, asked) for system in systems]


def file_names(systems: Sequence[str]) -> dict[str, str]:
    """A file name for each system id, without its ending; different for different ids."""
    names: dict[str, str] = {}
    for system in systems:
        name = base = re.sub(r"[^A-Za-z0-9.,=_-]+", "_", system)
        number = 1
        while name in names.values():
            number += 1
            name = f"{base}_{number}"
        names[system] = name
    return names


def _export(
    folder: RunFolder, system: str, name: str, documents: list[str], asked: Mapping[str, int]
) -> Trec:
    chunks = _names(folder.chunks(system), documents)
    ranked: dict[str, list[str]] = defaultdict(list)
    hits = folder.hits(system).select(["question", "chunk"]).to_pydict()
    for question, chunk in zip(hits["question"], hits["chunk"], strict=True):
        ranked[question].append(chunks[chunk])
    completed: dict[str, list[int | None]] = defaultdict(list)
    items = folder.items(system).select(["question", "rank"]).to_pydict()
    for question, rank in zip(items["question"], items["rank"], strict=True):
        completed[question].append(rank)
    run: list[str] = []
    qrels: list[str] = []
    shared = 0
    for question in (question for question, count in asked.items() if count):
        topic, names = _word(question), ranked[question]
        run.extend(_run_lines(topic, names or [NOTHING], name))
        qrels.extend(f"{topic} 0 {found} 1\n" for found in _relevant(completed[question], names))
        complete = [rank for rank in completed[question] if rank is not None]
        shared += len(set(complete)) < len(complete)
    return Trec(name, "".join(run), "".join(qrels), shared)


def _run_lines(topic: str, names: Sequence[str], tag: str) -> Iterator[str]:
    for rank, name in enumerate(names, 1):
        yield f"{topic} Q0 {name} {rank} {len(names) + 1 - rank} {tag}\n"


def _relevant(completed: Sequence[int | None], names: Sequence[str]) -> Iterator[str]:
    """One name for each item: the chunk that completes it, once, or one that no run contains."""
    taken: set[int] = set()
    for number, rank in enumerate(completed):
        if rank is None or rank in taken:
            yield f"passage:{number}"
        else:
            taken.add(rank)
            yield names[rank - 1]


def _names(chunks: pa.Table, documents: Sequence[str]) -> list[str]:
    """A name for every chunk; equal spans of one document are numbered."""
    seen: Counter[tuple[int, int, int]] = Counter()
    words = [_word(document) for document in documents]
    found = []
    columns = (chunks.column(name).to_pylist() for name in ("document", "start", "end"))
    for place in zip(*columns, strict=True):
        document, start, end = place
        seen[place] += 1
        again = f"+{seen[place]}" if seen[place] > 1 else ""
        found.append(f"{words[document]}:{start}-{end}{again}")
    return found


def _word(text: str) -> str:
    """A text as one word of a file whose columns end at white space; `%20` stands for a space.

    Signs that do not print are quoted too: readers end a word, or a file, at some of them.
    """
    return "".join(
        c if c.isprintable() and not c.isspace() and c != "%" else quote(c, errors="replace")
        for c in text
    )
