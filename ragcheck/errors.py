"""What can go wrong, in the words and with the exit code that a user gets.

Every error a user can cause is a `RagcheckError`: it names the file and the key, and says in a
`hint:` what to do. Anything else that escapes is a bug of ours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class RagcheckError(Exception):
    """An error with a hint; `exit_code` is what the command line returns for it."""

    exit_code = 2

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def render(self) -> str:
        """The text a user sees: `error: ...`, then `hint: ...` on its own line."""
        lines = [f"error: {self.message}"]
        if self.hint:
            lines.append(f"hint: {self.hint}")
        return "\n".join(lines)


class ConfigError(RagcheckError):
    """A flag, environment variable, configuration key or file name that cannot be used (exit 2)."""


class InputError(RagcheckError):
    """Documents or labels that are missing or unreadable (exit 2)."""


class ComponentError(RagcheckError):
    """A chunker, retriever or embedder failed, so the run cannot be used (exit 3)."""

    exit_code = 3


class RunError(RagcheckError):
    """A stored run that is incomplete or of another schema (exit 3)."""

    exit_code = 3


class ComparisonError(RagcheckError):
    """Two sets of results that cannot be held against each other, with the reason (exit 2)."""


class BaselineError(RagcheckError):
    """A baseline that is asked for and absent, unusable or not comparable (exit 5)."""

    exit_code = 5


class MissingRunError(RunError):
    """There is no run at the path that was given (exit 2)."""

    exit_code = 2


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing wrong with one place of an input file.

    `where` is the file's name, `line` counts from 1 (0: the whole file), `key` is the path inside
    the line, such as `passages[0].end`.
    """

    where: str
    line: int
    key: str
    message: str
    hint: str | None = None

    def __str__(self) -> str:
        place = f"{self.where}:{self.line}" if self.line else self.where
        return f"{place} {self.key}: {self.message}" if self.key else f"{place}: {self.message}"


class LabelsError(RagcheckError):
    """A labels file that was read but does not fit the documents, every problem of it (exit 4)."""

    exit_code = 4

    def __init__(self, problems: Sequence[Problem], *, hint: str | None = None) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems), hint=hint)

    def render(self) -> str:
        """One `error:` line per problem; a hint stands under the last problem it belongs to.

        The hint of the error itself, which is about all problems, comes last.
        """
        lines: list[str] = []
        for index, problem in enumerate(self.problems):
            lines.append(f"error: {problem}")
            following = self.problems[index + 1 : index + 2]
            if problem.hint and not (following and following[0].hint == problem.hint):
                lines.append(f"hint: {problem.hint}")
        if self.hint:
            lines.append(f"hint: {self.hint}")
        return "\n".join(lines)
