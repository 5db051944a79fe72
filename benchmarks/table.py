"""The table of all benchmarks: one row is one figure of ours beside that of a peer.

A ratio is the peer's figure over ours, both from the same run, so that more than 1 is in our
favour; of several runs the median is given with the least and the greatest.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

#: Where the table is kept.
RESULTS = Path(__file__).parent / "results.json"
_LIBRARIES = ("numpy", "scipy", "torch", "openvino", "sentence-transformers", "tiktoken")
_UNITS = {"s": "s", "cpu s": "CPU s", "MiB": "MiB", "share": ""}


@dataclass(frozen=True)
class Row:
    """One figure, the smaller the better: `ours[i]` and `theirs[i]` are of the same run.

    `unit` is `s` (of the wall), `cpu s` (of all processors), `MiB`, or `share` (0 to 1). The peer
    may be a limit, which is then `theirs`.
    """

    work: str
    figure: str
    peer: str
    unit: str
    ours: tuple[float, ...]
    theirs: tuple[float, ...]
    note: str = ""

    @property
    def ratios(self) -> list[float]:
        """Theirs over ours, run by run."""
        return [theirs / ours for ours, theirs in zip(self.ours, self.theirs, strict=True)]

    @property
    def ratio(self) -> str:
        """The median with the range, as printed."""
        found = self.ratios
        middle = f"{_short(statistics.median(found))}x"
        if len(found) < 2:
            return f"{middle} (1 run)"
        return f"{middle} ({_short(min(found))} to {_short(max(found))}, {len(found)} runs)"


def pair(
    work: str, peer: str, unit: str, ours: Mapping[str, Any], theirs: Mapping[str, Any]
) -> list[Row]:
    """A row for every name that two results of `Clock.figures` share, in order of ours."""
    clock = {"s": "wall", "cpu s": "cpu"}[unit]
    ours, theirs = ours[clock], theirs[clock]
    return [
        Row(work, name, peer, unit, tuple(ours[name]), tuple(theirs[name]))
        for name in ours
        if name in theirs
    ]


def machine() -> dict[str, Any]:
    """What the figures depend on; nothing that names the machine or a person."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gib": round(memory, 1),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "libraries": {name: version for name in _LIBRARIES if (version := installed(name))},
    }


def installed(package: str) -> str | None:
    """The version of an installed package."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def save(part: str, rows: Sequence[Row], path: Path = RESULTS) -> None:
    """Replace one part of the table, as JSON and as Markdown beside it."""
    table = json.loads(path.read_text("utf-8")) if path.exists() else {"parts": {}}
    table["parts"][part] = {
        "machine": {**machine(), "load": round(os.getloadavg()[0], 1)},
        "rows": [{**asdict(row), "ratio": row.ratio} for row in rows],
    }
    path.write_text(json.dumps(table, indent=1) + "\n", "utf-8")
    path.with_suffix(".md").write_text(markdown(table), "utf-8")


def markdown(table: Mapping[str, Any]) -> str:
    """The table as `results.json` holds it, for reading."""
    lines = ["# Benchmarks", "", (__doc__ or "").strip().split("\n\n", 1)[1], ""]
    for part, content in table["parts"].items():
        made = content["machine"]
        versions = ", ".join(f"{name} {version}" for name, version in made["libraries"].items())
        lines += [f"## {part}", "", f"{made['processor']}, {made['cores']} cores, "]
        lines[-1] += f"{made['memory_gib']} GiB, {made['system']}, Python {made['python']}, "
        lines[-1] += f"{versions}. Load at the end: {made['load']}."
        lines += ["", "| work | figure | ragcheck | peer | peer's | ratio | |", "|" + "---|" * 7]
        lines += [_line(Row(**_fields(row))) for row in content["rows"]]
        lines += [""]
    return "\n".join(lines)


def lines(rows: Iterable[Row]) -> str:
    """Rows for the terminal."""
    return "\n".join(
        f"{row.work}, {row.figure}: {_amount(row.ours, row.unit)}; {row.peer}: "
        f"{_amount(row.theirs, row.unit)}; {row.ratio} {row.note}".rstrip()
        for row in rows
    )


def _line(row: Row) -> str:
    cells = (
        row.work,
        row.figure,
        _amount(row.ours, row.unit),
        row.peer,
        _amount(row.theirs, row.unit),
        row.ratio,
        row.note,
    )
    return "| " + " | ".join(cells) + " |"


def _fields(row: Mapping[str, Any]) -> dict[str, Any]:
    """What makes a row again: the ratio follows from the rest."""
    kept = {name: value for name, value in row.items() if name != "ratio"}
    return {**kept, "ours": tuple(row["ours"]), "theirs": tuple(row["theirs"])}


def _amount(values: Sequence[float], unit: str) -> str:
    middle = statistics.median(values)
    return f"{middle:.1%}" if unit == "share" else f"{_short(middle)} {_UNITS[unit]}"


def _short(value: float) -> str:
    """Three digits, and none behind the point from 100 on."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text("utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or "unknown processor"
