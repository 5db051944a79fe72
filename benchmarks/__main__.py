"""`make bench`: every benchmark of speed and memory, kept as one table beside this file.

    python -m benchmarks [part ...] [--runs N] [--peer PYTHON]

Parts of the table (`results.json`, `results.md`) are replaced one by one, each with the machine
that it was measured on; all of them take most of an hour. `--peer` is the interpreter of an
environment that holds chunklab (see `peers.py`); without it that part is left out.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Callable

from benchmarks import bm25, document, embedding, peers, scale, sweep
from benchmarks.table import Row, lines, save

#: What makes the rows of each part.
PARTS: dict[str, Callable[[argparse.Namespace], list[Row]]] = {
    "bm25": lambda given: bm25.run(given.runs),
    "scale": lambda given: scale.run(),
    "document": lambda given: document.run(),
    "embedding": lambda given: embedding.run(given.runs),
    "sweep": lambda given: sweep.run(given.runs),
    "peers": lambda given: peers.run(given.peer, given.runs, []),
}
#: Benchmarks that print a table of their own, with limits.
TABLES = ("anchoring", "report")


def main() -> None:
    """Run the parts that are named, or all."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("parts", nargs="*", metavar="part", help=", ".join((*PARTS, *TABLES)))
    parser.add_argument("--runs", type=int, default=5, help="runs of what is run more than once")
    parser.add_argument("--peer", default="", help="interpreter that has chunklab")
    given = parser.parse_args()
    unknown = set(given.parts) - {*PARTS, *TABLES}
    if unknown:
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    for part, measured in PARTS.items():
        if part in (given.parts or PARTS):
            rows = measured(given)
            print(lines(rows))
            if rows:
                save(part, rows)
    for table in TABLES:
        if table in (given.parts or TABLES):
            subprocess.run([sys.executable, "-m", f"benchmarks.{table}"], check=True)


if __name__ == "__main__":
    main()
