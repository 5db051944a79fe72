"""Labels: questions, and the passages of the documents that answer them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from ragcheck.documents import read_documents
from ragcheck.labels.reading import read_labels
from ragcheck.labels.twins import with_twins
from ragcheck.labels.writing import label_line, write_labels
from ragcheck.records import Collection, Document, Notice, Question

__all__ = [
    "collection_digest",
    "label_line",
    "load_collection",
    "read_labels",
    "with_twins",
    "write_labels",
]


def load_collection(
    name: str, docs: Path, labels: Sequence[Path], *, twins: bool = True
) -> tuple[Collection, tuple[Notice, ...]]:
    """Documents below `docs` with the questions of the label files, and what to know about them.

    `twins` says whether the same text elsewhere counts as found (METRICS, section 1). Raises
    InputError for files that are missing or unreadable, LabelsError for labels that do not fit.
    """
    documents, skipped = read_documents(docs)
    questions, notices = read_labels(labels, documents)
    digest = collection_digest(documents, questions, twins=twins)
    if twins:
        questions = with_twins(questions, documents)
    return Collection(name, documents, questions, digest), (*skipped, *notices)


def collection_digest(
    documents: Sequence[Document], questions: Sequence[Question], *, twins: bool
) -> str:
    """SHA-256, in hex, of everything a result can depend on in documents and labels.

    Hashed are, each preceded by its length in bytes: "twins" or "no twins"; id and canonical text
    of every document in order; "labels"; the canonical line of every question in order. So the
    digest changes with any character, and not with line ends, the way passages are named (offsets
    or text), file names of labels or the collection's name.
    """
    digest = hashlib.sha256()

    def add(text: str) -> None:
        data = text.encode("utf-8")
        digest.update(len(data).to_bytes(8, "big"))
        digest.update(data)

    add("twins" if twins else "no twins")
    for document in documents:
        add(document.id)
        add(document.text)
    add("labels")
    by_id = {document.id: document for document in documents}
    for question in questions:
        add(label_line(question, by_id))
    return digest.hexdigest()
