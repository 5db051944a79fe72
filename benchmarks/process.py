"""Work in a process of its own, so that its peak memory and its processor time are its own.

`python -m benchmarks.process module:function '[arguments]'` prints what the function returns, with
`peak_mib` and `cpu_s`, as JSON; `alone` calls that.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]


def alone(
    work: str, *arguments: Any, python: str = sys.executable, variables: Mapping[str, str] = {}
) -> dict[str, Any]:
    """What `module:function` returns in a process of its own, with `peak_mib` and `cpu_s`."""
    done = subprocess.run(
        [python, "-m", "benchmarks.process", work, json.dumps(arguments)],
        cwd=ROOT,
        env={**os.environ, **variables},
        stdout=subprocess.PIPE,
        check=True,
    )
    return dict(json.loads(done.stdout.splitlines()[-1]))


class Clock:
    """Seconds by name: of the wall, and of all processors that this process used."""

    def __init__(self) -> None:
        self.wall: dict[str, list[float]] = {}
        self.cpu: dict[str, list[float]] = {}

    @contextmanager
    def time(self, name: str) -> Iterator[None]:
        """Adds one measurement of what happens inside."""
        wall, cpu = time.perf_counter(), time.process_time()
        yield
        self.wall.setdefault(name, []).append(time.perf_counter() - wall)
        self.cpu.setdefault(name, []).append(time.process_time() - cpu)

    def figures(self) -> dict[str, dict[str, list[float]]]:
        """All measurements, for JSON."""
        return {"wall": self.wall, "cpu": self.cpu}


def peak_mib() -> float:
    """The most memory this process ever held, MiB; mapped files count while they are held.

    Linux says it of the program alone; `getrusage` there adds what the starting process held.
    """
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(arguments: Sequence[str]) -> None:
    """Call what is named and print its result."""
    work, given = arguments
    module, name = work.split(":")
    result = getattr(importlib.import_module(module), name)(*json.loads(given))
    print(json.dumps({**result, "peak_mib": peak_mib(), "cpu_s": time.process_time()}))


if __name__ == "__main__":
    main(sys.argv[1:])
