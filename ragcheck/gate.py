"""Does one system of a stored run pass: floors on measures, and questions that must be found."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from ragcheck.errors import ConfigError, RunError
from ragcheck.records import Measure, SystemResult
from ragcheck.run import RunFolder

SCHEMA = "ragcheck.gate/1"


@dataclass(frozen=True, slots=True)
class Rule:
    """A floor (`bound` is "min") or a ceiling ("max") on the mean of a measure."""

    measure: str
    bound: Literal["min", "max"]
    limit: float

    def holds(self, actual: float) -> bool:
        """True when the mean respects the limit; meeting it exactly is enough."""
        return actual >= self.limit if self.bound == "min" else actual <= self.limit


@dataclass(frozen=True, slots=True)
class Verdict:
    """One rule and what came of it. `low` and `high` are the 95% interval of `actual`."""

    rule: Rule
    actual: float
    low: float | None
    high: float | None
    passed: bool
    message: str


@dataclass(frozen=True, slots=True)
class GateResult:
    """All verdicts on one system; `must_pass_missed` are the ids of such questions it lost."""

    system: str
    at: str
    verdicts: tuple[Verdict, ...]
    must_pass: int
    must_pass_missed: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """True when every rule holds and no question that must be found is missed."""
        return not self.must_pass_missed and all(verdict.passed for verdict in self.verdicts)


def parse_rule(text: str, bound: Literal["min", "max"]) -> Rule:
    """`recall@5=0.85` as a rule. Raises ConfigError."""
    measure, equals, limit = text.partition("=")
    try:
        return Rule(measure.strip(), bound, float(limit))
    except ValueError as error:
        raise ConfigError(
            f"--{bound} {text}: no number after `{measure}{equals}`",
            hint=f"write `--{bound} recall@5=0.85`",
        ) from error


def configured_rules(table: Mapping[str, Any]) -> tuple[Rule, ...]:
    """Rules of the configuration's `[[gate.rules]]`. Raises ConfigError on an unknown key."""
    rules: list[Rule] = []
    for position, row in enumerate(table.get("rules", ())):
        place = f"gate.rules[{position}]"
        unknown = [key for key in row if key not in ("measure", "min", "max")]
        limits = [key for key in ("min", "max") if key in row]
        if unknown or not limits or not isinstance(row.get("measure"), str):
            problem = f"unknown key `{unknown[0]}`" if unknown else "needs `measure` and a limit"
            raise ConfigError(
                f"{place}: {problem}", hint='write measure = "recall@5" and min = 0.85 (or max)'
            )
        for bound in limits:
            if isinstance(row[bound], bool) or not isinstance(row[bound], (int, float)):
                raise ConfigError(f"{place}.{bound}: {row[bound]!r} is not a number")
            rules.append(Rule(row["measure"], "min" if bound == "min" else "max", row[bound]))
    return tuple(rules)


def choose_system(folder: RunFolder, system: str | None) -> SystemResult:
    """The system to judge: the one named, or the only one planned. Raises ConfigError, RunError."""
    planned = list(folder.run.plan.cells)
    if system is None and len(planned) > 1:
        raise ConfigError(
            f"the run has {len(planned)} systems and a gate judges one",
            hint=f"add `--system ID` with one of: {', '.join(planned)}",
        )
    if system is not None and system not in planned:
        close = difflib.get_close_matches(system, planned, n=1)
        raise ConfigError(
            f"no system of the run is called `{system}`",
            hint=f"did you mean `{close[0]}`?" if close else f"there are: {', '.join(planned)}",
        )
    return folder.result(system or planned[0])


def judge(folder: RunFolder, result: SystemResult, rules: Sequence[Rule]) -> GateResult:
    """Hold one system against the rules and the questions that must pass."""
    verdicts = tuple(_verdict(rule, result, folder.run.measures) for rule in rules)
    must_pass = [question.id for question in folder.questions() if question.must_pass]
    missed: tuple[str, ...] = ()
    if must_pass:
        table = folder.values(result.system.id).to_pydict()
        found = dict(zip(table["question"], table[f"all@{folder.run.plan.at}"], strict=True))
        missed = tuple(question for question in must_pass if found.get(question) == 0)
    return GateResult(result.system.id, f"@{folder.run.plan.at}", verdicts, len(must_pass), missed)


def _verdict(rule: Rule, result: SystemResult, measures: Mapping[str, Measure]) -> Verdict:
    summary = result.measures.get(rule.measure)
    if summary is None:
        close = difflib.get_close_matches(rule.measure, measures, n=1)
        raise ConfigError(
            f"the run holds no measure `{rule.measure}`",
            hint=f"did you mean `{close[0]}`?"
            if close
            else "sweep with that cut-off: `-k` for chunks, `--budgets` for tokens",
        )
    if summary.mean is None:
        raise RunError(
            f"`{rule.measure}` of `{result.system.id}` has no value: no question has one"
        )
    passed = rule.holds(summary.mean)
    sign = {("min", True): ">=", ("min", False): "<", ("max", True): "<=", ("max", False): ">"}
    actual = exact_enough(summary.mean, rule.limit)
    message = f"{rule.measure} {actual} {sign[rule.bound, passed]} {rule.limit:g}"
    return Verdict(rule, summary.mean, summary.low, summary.high, passed, message)


def exact_enough(actual: float, limit: float) -> str:
    """`actual` to three decimals, or to as many as tell it from a limit that it does not equal."""
    for decimals in range(3, 16):
        text = f"{actual:.{decimals}f}"
        if float(text) != limit or actual == limit:
            return text
    return repr(actual)
