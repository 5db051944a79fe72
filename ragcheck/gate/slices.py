"""Which questions a rule is about, and whether the run can answer it at all."""

from __future__ import annotations

import difflib

import numpy as np
import numpy.typing as npt

from ragcheck.errors import ConfigError
from ragcheck.gate.rules import Rule
from ragcheck.records import Measure
from ragcheck.scores import Asked, Scores

Mask = npt.NDArray[np.bool_]


def inside(asked: Asked, where: str) -> bool:
    """Whether a question is in `tag:x`, in `doc:x` (its first passage is), or in "": all."""
    kind, _, name = where.partition(":")
    return not where or (name in asked.tags if kind == "tag" else name == asked.document)


def slice_of(scores: Scores, rule: Rule) -> Mask:
    """bool[q]: the questions a rule is about. Raises ConfigError where there is none."""
    mask = np.array([inside(asked, rule.where) for asked in scores.asked], dtype=np.bool_)
    if rule.where and not mask.any():
        kind, _, name = rule.where.partition(":")
        tags = {tag for asked in scores.asked for tag in asked.tags}
        documents = {asked.document for asked in scores.asked if asked.document}
        known = sorted(tags if kind == "tag" else documents)
        close = difflib.get_close_matches(name, known, n=1)
        listed = ", ".join(known[:20]) or "none"
        raise ConfigError(
            f"no question is in `{rule.where}`",
            hint=f"did you mean `{kind}:{close[0]}`?" if close else f"there are: {listed}",
        )
    return mask


def measure_of(scores: Scores, rule: Rule) -> Measure:
    """The measure of a rule. Raises ConfigError for one that is unknown or cannot be gated.

    `offtopic` cannot: chunks that touch no gold are needed to fill k places (METRICS, section 3).
    """
    measure = scores.measures.get(rule.measure)
    if measure is None:
        close = difflib.get_close_matches(rule.measure, scores.measures, n=1)
        hint = "sweep with that cut-off: `-k` for chunks, `--budgets` for tokens"
        raise ConfigError(
            f"the run holds no measure `{rule.measure}`",
            hint=f"did you mean `{close[0]}`?" if close else hint,
        )
    if measure.better == "none" or measure.name == "offtopic":
        raise ConfigError(
            f"`{rule.measure}` cannot be gated: by itself it is neither good nor bad",
            hint="gate `recall` or `pollution` at the same cut",
        )
    return measure
