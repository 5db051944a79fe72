"""Writes a small but whole run folder, so that the report is tested without a sweep or a model."""

from __future__ import annotations

import dataclasses
import hashlib
import re
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pyarrow as pa
from rank_bm25 import BM25Okapi

from ragcheck.baseline import read_baseline, write_baseline
from ragcheck.cli.gating import keep_outcome
from ragcheck.gate import Asking, judge
from ragcheck.notation import parse_measure
from ragcheck.records import (
    Cut,
    Document,
    Measure,
    Notice,
    Plan,
    Question,
    Run,
    System,
    SystemResult,
)
from ragcheck.run import RunFolder, RunWriter, open_folder
from ragcheck.run_json import SCHEMA
from ragcheck.scores import scores_of
from ragcheck.statistics.intervals import mean_interval
from ragcheck.verdict import verdict_of
from tests.report import make_text
from tests.report.make_causes import diagnosed
from tests.report.make_judge import Chunk, Judge

KS, BUDGETS, DEPTH = (1, 3, 5, 10), (250, 500, 1000, 2000), 12
DOCS = {
    "recall": "Share of the weight of a question's passages that are whole in the context.",
    "any": "1 when at least one passage is whole in the context.",
    "all": "1 when every passage is whole in the context.",
    "char_recall": "Share of the gold characters that are in the context.",
    "pollution": "Share of the context that is not new gold: redundant + other.",
    "gold": "Share of the context that is gold seen for the first time.",
    "redundant": "Share of the context that repeats text shown before.",
    "other": "Share of the context that is neither gold nor repeated.",
    "duplicate": "Pollution: text that was already shown.",
    "same_document": "Pollution: other text of a document that holds gold.",
    "other_document": "Pollution: text of documents without gold.",
    "offtopic": "Share of the chunks shown that add no new gold.",
    "nDCG": "Effective ranks of the items, discounted by log2(rank + 1).",
    "RR": "1 / rank at which the first item completes.",
    "context_tokens": "Document tokens and prefixes of the context.",
    "severed": "Share of the items that no single chunk holds whole.",
    "severity": "1 - the largest share of the item that one chunk holds.",
    "pieces": "Fewest chunks that cover the item.",
    "cut_and_missed": "Share of the items that are severed and not whole in the context.",
    "not_ranked": "Share of the items that one chunk holds whole, missed at the working cut.",
    "index_gap": "Share of the items with text in no chunk.",
    "distractors": "Chunks without gold that another family takes for better evidence.",
    "ceiling": "The recall that the best possible ranking of these chunks reaches.",
}
COUNTS = ("pieces", "distractors")
LOWER = {
    "distractors",
    "pollution",
    "redundant",
    "other",
    "duplicate",
    "same_document",
    "other_document",
    "offtopic",
    "severed",
    "severity",
    "pieces",
    "cut_and_missed",
    "not_ranked",
    "index_gap",
    "context_tokens",
}
CELLS = (
    "fixed-256/bm25",
    "fixed-256/dense",
    "fixed-256/hybrid",
    "fixed-512/bm25",
    "fixed-512/dense",
    "fixed-512/hybrid",
    "section-256/bm25",
    "section-256/hybrid",
    "overlap-256-51/bm25",
    "overlap-256-51/hybrid",
    "overlap-256-51/dense",
)


#: A system of which nobody asked why.
UNDIAGNOSED = "overlap-256-51/dense"


def build(
    path: Path, *, cells: Iterable[str] = CELLS, missing: Iterable[str] = ("section-256/dense",)
) -> RunFolder:
    """A run over the six documents of `make_text`; `missing` cells are planned, not finished."""
    documents = make_text.documents()
    return write(path, documents, make_text.questions(documents), (tuple(cells), tuple(missing)))


def build_hostile(path: Path) -> RunFolder:
    """A run over texts that would break a careless page."""
    documents, questions = make_text.hostile()
    return write(
        path, documents, questions, (("fixed-12/bm25", "fixed-40/bm25", "overlap-40-20/bm25"), ())
    )


def write(
    path: Path,
    documents: list[Document],
    questions: list[Question],
    cells: tuple[tuple[str, ...], tuple[str, ...]],
) -> RunFolder:
    planned = {
        name: hashlib.sha256(name.encode()).hexdigest()[:12] for name in sorted(cells[0] + cells[1])
    }
    collection = {
        "name": "desk <sample>",
        "digest": "0" * 64,
        "documents": len(documents),
        "questions": len(questions),
        "items": sum(len(q.items) for q in questions),
    }
    plan = Plan(
        planned,
        Cut(5),
        KS,
        BUDGETS,
        "cl100k_base",
        True,
        {
            "chunkers": ["fixed", "overlap", "section"],
            "chunk_sizes": [256, 512],
            "retrievers": ["bm25", "dense", "hybrid"],
            "at": "@5",
            "seed": 0,
        },
    )
    run = Run(SCHEMA, "0.1.0", collection, _measures(), plan, ())
    with RunWriter(path, run) as folder:
        folder.write_collection(documents, questions)
        sweep = _Sweep(folder, Judge(documents), questions)
        for name, key in planned.items():
            if name in cells[0]:
                folder.add(sweep.cell(name, key))
        folder.save(
            warnings=(
                Notice(
                    "truncation",
                    "512-token chunks: the embedder reads 256 word pieces of each.",
                    "fixed-512/dense",
                ),
                Notice("few_questions", "76 questions: a drop under 6 points cannot be seen."),
            )
        )
        folder.save(verdict=verdict_of(folder))
    return open_folder(path)


def _measures() -> dict[str, Measure]:
    at_k = (
        "recall",
        "any",
        "all",
        "char_recall",
        "pollution",
        "gold",
        "redundant",
        "other",
        "duplicate",
        "same_document",
        "other_document",
        "offtopic",
        "nDCG",
        "RR",
        "context_tokens",
    )
    names = [f"{n}@{k}" for n in at_k for k in KS]
    names += [f"{n}@{b}t" for n in ("recall", "pollution") for b in BUDGETS]
    names += [
        "severed",
        "severity",
        "pieces",
        "cut_and_missed",
        "not_ranked",
        "index_gap",
        "ceiling@5",
        "distractors@5",
    ]
    out = {}
    for name in names:
        base, cut = parse_measure(name)
        unit = "tokens" if base == "context_tokens" else "count" if base in COUNTS else "share"
        better = (
            "none" if base in {"context_tokens", "gold"} else "lower" if base in LOWER else "higher"
        )
        out[name] = Measure(base, cut, unit, better, DOCS[base])
    return out


class _Sweep:
    def __init__(self, folder: RunWriter, judge: Judge, questions: list[Question]) -> None:
        self.folder, self.judge, self.questions = folder, judge, questions
        self.ranked: dict[tuple[str, str], np.ndarray] = {}

    def cell(self, name: str, key: str) -> SystemResult:
        chunking, retriever = name.split("/")
        chunks = cut(self.judge.documents, chunking)
        self.folder.write_table("chunks", chunking, _chunk_table(chunks))
        order, score = rank(chunks, [q.text for q in self.questions], retriever)
        values, items, hits = self._judge(chunks, order, score)
        for kind, rows in (("values", values), ("items", items), ("hits", hits)):
            self.folder.write_table(kind, key, _table(rows))
        diagnosis = None
        if name != UNDIAGNOSED:
            diagnosis, causes = diagnosed(name, items, hits, self.questions)
            self.folder.write_table("causes", key, causes)
        kind, size, *more = chunking.split("-")
        config = {"name": kind, "size": int(size), **({"overlap": int(more[0])} if more else {})}
        return SystemResult(
            System(name, config, _options(retriever)),
            key,
            chunking,
            {
                "count": len(chunks),
                "mean_tokens": float(np.mean([c.tokens for c in chunks])),
                "max_tokens": max(c.tokens for c in chunks),
            },
            self._summaries(values),
            {
                "sentence": {"units": 400, "broken": 31, "unavoidable": 0, "share": 31 / 400},
                "table": {"units": 0, "broken": 0, "unavoidable": 0, "share": None},
            },
            {"context_tokens": float(np.mean([v["context_tokens@5"] for v in values]))},
            {
                "index_s": 0.1 + len(chunks) / 900,
                "query_ms": {"median": 1.25, "p95": 3.5},
                "diagnosis_s": 2.5,
                "diagnosis_share": 0.4,
            },
            {"phase_sd": {"recall@2000t": 0.021}} if kind == "fixed" else {},
            diagnosis,
        )

    def _summaries(self, values: list[dict]) -> dict:
        clusters = np.array(
            [
                self.judge.index[q.items[0].members[0].span.document] if q.items else 99
                for q in self.questions
            ]
        )
        out = {}
        for name, measure in self.folder.run.measures.items():
            column = np.array([np.nan if v[name] is None else v[name] for v in values])
            nulls = {"unanswerable": int(np.isnan(column).sum())} if np.isnan(column).any() else {}
            out[name] = mean_interval(
                column, clusters, bounded=measure.unit == "share", nulls=nulls
            )
        return out

    def _judge(self, chunks, order, score):
        values, items, hits = [], [], []
        for q, question in enumerate(self.questions):
            ranked = [chunks[c] for c in order[q] if c >= 0]
            values.append(self._values(question, ranked, chunks))
            items += self._items(question, ranked, chunks)
            for r, row in enumerate(self.judge.hits(question, ranked)):
                hits.append(
                    {
                        "question": question.id,
                        "rank": r + 1,
                        "chunk": int(order[q, r]),
                        "score": float(score[q, r]),
                        **row,
                    }
                )
        return values, items, hits

    def _values(self, question: Question, ranked: list[Chunk], chunks: list[Chunk]) -> dict:
        row: dict = {"question": question.id}
        if not question.items:
            row |= dict.fromkeys(self.folder.run.measures)
            return row | {f"context_tokens@{k}": sum(c.tokens for c in ranked[:k]) for k in KS}
        ranks = _ranks(self.judge, question, ranked)
        parts = self.judge.hits(question, ranked)
        for k in KS:
            row |= self._at(question, ranked[:k], parts[:k], ranks, k)
        for budget in BUDGETS:
            used, keep = 0, []
            for c in ranked:
                if used + c.tokens > budget:
                    break
                used, keep = used + c.tokens, [*keep, c]
            share = [s for _, s in self.judge.covered(question, self.judge.shown(keep))]
            row[f"recall@{budget}t"] = float(np.mean([s == 1 for s in share]))
            row[f"pollution@{budget}t"] = 1 - sum(share) / max(1, 4 * len(keep))
        pieces = self.judge.pieces(question, chunks)
        row["severed"] = float(np.mean([s < 1 for s, _ in pieces]))
        row["severity"] = float(np.mean([1 - s for s, _ in pieces]))
        row["pieces"] = float(np.mean([n for _, n in pieces]))
        cut_missed = [s < 1 and not (r and r <= 5) for (s, _), r in zip(pieces, ranks, strict=True)]
        lost = 1 - row["recall@5"] - float(np.mean(cut_missed))
        losses = {"cut_and_missed": float(np.mean(cut_missed)), "not_ranked": lost}
        return (
            row
            | losses
            | {"index_gap": 0.0, "ceiling@5": 1.0, "distractors@5": len(question.id) % 3}
        )

    def _at(self, question, ranked, parts, ranks, k):
        share = [s for _, s in self.judge.covered(question, self.judge.shown(ranked))]
        found = [bool(r and r <= k) for r in ranks]
        total = sum(p["gold"] + p["redundant"] + p["other"] for p in parts) or 1
        part = {n: sum(p[n] for p in parts) / total for n in ("gold", "redundant", "other")}
        cause = {
            c: sum(p["other"] for p in parts if p["cause"] == c) / total
            for c in ("same_document", "other_document")
        }
        cause["same_document"] = part["other"] - cause["other_document"]
        first = min((r for r in ranks if r), default=None)
        gain = sum(
            1 / np.log2(max(r, j + 1) + 1)
            for j, r in enumerate(sorted(r for r in ranks if r and r <= k))
        )
        best = sum(1 / np.log2(j + 2) for j in range(min(k, len(ranks))))
        row = {
            "recall": np.mean(found),
            "any": max(found),
            "all": min(found),
            "char_recall": np.mean(share),
            "pollution": 1 - part["gold"],
            **part,
            "duplicate": part["redundant"],
            **cause,
            "offtopic": np.mean([p["gold"] == 0 for p in parts] or [1]),
            "nDCG": gain / best,
            "RR": 1 / first if first and first <= k else 0,
            "context_tokens": sum(c.tokens for c in ranked),
        }
        return {f"{name}@{k}": float(value) for name, value in row.items()}

    def _items(self, question, ranked, chunks):
        ranks = _ranks(self.judge, question, ranked)
        pieces = self.judge.pieces(question, chunks)
        covered = self.judge.covered(question, self.judge.shown(ranked[:5]))
        for i, ((span, share), rank, (held, n)) in enumerate(
            zip(covered, ranks, pieces, strict=True)
        ):
            yield {
                "question": question.id,
                "item": i,
                "weight": 1.0,
                "document": self.judge.index[span.document],
                "start": span.start,
                "end": span.end,
                "coverage": share,
                "rank": rank,
                "severed": held < 1,
                "severity": 1 - held,
                "pieces": n,
            }


def _ranks(judge: Judge, question: Question, ranked: list[Chunk]) -> list[int | None]:
    ranks: list[int | None] = [None] * len(question.items)
    for r in range(len(ranked)):
        shown = judge.shown(ranked[: r + 1])
        for i, (_, share) in enumerate(judge.covered(question, shown)):
            if ranks[i] is None and share == 1:
                ranks[i] = r + 1
    return ranks


def cut(documents: list[Document], chunking: str) -> list[Chunk]:
    """Windows of words; `section` starts a new chunk at each heading."""
    kind, size, *more = chunking.split("-")
    width = int(size) // 2
    step = width - (int(more[0]) // 2 if more else 0)
    out = []
    for number, document in enumerate(documents):
        words = [m.span() for m in re.finditer(r"\S+", document.text)]
        cuts = [s.start for s in document.sections] if kind == "section" else []
        at = 0
        while at < len(words):
            stop = min(at + width, len(words))
            heads = [i for i in range(at + 1, stop) if words[i][0] in cuts]
            stop = heads[0] if heads else stop
            start, end = words[at][0], words[stop - 1][1]
            text = document.text[start:end].lower()
            out.append(Chunk(number, start, end, 2 * (stop - at), tuple(re.findall(r"\w+", text))))
            if stop == len(words):
                break
            at = stop if heads or kind == "section" else at + step
    return out


def _options(retriever: str) -> dict:
    """A retriever as the run names it; the model is one of a folder, as users have them."""
    if retriever == "bm25":
        return {"name": "bm25"}
    embedder = {"name": "sentence-transformer", "model": "/srv/models/letters-3"}
    dense = {"name": "dense", "embedder": embedder}
    return dense if retriever == "dense" else {"name": "hybrid", "second": dense}


def rank(chunks: list[Chunk], texts: list[str], retriever: str) -> tuple[np.ndarray, np.ndarray]:
    """The best DEPTH chunks per question by words, by letter triples, or by both fused."""
    asked = [re.findall(r"\w+", t.lower()) for t in texts]
    if retriever == "hybrid":
        both = [_scores(chunks, asked, part) for part in ("bm25", "dense")]
        places = [np.argsort(np.argsort(-s, axis=1, kind="stable"), axis=1) for s in both]
        scores = sum(1 / (61 + place) for place in places)
    else:
        scores = _scores(chunks, asked, retriever)
    order = np.argsort(-scores, axis=1, kind="stable")[:, :DEPTH]
    return order, np.take_along_axis(scores, order, axis=1)


def _scores(chunks: list[Chunk], asked: list[list[str]], retriever: str) -> np.ndarray:
    if retriever == "bm25":
        index = BM25Okapi([c.words for c in chunks])
        return np.stack([index.get_scores(words) for words in asked])

    def vector(words):
        out, text = np.zeros(2048), " ".join(words[:160])
        for i in range(len(text) - 2):
            out[
                int.from_bytes(
                    hashlib.blake2b(text[i : i + 3].encode(), digest_size=2).digest(), "big"
                )
                % 2048
            ] += 1
        out = np.sqrt(out)
        return out / (np.linalg.norm(out) or 1)

    return np.stack([vector(w) for w in asked]) @ np.stack([vector(c.words) for c in chunks]).T


def _table(rows: list[dict]) -> pa.Table:
    return pa.Table.from_pylist(rows)


def _chunk_table(chunks: list[Chunk]) -> pa.Table:
    return pa.table(
        {
            "document": [c.document for c in chunks],
            "start": [c.start for c in chunks],
            "end": [c.end for c in chunks],
            "tokens": [c.tokens for c in chunks],
            "prefix": [""] * len(chunks),
        }
    )


def build_before(path: Path, folder: RunFolder) -> RunFolder:
    """The same run as if windows of 256 and 512 had been mistaken for each other."""
    path.mkdir()
    for part in ("values", "items", "hits", "causes", "chunks", "collection"):
        (path / part).symlink_to(folder.path / part)
    swapped = {"fixed-256": "fixed-512", "fixed-512": "fixed-256"}
    by_id = {result.system.id: result for result in folder.run.systems}

    def other(id: str) -> str:
        chunking, _, retriever = id.partition("/")
        return f"{swapped.get(chunking, chunking)}/{retriever}"

    systems = tuple(
        dataclasses.replace(by_id[other(result.system.id)], system=result.system)
        for result in folder.run.systems
    )
    RunWriter(path, dataclasses.replace(folder.run, systems=systems)).save()
    return open_folder(path)


def build_gated(path: Path, folder: RunFolder, before: RunFolder, system: str) -> RunFolder:
    """The run after a gate on one system, against a baseline taken from `before`."""
    path.mkdir()
    for part in folder.path.iterdir():
        if part.name not in ("report.html", "gate.json"):
            (path / part.name).symlink_to(part)
    gated = open_folder(path)
    write_baseline(path / "baseline.jsonl", scores_of(before, system))
    asking = Asking((), read_baseline(path / "baseline.jsonl"), "baseline.jsonl")
    result = judge(gated, gated.result(system), asking)
    keep_outcome(gated, result, f"ragcheck baseline update {path} --system {system}")
    return gated
