"""What a gate tells GitHub Actions: a step summary, annotations and outputs.

Limits are GitHub's: a summary of 1 MiB per step, ten annotations of a kind per step.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from ragcheck.artefacts.markdown import gate_markdown
from ragcheck.artefacts.words import named, one_line, question_line, questions_to_show
from ragcheck.gate.result import GateResult

SUMMARY_BYTES = 1024 * 1024
ANNOTATIONS = 10


def active(environment: Mapping[str, str]) -> bool:
    """True inside a GitHub Actions job."""
    return environment.get("GITHUB_ACTIONS") == "true"


def write_files(result: GateResult, environment: Mapping[str, str], report: str = "") -> None:
    """Append to the step's summary and outputs where GitHub names those files."""
    summary, outputs = (environment.get(f"GITHUB_{n}") for n in ("STEP_SUMMARY", "OUTPUT"))
    if summary:
        path = Path(summary)
        room = SUMMARY_BYTES - (path.stat().st_size if path.exists() else 0)
        text = gate_markdown(result, report, limit=room)
        if len(text.encode()) <= room:
            _append(path, text)
    if outputs:
        named = _outputs(result, _from_workspace(report, environment.get("GITHUB_WORKSPACE")))
        _append(Path(outputs), "".join(f"{k}={v}\n" for k, v in named))


def workflow_commands(result: GateResult) -> list[str]:
    """Workflow commands, at most ten: what failed, what cannot be told, then questions."""
    lines, shown = list(_checks(result)), questions_to_show(result)
    lines += [_command("warning", f"{word} question", question_line(q)) for word, q in shown]
    if len(lines) <= ANNOTATIONS:
        return lines
    kept, left = lines[: ANNOTATIONS - 1], len(lines) - ANNOTATIONS + 1
    ids = [question.question.id for _, question in shown][-left:]
    return [*kept, _command("warning", f"{left:,} more", named(ids, 20))]


def inert(text: str, *, quoted: bool = False) -> str:
    """Text for the log without `##[`, which the runner takes for a command wherever it stands.

    `quoted`: the text is JSON, which then still says the same.
    """
    return text.replace("##[", "#\\u0023[" if quoted else "## [")


def _checks(result: GateResult) -> Iterator[str]:
    for check in result.checks:
        title = f"ragcheck gate: {check.verdict}"
        if check.fails:
            yield _command("error", title, check.message)
    for check in result.checks:
        if check.verdict != "PASS" and not check.fails:
            title = f"ragcheck gate: {check.verdict}"
            yield _command("warning", title, f"{check.message} {check.note}".rstrip())
    for notice in result.notices:
        yield _command("notice", "ragcheck gate", notice)


def _outputs(result: GateResult, report: str) -> Iterator[tuple[str, str]]:
    changes = result.against.changes if result.against else None
    first = result.deciding
    yield "verdict", result.verdict
    yield "passed", "true" if result.passed else "false"
    yield "message", one_line(first.message, 500) if first else ""
    yield "lost", str(len(changes.lost)) if changes else ""
    yield "gained", str(len(changes.gained)) if changes else ""
    yield "report", one_line(report, 1000)


def _from_workspace(report: str, workspace: str | None) -> str:
    """The path as later steps name it, which do not begin in this step's working directory."""
    if not report or not workspace:
        return report
    path = Path(report).absolute()
    return str(path.relative_to(workspace) if path.is_relative_to(workspace) else path)


def _command(kind: str, title: str, message: str) -> str:
    """A workflow command; nothing in a title or message can end it or begin another."""
    head = _data(title).replace(":", "%3A").replace(",", "%2C")
    return f"::{kind} title={head}::{_data(one_line(message, 500))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _append(path: Path, text: str) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(text)
