"""What a gate is told: rules from `[[gate.rules]]` and from flags."""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from ragcheck.errors import ConfigError

Bound = Literal["min", "max", "max_drop", "max_lost"]
Level = Literal["off", "warn", "error"]
BOUNDS: tuple[Bound, ...] = get_args(Bound)
LEVELS: tuple[Level, ...] = get_args(Level)
_RULE_KEYS = ("measure", *BOUNDS, "where", "level")
_TABLE_KEYS = ("system", "baseline", "index_gap", "rules")
_EXAMPLE = 'write measure = "recall@5" and min = 0.85 (or max, max_drop, max_lost)'


@dataclass(frozen=True, slots=True)
class Rule:
    """One limit on one measure; "" stands for recall at the working cut.

    `min` and `max` bound the mean; `max_drop` how much it may lose against the baseline, in the
    measure's unit (0.02 = two points); `max_lost` how many questions may get worse. `where` is
    "tag:x", "doc:x" or "" for all questions. A rule of level `warn` never fails the gate.
    """

    measure: str
    bound: Bound
    limit: float
    where: str = ""
    level: Level = "error"

    @property
    def needs_baseline(self) -> bool:
        """True when the rule says something about a change."""
        return self.bound in ("max_drop", "max_lost")

    def __str__(self) -> str:
        parts = (self.measure or "recall", self.bound, f"{self.limit:g}", self.where)
        return " ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class GateTable:
    """The `[gate]` table of a configuration file; `index_gap` is the level of that guard."""

    system: str | None = None
    baseline: str | None = None
    index_gap: Level = "error"
    rules: tuple[Rule, ...] = ()


def parse_rule(text: str, bound: Bound) -> Rule:
    """`recall@5=0.85` as a rule; `--max-lost 3` needs no measure. Raises ConfigError."""
    flag = f"--{bound.replace('_', '-')}"
    example = {"max_lost": "3", "max_drop": "recall@5=0.02"}.get(bound, "recall@5=0.85")
    measure, _, limit = text.rpartition("=")
    try:
        number = float(limit)
    except ValueError:
        number = math.nan
    if math.isnan(number) or not (measure or bound == "max_lost"):
        raise ConfigError(
            f"{flag} {text}: a measure and a number are needed", hint=f"write `{flag} {example}`"
        )
    try:
        return Rule(measure.strip(), bound, _limit(bound, number))
    except ValueError as error:
        raise ConfigError(f"{flag} {text}: {error}", hint=f"write `{flag} {example}`") from error


def read_table(table: Any) -> GateTable:
    """The `[gate]` table. Raises ConfigError naming the key that cannot be used."""
    if not isinstance(table, Mapping):
        raise ConfigError(f"gate: {table!r} is no table", hint="write `[gate]`")
    _refuse_unknown("gate", table, _TABLE_KEYS)
    for key in ("system", "baseline"):
        if key in table and (not isinstance(table[key], str) or not table[key]):
            raise ConfigError(f"gate.{key}: {table[key]!r} is not a text")
    rows = table.get("rules", [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ConfigError("gate.rules: is no list of tables", hint="write `[[gate.rules]]`")
    rules = [rule for n, row in enumerate(rows) for rule in _rules(f"gate.rules[{n}]", row)]
    return GateTable(
        table.get("system"),
        table.get("baseline"),
        _level("gate.index_gap", table.get("index_gap", "error")),
        tuple(rule for rule in rules if rule.level != "off"),
    )


def _rules(place: str, row: Mapping[str, Any]) -> list[Rule]:
    """One rule for every limit of a `[[gate.rules]]` table."""
    _refuse_unknown(place, row, _RULE_KEYS)
    bounds = [bound for bound in BOUNDS if bound in row]
    measure, where = row.get("measure", ""), row.get("where", "")
    if not bounds or not isinstance(measure, str) or (not measure and bounds != ["max_lost"]):
        raise ConfigError(f"{place}: needs `measure` and a limit", hint=_EXAMPLE)
    if not isinstance(where, str) or (where and not where.startswith(("tag:", "doc:"))):
        raise ConfigError(
            f"{place}.where: {where!r} is no slice", hint='write "tag:billing" or "doc:fees.md"'
        )
    level = _level(f"{place}.level", row.get("level", "error"))
    found = []
    for bound in bounds:
        value = row[bound]
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise ConfigError(f"{place}.{bound}: {value!r} is not a number")
        try:
            found.append(Rule(measure, bound, _limit(bound, value), where, level))
        except ValueError as error:
            raise ConfigError(f"{place}.{bound}: {value!r} {error}") from error
    return found


def _limit(bound: Bound, value: float) -> float:
    """A limit that can be kept. Raises ValueError in words that follow the value."""
    try:
        finite = math.isfinite(value)
    except OverflowError:  # an integer of TOML that no float holds
        finite = False
    if not finite:
        raise ValueError("must be a finite number")
    if bound in ("max_drop", "max_lost") and value < 0:
        raise ValueError("must not be negative")
    if bound == "max_lost" and value != int(value):
        raise ValueError("must be a whole number of questions")
    return value


def _level(place: str, value: Any) -> Level:
    if value not in LEVELS:
        raise ConfigError(f"{place}: {value!r} is no level", hint="off, warn or error")
    return LEVELS[LEVELS.index(value)]


def _refuse_unknown(place: str, table: Mapping[str, Any], known: tuple[str, ...]) -> None:
    for key in table:
        if key not in known:
            close = difflib.get_close_matches(key, known, n=1)
            hint = f"did you mean `{close[0]}`?" if close else f"keys: {', '.join(known)}"
            raise ConfigError(f"{place}: unknown key `{key}`", hint=hint)
