"""The default sweep: how much of it is not embedding, what causes cost, how fast a repeat is.

    python -m benchmarks.sweep [runs] [collection folder]

Each sweep with its report is a process of its own, imports included, with a cache folder of this
benchmark. Without a folder it takes the shared set `chroma_general` where that is beside the
checkout, else the project's fixtures. Embedding is what happens inside the embedder: loading,
trying and running the model. Seconds are those of the wall.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import wraps
from pathlib import Path
from typing import Any

from benchmarks.process import alone
from benchmarks.table import Row, lines, save

ROOT = Path(__file__).parents[1]
RUNS = 5
_SHARED = ROOT.parent / "shared" / "data" / "chroma_general"
#: Shares of a cold sweep that its parts may take.
_REST, _CAUSES = 0.10, 0.25


class Watch:
    """Adds up the seconds spent inside methods of a class, also of those that call each other."""

    def __init__(self, kind: type, methods: Sequence[str]) -> None:
        self.seconds = 0.0
        self._inside = False
        for name in methods:
            setattr(kind, name, self._watched(getattr(kind, name)))

    def _watched(self, method: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(method)
        def watched(*given: Any, **named: Any) -> Any:
            result = self._timed(lambda: method(*given, **named))
            return self._portions(result) if isinstance(result, Iterator) else result

        return watched

    def _portions(self, portions: Iterator[Any]) -> Iterator[Any]:
        end = object()
        while (portion := self._timed(lambda: next(portions, end))) is not end:
            yield portion

    def _timed(self, action: Callable[[], Any]) -> Any:
        if self._inside:
            return action()
        started, self._inside = time.perf_counter(), True
        try:
            return action()
        finally:
            self._inside = False
            self.seconds += time.perf_counter() - started


def measure(docs: str, labels: str, out: str, diagnosis: bool) -> dict[str, Any]:
    """Run the default sweep once in this process and say what it took."""
    started = time.perf_counter()
    from ragcheck import api
    from ragcheck.config import configure
    from ragcheck.embedding.sentence_transformer import SentenceTransformerEmbedder
    from ragcheck.prepare import prepare

    watch = Watch(SentenceTransformerEmbedder, ("embed", "stream", "tokens", "stream_tokens"))
    settings = {"docs": docs, "labels": [labels], "out": out, "diagnosis": diagnosis}
    folder = api.sweep(prepare(configure(settings)))
    api.write_report(folder)
    seconds = time.perf_counter() - started
    return {
        "systems": len(folder.run.systems),
        "seconds": seconds,
        "embedding": watch.seconds,
        "runtime": SentenceTransformerEmbedder().computed_by,
    }


def run(runs: int = RUNS, collection: Path | None = None) -> list[Row]:
    """All rows of this benchmark."""
    folder = collection or (_SHARED if _SHARED.is_dir() else None)
    docs = folder / "docs" if folder else ROOT / "fixtures" / "docs"
    labels = folder / "questions.jsonl" if folder else ROOT / "fixtures" / "labels"
    taken = [_once(str(docs), str(labels)) for _ in range(runs)]
    first = taken[0]["cold"]
    work = f"default sweep of {folder.name if folder else 'fixtures'}, {first['systems']} systems"
    cold, again, causes = (
        tuple(one[name]["seconds"] for one in taken) for name in ("cold", "again", "causes")
    )
    shares = [1 - one["cold"]["embedding"] / one["cold"]["seconds"] for one in taken]
    added = [(c - a) / whole for c, a, whole in zip(causes, again, cold, strict=True)]
    rest, allowed = runs * (_REST,), runs * (_CAUSES,)
    return [
        Row(work, "not embedding, cold, no causes", "limit", "share", tuple(shares), rest),
        Row(work, "causes, of the cold time", "limit", "share", tuple(added), allowed),
        Row(work, "repeat, no causes", "cold", "s", again, cold, first["runtime"]),
    ]


def _once(docs: str, labels: str) -> dict[str, dict[str, Any]]:
    """Cold without causes, the same again, and again with causes."""
    with tempfile.TemporaryDirectory() as temporary:
        variables = {"RAGCHECK_CACHE_DIR": f"{temporary}/cache"}
        return {
            name: alone(
                "benchmarks.sweep:measure",
                *(docs, labels, f"{temporary}/{name}", name == "causes"),
                variables=variables,
            )
            for name in ("cold", "again", "causes")
        }


def main() -> None:
    """Print the rows and keep them."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else RUNS
    rows = run(runs, Path(sys.argv[2]) if len(sys.argv) > 2 else None)
    print(lines(rows))
    save("sweep", rows)


if __name__ == "__main__":
    main()
