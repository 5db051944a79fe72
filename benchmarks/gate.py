"""A gate on real questions: BM25 against dense retrieval, each once the baseline of the other.

`python -m benchmarks.gate [collection folder]`; without one it takes the shared set
`chroma_general` (5 documents, 472 questions) where that is beside the checkout. Windows of 256
tokens, top 5. Dense retrieval with all-MiniLM-L6-v2 is about ten points worse there, so the gate
must fail with exit code 1; the reverse must pass and call the baseline stale. Everything goes
through the real process; embedding takes two minutes unless RAGCHECK_CACHE_DIR holds the vectors.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

_DEFAULT = Path(__file__).parents[2] / "shared" / "data" / "chroma_general"
_SWEEP = ("--chunkers", "fixed", "--chunk-sizes", "256", "--retrievers", "bm25,dense", "-q")
_STALE = "baseline is stale: recall@5 is above it by more than the tolerance"


def ragcheck(place: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """One command of the program, run in the folder `place`."""
    command = [sys.executable, "-m", "ragcheck", *arguments]
    return subprocess.run(command, cwd=place, capture_output=True, text=True, check=False)


def judged(place: str, baseline: str, candidate: str) -> subprocess.CompletedProcess[str]:
    """Pin `baseline`, gate `candidate` against it, and print what the gate says."""
    pinned = ragcheck(place, "baseline", "update", "run", "--system", baseline, "--force")
    if pinned.returncode:
        raise RuntimeError(pinned.stderr)
    done = ragcheck(place, "gate", "run", "--system", candidate)
    sys.stdout.write(f"$ ragcheck gate run --system {candidate}  # baseline: {baseline}\n")
    sys.stdout.write(f"{done.stdout}{done.stderr}exit {done.returncode}\n\n")
    return done


def main(arguments: Sequence[str]) -> int:
    """Both directions; 1 when one of them is not judged as promised."""
    folder = Path(arguments[0]) if arguments else _DEFAULT
    if not folder.is_dir():
        sys.stdout.write(f"{folder} is not there: name a folder with docs/ and questions.jsonl\n")
        return 0
    with tempfile.TemporaryDirectory() as place:
        source = ("--docs", f"{folder / 'docs'}", "--labels", f"{folder / 'questions.jsonl'}")
        swept = ragcheck(place, "sweep", *source, *_SWEEP, "--out", "run")
        if swept.returncode:
            raise RuntimeError(swept.stderr)
        worse = judged(place, "fixed-256/bm25", "fixed-256/dense")
        better = judged(place, "fixed-256/dense", "fixed-256/bm25")
    promised = {
        "dense against BM25 fails, exit 1": worse.returncode == 1
        and worse.stdout.startswith("ragcheck gate: FAIL"),
        "BM25 against dense passes, exit 0": better.returncode == 0
        and better.stdout.startswith("ragcheck gate: PASS"),
        "and calls the baseline stale": _STALE in better.stdout,
    }
    for promise, held in promised.items():
        sys.stdout.write(f"{'ok    ' if held else 'MISSED'} {promise}\n")
    return int(not all(promised.values()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
