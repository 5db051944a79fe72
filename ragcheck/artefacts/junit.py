"""A gate as JUnit XML: a case per check, and a case per question that was held against a baseline.

Of questions only regressions fail; one that was missed before and still is, is skipped: it is no
news. Readers of the file cap its size, so it does too.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree

from ragcheck.artefacts.words import one_line, question_line
from ragcheck.gate.result import Check, GateResult

#: Question cases in the file, lost ones first: the largest file stays under 4 MiB.
CASES = 5_000
#: Missed `must_pass` questions that the failure of their rule describes.
LINES = 100
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(result: GateResult) -> bytes:
    """The XML of a gate, in UTF-8."""
    root = ElementTree.Element("testsuites", name="ragcheck gate")
    suites = [("ragcheck.rules", [_check_case(check, result) for check in result.checks])]
    if result.against:
        suites.append(("ragcheck.questions", _question_cases(result)))
    for name, cases in suites:
        suite = ElementTree.SubElement(
            root,
            "testsuite",
            name=_clean(f"{name} {result.system}"),
            tests=str(len(cases)),
            failures=_count(cases, "failure"),
            skipped=_count(cases, "skipped"),
            errors="0",
        )
        for case in cases:
            case.set("classname", name)
            suite.append(case)
    ElementTree.indent(root, " ")
    data: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return data + b"\n"


def _count(cases: list[ElementTree.Element], tag: str) -> str:
    return str(sum(case.find(tag) is not None for case in cases))


def _check_case(check: Check, result: GateResult) -> ElementTree.Element:
    """A rule; one that cannot fail the gate is skipped where it would."""
    case = ElementTree.Element("testcase", name=_clean(check.name))
    if check.fails:
        failure = _element("failure", check.message)
        if check.name == "must_pass":
            shown = [question_line(missed) for missed in result.must_pass_missed[:LINES]]
            failure.text = _clean("\n".join(shown))
        case.append(failure)
    elif check.verdict != "PASS":
        case.append(_element("skipped", f"{check.verdict}: {check.message} {check.note}".rstrip()))
    return case


def _question_cases(result: GateResult) -> list[ElementTree.Element]:
    """Lost ones first, so that a cap cuts what nobody looks for."""
    if result.against is None:
        return []
    changes = result.against.changes
    cases = [_case(change.question.id, "failure", question_line(change)) for change in changes.lost]
    cases += [_case(id, "skipped", "missed in the baseline too") for id in changes.missed]
    cases += [_case(change.question.id, "", "") for change in changes.gained]
    cases += [_case(id, "", "") for id in changes.found]
    left = len(cases) - CASES
    if left > 0:
        rest = _case(f"{left:,} more questions", "skipped", "left out of this file")
        return [*cases[:CASES], rest]
    return cases


def _case(name: str, outcome: str, message: str) -> ElementTree.Element:
    case = ElementTree.Element("testcase", name=_clean(one_line(name, 200)))
    if outcome:
        case.append(_element(outcome, message))
    return case


def _element(tag: str, message: str) -> ElementTree.Element:
    return ElementTree.Element(tag, message=_clean(one_line(message, 500)))


def _clean(text: str) -> str:
    """Text without the characters that XML 1.0 cannot hold."""
    return _FORBIDDEN.sub("\ufffd", text)
