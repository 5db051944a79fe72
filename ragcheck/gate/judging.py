"""Holding one system against its rules, its guards and its baseline."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, replace

from ragcheck.baseline import Baseline
from ragcheck.errors import BaselineError, ComparisonError, ConfigError
from ragcheck.gate.drops import drop_checks, exceeds, lost_check
from ragcheck.gate.floors import (
    floor_check,
    gap_check,
    listed,
    must_pass_check,
    truncation_check,
)
from ragcheck.gate.result import Against, Check, GateResult
from ragcheck.gate.rules import Level, Rule
from ragcheck.gate.slices import measure_of
from ragcheck.joining import changes_of, join
from ragcheck.records import SystemResult
from ragcheck.run import RunFolder
from ragcheck.scores import Scores, scores_of

#: The drop that is allowed where no rule says otherwise (METRICS, section 7).
TOLERANCE = 0.02


@dataclass(frozen=True, slots=True)
class Asking:
    """What a gate is asked: rules, the baseline with the path it was read from, and how strictly.

    Without any rule, a baseline is held against recall at the working cut.
    """

    rules: tuple[Rule, ...] = ()
    baseline: Baseline | None = None
    path: str = ""
    index_gap: Level = "error"
    strict: bool = False


@dataclass(frozen=True, slots=True)
class Naming:
    """How the system to judge is named, for the words of an error.

    `run` is the folder it must be in, empty for a sweep; `key` the configuration key that named
    it, empty for a flag; `also` what else a user should know about `--system`.
    """

    run: str = ""
    key: str = ""
    also: str = ""


def choose_system(
    folder: RunFolder, system: str | None, naming: Naming | None = None
) -> SystemResult:
    """The system to judge: the one named, or the only one planned. Raises ConfigError, RunError."""
    naming = naming or Naming(str(folder.path))
    return folder.result(choose_name(list(folder.run.plan.cells), system, naming))


def choose_name(planned: list[str], system: str | None, naming: Naming) -> str:
    """The id of the system to judge among those planned. Raises ConfigError."""
    place = f"`{naming.run}`" if naming.run else "the sweep"
    also = f"; {naming.also}" if naming.also else ""
    if system is None and len(planned) > 1:
        raise ConfigError(
            f"{place} has {len(planned)} systems and one must be named",
            hint=f"add `--system ID` with one of: {', '.join(planned)}{also}",
        )
    if system is not None and system not in planned:
        close = difflib.get_close_matches(system, planned, n=1)
        named = f"{naming.key}: " if naming.key else ""
        instead = "change it, or add `--system ID`; " if naming.key else ""
        known = f"did you mean `{close[0]}`?" if close else f"there are: {', '.join(planned)}"
        raise ConfigError(
            f"{named}{place} has no system `{system}`", hint=f"{instead}{known}{also}"
        )
    return system or planned[0]


def judge(folder: RunFolder, result: SystemResult, asking: Asking) -> GateResult:
    """Judge one system of a run (METRICS, section 7, Gate).

    Raises ConfigError for a rule that the run cannot answer, RunError for a measure without any
    value, BaselineError for a baseline that a rule needs and that is absent or not comparable.
    """
    scores = scores_of(folder, result.system.id)
    named = (replace(rule, measure=rule.measure or scores.main) for rule in asking.rules)
    rules = tuple(dict.fromkeys(named))  # Holm must not pay twice for one rule
    if not rules and asking.baseline:
        rules = (Rule(scores.main, "max_drop", TOLERANCE),)
    for rule in rules:
        measure_of(scores, rule)
    against = _against(scores, rules, asking)
    must_pass, missed = must_pass_check(scores)
    checks = [
        *(floor_check(rule, scores) for rule in rules if not rule.needs_baseline),
        *_change_checks(rules, scores, asking, against),
        *must_pass,
        *gap_check(scores, asking.index_gap),
        *truncation_check(scores, asking.baseline.scores if asking.baseline else None),
    ]
    return GateResult(
        result.system.id,
        f"@{scores.at}",
        asking.strict,
        sum(asked.document is not None for asked in scores.asked),
        tuple(checks),
        missed,
        against,
        tuple(_notices(checks, against, result.system.id)),
    )


def _against(scores: Scores, rules: tuple[Rule, ...], asking: Asking) -> Against | None:
    """The baseline joined with the system. Raises BaselineError where that cannot be done."""
    if asking.baseline is None:
        needing = [rule for rule in rules if rule.needs_baseline]
        if needing:
            raise BaselineError(
                f"the rule `{needing[0]}` needs a baseline and there is none",
                hint="write one with `ragcheck baseline update` and commit it",
            )
        return None
    before = asking.baseline.scores
    try:
        shared = join(before, scores)
    except ComparisonError as error:
        raise BaselineError(f"{asking.path}: {error.message}", hint=error.hint) from error
    return Against(asking.path, before.system.id, shared, changes_of(before, scores, shared))


def _change_checks(
    rules: tuple[Rule, ...], scores: Scores, asking: Asking, against: Against | None
) -> list[Check]:
    """Drops, then lost questions, each in the order of the rules."""
    if against is None or asking.baseline is None:
        return []
    before, shared = asking.baseline.scores, against.shared
    lost = [rule for rule in rules if rule.bound == "max_lost"]
    return [
        *drop_checks(rules, scores, before, shared),
        *(lost_check(rule, scores, before, shared) for rule in lost),
    ]


def _notices(checks: list[Check], against: Against | None, system: str) -> list[str]:
    """What changes how the outcome must be read, most important first."""
    if against is None:
        return []
    shared, found = against.shared, []
    better = [check.rule.measure for check in checks if check.rule and exceeds(check)]
    if better:
        found.append(
            f"baseline is stale: {', '.join(dict.fromkeys(better))} is above it by more than the "
            "tolerance, so a later drop to the old level would pass"
        )
    if not any(check.rule and check.rule.needs_baseline for check in checks):
        found.append("no rule looks at the baseline: give one `max_drop = 0.02`")
    if against.system != system:
        found.append(f"the baseline is of another system: {against.system}")
    if shared.corpus is not True:
        found.append(
            "the documents changed since the baseline"
            if shared.corpus is False
            else "whether the documents changed since the baseline is not known"
        )
    for ids, what in (
        (shared.changed, "left out, their labels changed since the baseline"),
        (shared.removed, "of the baseline that are gone"),
        (shared.added, "that the baseline lacks"),
    ):
        if ids:
            found.append(f"questions {what}: {len(ids):,} ({listed(ids)})")
    return found
