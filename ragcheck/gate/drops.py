"""Checks against the baseline: drops of a measure, and how many questions got worse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ragcheck.errors import BaselineError
from ragcheck.gate.floors import listed
from ragcheck.gate.result import Check
from ragcheck.gate.rules import Rule
from ragcheck.gate.slices import measure_of, slice_of
from ragcheck.gate.wording import drop_message, undecided_note
from ragcheck.joining import SAME, Shared, clusters_at
from ragcheck.scores import Scores, Values
from ragcheck.statistics.decision import ROUNDING, DropDecision, DropRule, decide_drops


def drop_checks(
    rules: Sequence[Rule], scores: Scores, baseline: Scores, shared: Shared
) -> list[Check]:
    """One check per `max_drop` rule; Holm over those that can fail the gate, apart from others."""
    drops = [rule for rule in rules if rule.bound == "max_drop"]
    checks: dict[Rule, Check] = {}
    for level in ("error", "warn"):
        family = [rule for rule in drops if rule.level == level]
        asked = [_drop_rule(rule, scores, baseline, shared) for rule in family]
        for rule, decision in zip(family, decide_drops(asked), strict=True):
            checks[rule] = _drop_check(rule, decision, scores, baseline, shared)
    return [checks[rule] for rule in drops]


def lost_check(rule: Rule, scores: Scores, baseline: Scores, shared: Shared) -> Check:
    """How many questions have a worse value than in the baseline."""
    worse = worsening(rule, scores, baseline, shared) > SAME
    ids = tuple(scores.asked[row].id for row in shared.after[worse].tolist())
    holds = len(ids) <= rule.limit
    name = f"{rule.measure} {rule.where}".rstrip()
    message = f"{name} lost {len(ids):,}, allowed {rule.limit:,.0f}: {listed(ids)}"
    verdict = "PASS" if holds else "FAIL"
    return Check(str(rule), verdict, rule.level, message, rule, float(len(ids)))  # type: ignore[arg-type]


def worsening(rule: Rule, scores: Scores, baseline: Scores, shared: Shared) -> Values:
    """float64[n]: how much worse each shared question of the rule is; NaN outside its slice.

    Raises BaselineError where the baseline does not hold the measure.
    """
    measure, mask = measure_of(scores, rule), slice_of(scores, rule)
    if rule.measure not in baseline.values:
        raise BaselineError(
            f"the baseline holds no measure `{rule.measure}`",
            hint="name it in `[[gate.rules]]`, then run `ragcheck baseline update`",
        )
    after = scores.values[rule.measure][shared.after]
    change = after - baseline.values[rule.measure][shared.before]
    worse = change if measure.better == "lower" else -change
    return np.where(mask[shared.after], worse, np.nan)


def _drop_rule(rule: Rule, scores: Scores, baseline: Scores, shared: Shared) -> DropRule:
    worse = worsening(rule, scores, baseline, shared)
    return DropRule(-worse, clusters_at(scores, shared.after), rule.limit)


def _drop_check(
    rule: Rule, found: DropDecision, scores: Scores, baseline: Scores, shared: Shared
) -> Check:
    measure = scores.measures[rule.measure]
    found = _within(found) if measure.unit == "share" else found
    name = f"{rule.measure} {rule.where}".rstrip()
    rows = ~np.isnan(worsening(rule, scores, baseline, shared))
    if not rows.any():
        message = f"{name}  no shared question has a value"
        return Check(str(rule), found.verdict, rule.level, message, rule, decision=found)
    after = float(scores.values[rule.measure][shared.after[rows]].mean())
    before = float(baseline.values[rule.measure][shared.before[rows]].mean())
    note = undecided_note(rule, measure, found) if found.verdict == "INCONCLUSIVE" else ""
    return Check(
        str(rule),
        found.verdict,
        rule.level,
        drop_message(rule, name, measure, (before, after), found),
        rule,
        after,
        before=before,
        decision=found,
        note=note,
    )


def _within(found: DropDecision) -> DropDecision:
    """The interval of a share's drop within -1 and 1, as in a comparison."""
    if found.low is None or found.high is None:
        return found
    return replace(found, low=max(-1.0, found.low), high=min(1.0, found.high))


def exceeds(check: Check) -> bool:
    """True when a measure is better than its baseline by more than the tolerance."""
    if check.decision is None or check.decision.drop is None or check.rule is None:
        return False
    return -check.decision.drop > check.rule.limit + ROUNDING
