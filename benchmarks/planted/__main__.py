"""`python -m benchmarks.planted [--half development|held-back|both]`."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.planted import matrix
from benchmarks.planted.cases import FAMILIES
from benchmarks.planted.haystack import haystack
from benchmarks.planted.proving import plant
from benchmarks.planted.setups import SETUPS, Setup, draw
from benchmarks.planted.sweeping import Costs, Outcome, outcomes, sweep
from benchmarks.planted.words import HALVES
from ragcheck.embedding.cache import CachedEmbedder
from ragcheck.embedding.folder import default_folder
from ragcheck.embedding.sentence_transformer import SentenceTransformerEmbedder

#: Chunks to hide among, and cases of each fault that must hold for each kind of system.
HAYSTACK, ENOUGH = 20_000, 15


def main(arguments: Sequence[str] | None = None) -> int:
    """Print everything; 1 when a target was missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.planted", description=__doc__)
    parser.add_argument("--half", choices=[*HALVES, "both"], default="both")
    parser.add_argument("--systems", default=",".join(FAMILIES), help="bm25 alone loads no model")
    parser.add_argument("--keep", type=Path, help="folder to leave collections and runs in")
    parser.add_argument("--wrong", action="store_true", help="name every case that was misjudged")
    asked = parser.parse_args(arguments)
    halves = HALVES if asked.half == "both" else (asked.half,)
    with tempfile.TemporaryDirectory() as temporary:
        folder = asked.keep or Path(temporary)
        setups = [limited for setup in SETUPS if (limited := setup.limited(asked.systems))]
        good = [run(half, setups, folder, wrong=asked.wrong) for half in halves]
    return int(not all(good))


def run(half: str, setups: Sequence[Setup], folder: Path, *, wrong: bool) -> bool:
    """One half: draw, prove, sweep, print. True when every target was reached."""
    started = time.perf_counter()
    embedder = CachedEmbedder(SentenceTransformerEmbedder(), default_folder())
    hay, found, costs = haystack(HAYSTACK), list[Outcome](), Costs()
    say(f"\n{half} half: {HAYSTACK} chunks of haystack")
    for setup in setups:
        planted = plant(setup, draw(setup, half), hay, embedder)
        for line in matrix.held(planted):
            say(line)
        if any(planted.held.values()):
            swept = sweep(planted, folder / half / setup.name)
            found += outcomes(swept, planted, costs)
    good = report(found, wrong=wrong)
    say(matrix.costs_line(costs))
    say(f"{time.perf_counter() - started:.0f} s in all")
    return good


def report(found: Sequence[Outcome], *, wrong: bool) -> bool:
    """Matrices and verdicts; True when every target was reached."""
    good = True
    for family in dict.fromkeys(one.family for one in found):
        say("")
        for line in matrix.table(found, family):
            say(line)
        text, reached = matrix.verdict(found, family)
        say(text if reached else f"{text}   MISSED")
        few = [
            fault
            for fault, rows in matrix.by_fault([o for o in found if o.family == family]).items()
            if len(rows) < ENOUGH
        ]
        if few:
            say(f"{family}: fewer than {ENOUGH} cases hold of {', '.join(few)}   MISSED")
        good = good and reached and not few
    for one in found if wrong else ():
        if not (one.right and one.sufficient):
            say(f"  {one.family} {one.case.id}: {one.cause}, fixes {sorted(one.fixes)}")
    return good


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
