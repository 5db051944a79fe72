"""Does one system pass: floors, drops against a baseline, questions that must be found.

Three outcomes (METRICS, section 7, Gate). FAIL and PASS are only said where the questions can tell;
else the gate is INCONCLUSIVE and names what it could see. Reads stored values only.
"""

from ragcheck.gate.judging import Asking, Naming, choose_name, choose_system, judge
from ragcheck.gate.result import SCHEMA, Against, Check, GateResult, Missed
from ragcheck.gate.rules import BOUNDS, GateTable, Rule, parse_rule, read_table

__all__ = [
    "BOUNDS",
    "SCHEMA",
    "Against",
    "Asking",
    "Check",
    "GateResult",
    "GateTable",
    "Missed",
    "Naming",
    "Rule",
    "choose_name",
    "choose_system",
    "judge",
    "parse_rule",
    "read_table",
]
