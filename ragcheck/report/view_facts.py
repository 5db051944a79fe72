"""What a run was made of, for the Verdict screen."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath

from ragcheck.records import Json
from ragcheck.report.load import Loaded
from ragcheck.report.numbers import amount
from ragcheck.report.words import cut_words, plural


def facts(data: Loaded) -> list[tuple[str, str]]:
    """(name, text) of what the run was made of."""
    run, count = data.run, data.run.collection
    silent = sum(not question.items for question in data.questions)
    asked = plural(len(data.questions), "question")
    found = [
        ("Collection", str(count.get("name", ""))),
        ("Questions", f"{asked}, {silent} of them unanswerable" if silent else asked),
        ("Passages", amount(float(sum(len(q.items) for q in data.questions)))),
        ("Documents", amount(float(len(data.documents)))),
        ("Systems", _finished(data)),
        ("Working cut", cut_words(data.at.unit, data.at.value)),
        ("Tokenizer", run.plan.tokenizer),
        ("Twins", "the same text elsewhere counts as found" if run.plan.twins else "off"),
    ]
    models = _models([cell.result.system.retriever for cell in data.cells])
    found += [("Model", ", ".join(dict.fromkeys(models)))] if models else []
    found += [("Seed", str(run.plan.settings["seed"]))] if "seed" in run.plan.settings else []
    return [*found, ("Digest", str(count.get("digest", ""))[:12]), ("ragcheck", run.version)]


def _finished(data: Loaded) -> str:
    planned, finished = len(data.run.plan.cells), len(data.cells)
    return f"{finished}" if planned == finished else f"{finished} of {planned} finished"


def _models(value: Json) -> list[str]:
    """Models of all embedders in a retriever's options; of a folder only its name."""
    if isinstance(value, Mapping):
        embedder = value.get("embedder")
        if isinstance(embedder, Mapping):
            model = str(embedder.get("model") or embedder.get("name", ""))
            return [
                model if model.count("/") == 1 and model[0] not in "./" else PurePath(model).name
            ]
        return _models(list(value.values()))
    if isinstance(value, (list, tuple)):
        return [name for part in value for name in _models(part)]
    return []
