"""A cold and a warm sweep: what is not embedding, how much a warm repeat saves, peak memory.

Each sweep is a process of its own with a cache folder of this benchmark, so that imports count and
memory is the sweep's. `python -m benchmarks.sweep [collection folder]`; without one it takes the
shared set `chroma_general` where that is beside the checkout, else the project's fixtures.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]


class Timed:
    """An embedder that adds up the seconds spent inside it."""

    def __init__(self, embedder: Any) -> None:
        self._embedder = embedder
        self.seconds = 0.0

    @property
    def fingerprint(self) -> str:
        """The wrapped embedder's."""
        return str(self._embedder.fingerprint)

    def embed(self, texts: Sequence[str], *, kind: Any) -> Any:
        """Vectors of `texts`, timed."""
        started = time.perf_counter()
        try:
            return self._embedder.embed(texts, kind=kind)
        finally:
            self.seconds += time.perf_counter() - started

    def stream(self, texts: Sequence[str], *, kind: Any) -> Iterator[Any]:
        """Portions of vectors, the time between them counted."""
        portions = iter(self._embedder.stream(texts, kind=kind))
        while True:
            started = time.perf_counter()
            portion = next(portions, None)
            self.seconds += time.perf_counter() - started
            if portion is None:
                return
            yield portion


def measure(docs: str, labels: str, out: str) -> dict[str, float]:
    """Run the default sweep once in this process and say what it took."""
    started = time.perf_counter()
    from ragcheck import api
    from ragcheck.config import configure
    from ragcheck.prepare import prepare

    prepared = prepare(configure({"docs": docs, "labels": [labels], "out": out}))
    timed = []
    for embedder in {id(e): e for c in prepared.plan.cells for e in c.retriever.embedders}.values():
        timed.append(Timed(embedder.embedder))
        embedder.embedder = timed[-1]
    folder = api.sweep(prepared)
    swept = time.perf_counter()
    page = api.write_report(folder).stat().st_size
    done = time.perf_counter()
    return {
        "systems": len(folder.run.systems),
        "total_s": done - started,
        "embedding_s": sum(embedder.seconds for embedder in timed),
        "report_s": done - swept,
        "report_bytes": page,
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def run(collection: Path | None = None) -> list[dict[str, Any]]:
    """Rows of the benchmark table: one cold sweep, then a warm one with its own run folder."""
    shared = ROOT.parent / "shared" / "data" / "chroma_general"
    folder = collection or (shared if shared.is_dir() else None)
    docs = folder / "docs" if folder else ROOT / "fixtures" / "docs"
    labels = folder / "questions.jsonl" if folder else ROOT / "fixtures" / "labels"
    with tempfile.TemporaryDirectory() as temporary:
        cold, warm = (
            _process(str(docs), str(labels), f"{temporary}/{name}", f"{temporary}/cache")
            for name in ("cold", "warm")
        )
    name = folder.name if folder else "fixtures"
    rest = cold["total_s"] - cold["embedding_s"]
    return [
        {
            "work": f"cold default sweep on {name}, {cold['systems']} systems",
            "seconds": cold["total_s"],
            "figure": f"{rest / cold['total_s']:.1%} is not embedding",
            "peak_mib": cold["peak_mib"],
        },
        {
            "work": "the same, vectors in the cache",
            "seconds": warm["total_s"],
            "figure": f"{cold['total_s'] / warm['total_s']:.1f}x faster than cold",
            "peak_mib": warm["peak_mib"],
        },
        {
            "work": "its report page",
            "seconds": warm["report_s"],
            "figure": f"{warm['report_bytes'] / 1e6:.2f} MB, "
            f"{cold['report_s'] / cold['total_s']:.1%} of the cold sweep",
            "peak_mib": warm["peak_mib"],
        },
    ]


def _process(docs: str, labels: str, out: str, cache: str) -> dict[str, Any]:
    call = f"measure({docs!r}, {labels!r}, {out!r})"
    code = f"import json; from benchmarks.sweep import measure; print(json.dumps({call}))"
    environment = {**os.environ, "RAGCHECK_CACHE_DIR": cache}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, check=True, capture_output=True
    )
    return dict(json.loads(done.stdout.splitlines()[-1]))


def main() -> None:
    """Print the table."""
    for row in run(Path(sys.argv[1]) if len(sys.argv) > 1 else None):
        cost = f"{row['seconds']:>9.2f} s  {row['peak_mib']:>7.0f} MiB"
        print(f"{row['work']:<55} {cost}  {row['figure']}")


if __name__ == "__main__":
    main()
