"""The one or two changes worth most."""

from __future__ import annotations

from ragcheck.advice.evidence import Asked, Evidence
from ragcheck.advice.records import Advice
from ragcheck.advice.weighing import weigh
from ragcheck.records import SystemResult
from ragcheck.run import RunFolder

#: Changes advised per system.
MOST = 2


def advise(
    folder: RunFolder, result: SystemResult, asked: Asked | None = None
) -> tuple[Advice, ...]:
    """Up to two changes of one system with the largest recoverable recall, best first.

    Left out is what random windows of the same documents recover as well (METRICS, section 6,
    Placebo), and what another system of the run has tried without gain. Nothing for a run from
    before causes, or one without misses. Whoever advises on many systems of a run reads `asked`
    once and gives it. Raises RunError for tables that cannot be read.
    """
    known = Evidence.of(folder, result, asked)
    if known is None:
        return ()
    found = sorted(weigh(known), key=lambda pair: -pair[0])
    return tuple(advice for _, advice in found[:MOST])
