"""What came of a gate: one check per rule and guard, and the questions that changed."""

from __future__ import annotations

from dataclasses import dataclass

from ragcheck.gate.rules import Level, Rule
from ragcheck.joining import Changes, Shared
from ragcheck.scores import Asked
from ragcheck.statistics.decision import DropDecision, Verdict

SCHEMA = "ragcheck.gate/1"


@dataclass(frozen=True, slots=True)
class Check:
    """A rule or a guard and what came of it.

    `actual` is the system's mean (or count), `low` and `high` its 95% interval, `before` the
    baseline's mean; `decision` holds the test of a drop. `message` says all of it in a line, and
    `note` what an inconclusive one would need.
    """

    name: str
    verdict: Verdict
    level: Level
    message: str
    rule: Rule | None = None
    actual: float | None = None
    low: float | None = None
    high: float | None = None
    before: float | None = None
    decision: DropDecision | None = None
    note: str = ""

    @property
    def fails(self) -> bool:
        """True when this check alone fails the gate."""
        return self.verdict == "FAIL" and self.level == "error"

    @property
    def undecided(self) -> bool:
        """True when this check alone leaves the gate inconclusive."""
        return self.verdict == "INCONCLUSIVE" and self.level == "error"


@dataclass(frozen=True, slots=True)
class Missed:
    """A `must_pass` question that is not found whole at the working cut.

    `place`, `rank` (None: never) and `cause` (empty where nobody knows) are those of the item that
    completes last.
    """

    question: Asked
    place: str
    rank: int | None
    cause: str


@dataclass(frozen=True, slots=True)
class Against:
    """The baseline that a system was held against, on the questions that both share."""

    path: str
    system: str
    shared: Shared
    changes: Changes


@dataclass(frozen=True, slots=True)
class GateResult:
    """All checks on one system. `questions` counts the answerable ones.

    `must_pass_missed` are the questions marked so that are not found; `notices` say what changes
    how the outcome must be read (a stale baseline, changed documents, left out labels).
    """

    system: str
    at: str
    strict: bool
    questions: int
    checks: tuple[Check, ...]
    must_pass_missed: tuple[Missed, ...]
    against: Against | None
    notices: tuple[str, ...]

    @property
    def verdict(self) -> Verdict:
        """FAIL if any check fails, else INCONCLUSIVE if any cannot tell, else PASS."""
        if any(check.fails for check in self.checks):
            return "FAIL"
        return "INCONCLUSIVE" if any(check.undecided for check in self.checks) else "PASS"

    @property
    def passed(self) -> bool:
        """Whether the gate lets the change through: exit 0 or 1."""
        return self.verdict == "PASS" or (self.verdict == "INCONCLUSIVE" and not self.strict)

    @property
    def deciding(self) -> Check | None:
        """The check that decided: the first that fails, else cannot tell, else tests a drop."""
        for wanted in (
            [check for check in self.checks if check.fails],
            [check for check in self.checks if check.undecided],
            [check for check in self.checks if check.decision is not None],
            self.checks,
        ):
            if wanted:
                return wanted[0]
        return None
