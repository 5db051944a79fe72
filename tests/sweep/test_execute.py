"""Every miss of a sweep is traced to a cause, and a cell is finished only then."""

from __future__ import annotations

import dataclasses
import json
import weakref
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import pytest

from ragcheck import api
from ragcheck.causes import CAUSES
from ragcheck.config import configure
from ragcheck.errors import ComponentError
from ragcheck.prepare import Prepared, narrowed, prepare
from ragcheck.protocols import Index, TextKind
from ragcheck.records import Floats, Rankings
from ragcheck.retrieval.bm25 import BM25
from ragcheck.run import RunFolder, open_folder
from ragcheck.sweep.watch import Cost, Watch

FAMILIES = ["bm25", "dense", "hybrid"]


@cache
def _noise(word: str) -> npt.NDArray[np.float64]:
    return np.random.default_rng(zlib.crc32(word.encode())).normal(size=64)


@dataclass(frozen=True)
class Words:
    """An embedder of the first forty words: a vector of noise for each of them, added up."""

    fingerprint: str = "forty words"

    def embed(self, texts: Sequence[str], *, kind: TextKind) -> Floats:
        sums = [np.sum([_noise(word) for word in text.lower().split()[:40]], 0) for text in texts]
        rows = np.array(sums, np.float32)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


class Ranked:
    """An index that cannot score other texts, and is counted while it lives."""

    alive: ClassVar[weakref.WeakSet[Ranked]] = weakref.WeakSet()
    most = 0

    def __init__(self, texts: Sequence[str]) -> None:
        self.inner = BM25().index(texts)
        Ranked.alive.add(self)
        Ranked.most = max(Ranked.most, len(Ranked.alive))

    def search(self, queries: Sequence[str], *, k: int) -> Rankings:
        return self.inner.search(queries, k=k)


@dataclass(frozen=True)
class Counted:
    """What makes such an index."""

    mark: str = "a"

    def index(self, texts: Sequence[str]) -> Ranked:
        return Ranked(texts)


@dataclass(frozen=True)
class Odd:
    """Scores other texts with something that is no score."""

    def index(self, texts: Sequence[str]) -> Index:
        return Oddly(BM25().index(texts))


@dataclass(frozen=True)
class Oddly:
    inner: Index

    def search(self, queries: Sequence[str], *, k: int) -> Rankings:
        return self.inner.search(queries, k=k)

    def score(self, query: str, texts: Sequence[str]) -> Floats:
        return np.full(len(texts), np.nan, np.float32)


class Heard(Watch):
    """Writes down what it hears, and stops the sweep at one of it."""

    def __init__(self, stop: tuple[str, str] = ("", "")) -> None:
        self.events: list[tuple[str, str]] = []
        self.costs: list[Cost] = []
        self.stop = stop

    def _hear(self, *event: str) -> None:
        self.events.append((event[0], event[1]))
        if event == self.stop:
            raise KeyboardInterrupt

    def judged(self, system: str) -> None:
        self._hear("judged", system)

    def diagnoses(self, system: str) -> None:
        self._hear("diagnoses", system)

    def finished(self, system: str) -> None:
        self._hear("finished", system)

    def diagnosed(self, cost: Cost) -> None:
        self.costs.append(cost)


def prepared(fixtures: Path, out: Path, **settings: Any) -> Prepared:
    flags = {
        "docs": str(fixtures / "docs"),
        "labels": [str(fixtures / "labels" / "policies.jsonl")],
        "chunkers": "fixed",
        "chunk_sizes": [64],
        "retrievers": FAMILIES,
        "embedder": f"{__name__}:Words",
        "sample": 24,
        "phase": "off",
        "out": str(out),
        **settings,
    }
    return prepare(configure(flags))


def plain(run: RunFolder) -> tuple[list[dict[str, Any]], dict[str, bytes]]:
    """The systems of a run without their times, and the bytes of every table."""
    data = json.loads((run.path / "run.json").read_text("utf-8"))
    for system in data["systems"]:
        del system["timing"]
    tables = {p.relative_to(run.path).as_posix(): p.read_bytes() for p in run.path.rglob("*.par*")}
    return data["systems"], tables


@pytest.fixture(scope="module")
def heard() -> Heard:
    return Heard()


@pytest.fixture(scope="module")
def run(fixtures: Path, tmp_path_factory: pytest.TempPathFactory, heard: Heard) -> RunFolder:
    return api.sweep(prepared(fixtures, tmp_path_factory.mktemp("execute") / "run"), heard)


def test_every_miss_has_one_cause_in_the_run_and_its_table(run: RunFolder) -> None:
    for result in run.run.systems:
        items, causes = run.items(result.system.id), run.causes(result.system.id)
        assert result.diagnosis is not None
        assert causes is not None
        missed = items.filter(np.array(items["coverage"]) < 1)
        assert causes["question"].to_pylist() == missed["question"].to_pylist()
        assert causes["item"].to_pylist() == missed["item"].to_pylist()
        counts = {name: causes["cause"].to_pylist().count(name) for name in CAUSES}
        assert {name: n for name, n in counts.items() if n} == {
            name: cause.n for name, cause in result.diagnosis.causes.items()
        }
        assert result.diagnosis.misses == len(missed) > 0
        assert sum(c.share for c in result.diagnosis.causes.values()) == pytest.approx(1)
    assert open_folder(run.path).run == run.run


def test_distractors_are_a_measure_where_another_family_stands_beside(run: RunFolder) -> None:
    assert run.run.measures["distractors@5"].better == "lower"
    for result in run.run.systems:
        values = run.values(result.system.id)["distractors@5"].to_numpy()
        there = values[~np.isnan(values)]
        summary = result.measures["distractors@5"]
        assert summary.n == len(there) > 0
        assert summary.mean == pytest.approx(there.mean())
        assert sum(summary.nulls.values()) == len(values) - len(there)
        assert ((there >= 0) & (there <= 5)).all()


def test_harmful_breaks_are_cut_missed_and_recovered(run: RunFolder) -> None:
    """One value per question, from the stored tables alone: all items weigh the same here."""
    seen = 0
    for result in run.run.systems:
        id = result.system.id
        values, items, causes = run.values(id).to_pandas(), run.items(id), run.causes(id)
        assert causes is not None
        keys = zip(causes["question"].to_pylist(), causes["item"].to_pylist(), strict=True)
        fixes = dict(zip(keys, causes["fixes"].to_pylist(), strict=True))
        expected: dict[str, list[bool]] = {}
        for item in items.to_pylist():
            held = item["pieces"] is not None
            recovered = "clipped_oracle" in fixes.get((item["question"], item["item"]), ())
            harmful = item["severed"] and held and recovered
            expected.setdefault(item["question"], []).append(harmful)
        for question, value in zip(values["question"], values["harmful_break"], strict=True):
            if question in expected:
                assert value == pytest.approx(np.mean(expected[question]))
                seen += value > 0
        assert (values["harmful_break"] <= values["cut_and_missed"] + 1e-12).sum() == len(expected)
        mean = result.measures["harmful_break"].mean
        assert mean == pytest.approx(values["harmful_break"].mean())
    assert seen


def test_siblings_are_held_against_each_other(run: RunFolder) -> None:
    ids = {result.system.id for result in run.run.systems}
    for id in ids:
        causes = run.causes(id)
        assert causes is not None
        others = set(filter(None, causes["other"].to_pylist()))
        assert others <= ids - {id}
    assert any(any(run.causes(id)["other"].to_pylist()) for id in ids)  # type: ignore[index]


def test_all_cells_are_judged_before_the_first_is_diagnosed(heard: Heard, run: RunFolder) -> None:
    ids = list(run.run.plan.cells)
    causes = [(event, id) for id in ids for event in ("diagnoses", "finished")]
    assert heard.events == [*(("judged", id) for id in ids), *causes]


def test_the_cost_is_told_once_and_stands_under_timing(heard: Heard, run: RunFolder) -> None:
    (cost,) = heard.costs
    systems = run.run.systems
    assert cost.misses == sum(r.diagnosis.misses for r in systems if r.diagnosis)
    assert cost.seconds == pytest.approx(sum(float(r.timing["diagnosis_s"]) for r in systems))  # type: ignore[arg-type]
    assert 0 < cost.seconds < cost.whole
    bm25, *embedding = (result.diagnosis for result in systems)
    assert bm25 is not None
    assert not any(bm25.encodings.values())
    assert cost.embedding == sum(one.misses for one in embedding if one)
    assert cost.encodings + cost.placebo == sum(
        sum(one.encodings.values()) for one in embedding if one
    )


@pytest.mark.parametrize(
    ("event", "cell", "finished"), [("judged", 1, 0), ("diagnoses", 0, 0), ("finished", 1, 2)]
)
def test_a_stopped_sweep_is_readable_and_resumes_to_the_same(
    fixtures: Path, tmp_path: Path, run: RunFolder, event: str, cell: int, finished: int
) -> None:
    ids = list(run.run.plan.cells)
    with pytest.raises(KeyboardInterrupt):
        api.sweep(prepared(fixtures, tmp_path / "run"), Heard((event, ids[cell])))
    left = open_folder(tmp_path / "run")
    for result in left.run.systems:
        assert left.values(result.system.id).num_rows
        assert (left.causes(result.system.id) is None) == (result.diagnosis is None)
    assert api.write_report(left).stat().st_size > 10_000
    (tmp_path / "run" / "report.html").unlink()
    again = Heard()
    assert plain(api.sweep(prepared(fixtures, tmp_path / "run"), again)) == plain(run)
    done = [id for event, id in again.events if event == "finished"]
    assert done == ids[finished:]


def test_a_cell_whose_causes_are_gone_is_not_finished(
    fixtures: Path, tmp_path: Path, run: RunFolder
) -> None:
    made = prepared(fixtures, tmp_path / "run")
    first = api.sweep(made)
    key = first.run.systems[1].key
    (first.path / "causes" / f"{key}.parquet").unlink()
    watch = Heard()
    assert plain(api.sweep(made, watch)) == plain(run)
    done = [id for event, id in watch.events if event == "finished"]
    assert done == [first.run.systems[1].system.id]


def test_switched_off_nothing_is_asked(fixtures: Path, tmp_path: Path, run: RunFolder) -> None:
    watch = Heard()
    off = api.sweep(prepared(fixtures, tmp_path / "run", diagnosis="off"), watch)
    assert not watch.costs
    assert "diagnoses" not in dict(watch.events)
    assert not (off.path / "causes").exists()
    assert "distractors@5" not in off.run.measures
    for before, after in zip(run.run.systems, off.run.systems, strict=True):
        assert after.diagnosis is None
        assert after.key != before.key
        told = ("harmful_break", "distractors@5")
        kept = {name: s for name, s in before.measures.items() if name not in told}
        assert after.measures == kept


def test_one_system_of_a_sweep_has_nothing_beside_it(fixtures: Path, tmp_path: Path) -> None:
    """Its result is another one, so its key is too: what it lacks must not pass for the whole."""
    whole = prepared(fixtures, tmp_path / "run")
    alone = narrowed(whole, "fixed-64/bm25")
    (cell,) = alone.plan.cells
    assert cell.key != whole.plan.cells[0].key
    found = api.sweep(alone)
    (result,) = found.run.systems
    assert result.measures["distractors@5"].n == 0
    causes = found.causes(result.system.id)
    assert causes is not None
    assert not any(causes["other"].to_pylist())


def test_no_more_than_one_chunking_is_indexed_at_once(fixtures: Path, tmp_path: Path) -> None:
    Ranked.most = 0
    two = f"{__name__}:Counted,{__name__}:Counted,mark=b"
    api.sweep(prepared(fixtures, tmp_path / "run", chunk_sizes=[64, 128, 256], retrievers=two))
    assert Ranked.most == 2
    assert not Ranked.alive


def test_what_cannot_score_other_texts_says_what_is_unknown(fixtures: Path, tmp_path: Path) -> None:
    found = api.sweep(prepared(fixtures, tmp_path / "run", retrievers=f"{__name__}:Counted"))
    (result,) = found.run.systems
    assert result.diagnosis is not None
    assert "boundary_cut" in result.diagnosis.unknown
    assert result.measures["harmful_break"].n == 0
    nulls = result.measures["harmful_break"].nulls
    assert "the retriever cannot score texts that it does not hold" in nulls
    assert sum(c.n for c in result.diagnosis.causes.values()) == result.diagnosis.misses


def test_wrong_scores_stop_the_run_and_name_the_cell(fixtures: Path, tmp_path: Path) -> None:
    made = prepared(fixtures, tmp_path / "run", retrievers=f"bm25,{__name__}:Odd")
    with pytest.raises(ComponentError) as caught:
        api.sweep(made)
    assert caught.value.message.startswith(f"fixed-64/{__name__}:Odd: index Oddly returned a score")
    kept = open_folder(tmp_path / "run").run
    assert len(kept.systems) == 2
    assert made.plan.finished(kept) == {made.plan.cells[0].key}
    without = dataclasses.replace(made.configured.settings, diagnosis=False)
    again = prepare(dataclasses.replace(made.configured, settings=without))
    assert not api.sweep(again).run.missing
