"""The run folder: what is written reads back equal, and nothing half-written is ever met."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pyarrow as pa
import pytest

from ragcheck.causes import CauseSummary, Diagnosis, InterventionSummary
from ragcheck.errors import ConfigError, RunError
from ragcheck.files import write_atomically
from ragcheck.records import (
    Cut,
    Document,
    Item,
    Measure,
    Notice,
    Passage,
    Plan,
    Question,
    Run,
    Summary,
    System,
    SystemResult,
)
from ragcheck.run import RunWriter, open_folder
from ragcheck.run_json import SCHEMA, dump, encode_run
from ragcheck.spans import Span

DOCUMENTS = (Document("a.txt", "alpha beta\n", ""), Document("b/ü.md", "# T\n\n😀", "T"))
QUESTIONS = (
    Question(
        "q1",
        "which?",
        (Item((Passage(Span("a.txt", 0, 5), 2.0),), (Span("b/ü.md", 0, 3),)),),
        ("casual",),
        True,
        {"corpus": "x", "nested": {"k": [1, None]}},
    ),
    Question("q2", "none </script>"),
)


def blank(*systems: str) -> Run:
    measure = Measure("recall", Cut(2000, "t"), "share", "higher", "What it is.", "never")
    return Run(
        SCHEMA,
        "0.0",
        {"name": "c", "digest": "d", "documents": 2, "questions": 2, "items": 1},
        {"recall@2000t": measure},
        Plan({name: f"key-{name}" for name in systems}, Cut(5), (1, 5), (2000,), "cl", True, {}),
        (),
        (Notice("code", "text"),),
    )


def result(name: str) -> SystemResult:
    return SystemResult(
        System(f"{name}", {"name": "fixed", "size": 2}, {"name": "bm25"}),
        f"key-{name}",
        "chunking",
        {"count": 1},
        {"recall@2000t": Summary(0.5, None, 0.75, 2, {"unanswerable": 1})},
        {"sentence": {"units": 3, "broken": 1, "unavoidable": 0, "share": 1 / 3}},
        {"context_tokens": 12.5},
        {"index_s": 0.1, "query_ms": {"median": 1.0, "p95": 2.0}},
    )


def finish(folder: RunWriter, name: str) -> None:
    for kind, key in (("values", f"key-{name}"), ("items", f"key-{name}"), ("hits", f"key-{name}")):
        folder.write_table(kind, key, pa.table({"question": ["q1", "q2"]}))
    folder.write_table("chunks", "chunking", pa.table({"document": [0]}))
    folder.add(result(name))


def test_a_run_reads_back_equal(tmp_path: Path) -> None:
    with RunWriter(tmp_path / "run", blank("x", "y")) as folder:
        folder.write_collection(DOCUMENTS, QUESTIONS)
        finish(folder, "x")
    again = open_folder(tmp_path / "run")
    assert again.run == folder.run
    assert again.run.missing == ("y",)
    assert again.documents() == DOCUMENTS
    assert again.questions() == QUESTIONS
    assert again.values("x").column_names == ["question"]
    assert again.chunks("x").num_rows == 1


DIAGNOSIS = Diagnosis(
    2,
    {"boundary_cut": CauseSummary(1, 0.5, Summary(0.25, 0.0, 0.5, 2), 0.2),
     "hard": CauseSummary(1, 0.5, Summary(0.0, None, None, 2), None)},
    {"clipped_oracle": InterventionSummary(2, 1, Summary(0.25, 0.0, 0.5, 2), 0.2, 2, 0, 0.5)},
    {"outranked": "no other retriever"},
    {"oracles": 4},
)  # fmt: skip


def test_a_diagnosed_system_takes_the_place_of_what_it_was(tmp_path: Path) -> None:
    asked = dataclasses.replace(blank("x", "y").plan, settings={"diagnosis": True})
    with RunWriter(tmp_path, dataclasses.replace(blank("x", "y"), plan=asked)) as folder:
        finish(folder, "x")
        finish(folder, "y")
        stored = json.loads((tmp_path / "run.json").read_text())
        assert (stored["plan"]["finished"], folder.run.undiagnosed) == (0, ("x", "y"))
        assert folder.causes("x") is None
        folder.write_table("causes", "key-x", pa.table({"question": ["q1"]}))
        folder.add(dataclasses.replace(result("x"), diagnosis=DIAGNOSIS))
    again = open_folder(tmp_path)
    assert again.run == folder.run
    assert (again.run.systems[0].diagnosis, again.run.undiagnosed) == (DIAGNOSIS, ("y",))
    causes = again.causes("x")
    assert causes is not None
    assert causes.num_rows == 1
    stored = json.loads((tmp_path / "run.json").read_text())
    assert stored == json.loads(dump(encode_run(again.run)))
    assert stored["plan"]["finished"] == 1
    (tmp_path / "causes" / "key-x.parquet").unlink()
    with RunWriter(tmp_path, dataclasses.replace(blank("x", "y"), plan=asked)) as folder:
        assert folder.run.missing == ("x",)


def test_texts_can_be_withheld(tmp_path: Path) -> None:
    with RunWriter(tmp_path, blank("x"), texts=False) as folder:
        folder.write_collection(DOCUMENTS, QUESTIONS)
    everything = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"alpha" not in everything
    assert [document.text for document in folder.documents()] == ["", ""]


def test_the_same_plan_resumes_in_plan_order(tmp_path: Path) -> None:
    with RunWriter(tmp_path, blank("x", "y")) as folder:
        finish(folder, "y")
    with RunWriter(tmp_path, blank("x", "y")) as folder:
        assert [r.system.id for r in folder.run.systems] == ["y"]
        finish(folder, "x")
        assert [r.system.id for r in folder.run.systems] == ["x", "y"]


def test_a_cell_whose_table_is_gone_is_not_finished(tmp_path: Path) -> None:
    with RunWriter(tmp_path, blank("x")) as folder:
        finish(folder, "x")
    (tmp_path / "hits" / "key-x.parquet").unlink()
    with RunWriter(tmp_path, blank("x")) as folder:
        assert folder.run.missing == ("x",)


def test_another_plan_starts_anew(tmp_path: Path) -> None:
    with RunWriter(tmp_path, blank("x")) as folder:
        finish(folder, "x")
    with RunWriter(tmp_path, blank("z")) as folder:
        assert folder.run.systems == ()


@pytest.mark.parametrize("name", ["notes.txt", "collection/questions.jsonl", "run.json"])
def test_a_folder_of_something_else_is_never_touched(tmp_path: Path, name: str) -> None:
    """`--out .` would write over labels that happen to lie where a run keeps its own."""
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text('{"mine": 1}')
    with pytest.raises(ConfigError, match="holds other files"):
        RunWriter(tmp_path, blank("x")).__enter__()
    assert (tmp_path / name).read_text() == '{"mine": 1}'


def test_a_run_of_another_schema_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text('{"schema": "ragcheck.run/0"}')
    with RunWriter(tmp_path, blank("x")) as folder:
        folder.save()
    assert open_folder(tmp_path).run.schema == SCHEMA


def test_a_file_cannot_be_a_run_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for path in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(ConfigError, match="run folder") as caught:
            RunWriter(path, blank("x")).__enter__()
        assert "--out" in str(caught.value.hint)


def test_questions_that_cannot_be_read_say_so(tmp_path: Path) -> None:
    with RunWriter(tmp_path, blank("x")) as folder:
        folder.write_collection(DOCUMENTS, QUESTIONS)
    for text in ("{", '{"id": 3}', "[]"):
        (tmp_path / "collection" / "questions.jsonl").write_text(text)
        with pytest.raises(RunError, match=r"questions\.jsonl: cannot be read"):
            folder.questions()


def test_two_writers_never_share_a_folder(tmp_path: Path) -> None:
    second = RunWriter(tmp_path, blank("x"))
    with RunWriter(tmp_path, blank("x")), pytest.raises(RunError, match="another sweep"):
        second.__enter__()
    with RunWriter(tmp_path, blank("x")):
        pass


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"{", "not JSON"),
        (b"[]", "schema is None"),
        (b'{"schema": "ragcheck.run/9"}', "schema is 'ragcheck.run/9'"),
        (b'{"schema": "ragcheck.run/1"}', "incomplete"),
        (None, "No such file"),
    ],
)
def test_an_unusable_run_says_why(tmp_path: Path, data: bytes | None, message: str) -> None:
    if data is not None:
        (tmp_path / "run.json").write_bytes(data)
    with pytest.raises(RunError) as caught:
        open_folder(tmp_path)
    assert message in caught.value.message
    assert caught.value.exit_code == (3 if data is not None else 2)


def test_unknown_and_unfinished_systems_are_told_apart(tmp_path: Path) -> None:
    with RunWriter(tmp_path, blank("x", "y")) as folder:
        finish(folder, "x")
        with pytest.raises(RunError, match="`y` has not finished"):
            folder.result("y")
        with pytest.raises(RunError, match="`z` is not in this run"):
            folder.result("z")


def test_numbers_that_are_not_finite_become_null(tmp_path: Path) -> None:
    with RunWriter(tmp_path, blank("x")) as folder:
        folder.save(collection={"nan": float("nan"), "inf": float("inf"), "one": 1.0})
    stored = json.loads((tmp_path / "run.json").read_text())["collection"]
    assert stored == {"nan": None, "inf": None, "one": 1.0}


def test_a_failed_write_keeps_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "run.json"
    write_atomically(path, b"old")
    path.chmod(0o640)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_atomically(path, b"new")
    monkeypatch.undo()
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["run.json"]
    write_atomically(path, b"new")
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o640


def test_records_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        DOCUMENTS[0].text = "x"  # type: ignore[misc]
