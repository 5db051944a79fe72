"""Where in a label file something was found, and the list it is put on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from rapidfuzz.distance import OSA

from ragcheck.errors import Problem
from ragcheck.records import Notice


@dataclass(frozen=True, slots=True)
class Findings:
    """All problems and notices of the label files read so far, in the order of the files."""

    problems: list[Problem] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a label file, such as `questions.jsonl:17 passages[0].end`."""

    findings: Findings
    where: str
    line: int
    key: str = ""

    def __truediv__(self, step: str | int) -> Place:
        """The place of a key or of a list entry inside this one."""
        if isinstance(step, int):
            return replace(self, key=f"{self.key}[{step}]")
        return replace(self, key=f"{self.key}.{step}" if self.key else step)

    def problem(self, message: str, hint: str | None = None) -> None:
        """Something that keeps the file from being used."""
        self.findings.problems.append(Problem(self.where, self.line, self.key, message, hint))

    def notice(self, code: str, message: str) -> None:
        """Something that the reader should know, but that stops nothing."""
        text = str(Problem(self.where, self.line, self.key, message))
        self.findings.notices.append(Notice(code, text))

    def misspelt(self, key: str, known: Iterable[str]) -> None:
        """A notice if an unknown key is within two edits of a known one (swaps count as one)."""
        for name in known:
            distance = OSA.distance(key, name, score_cutoff=2)
            if distance <= 2 and distance < len(name):
                text = f"is not a key of ragcheck and has no effect; did you mean `{name}`?"
                (self / key).notice("unknown_key", text)
                return
