"""`--parity` through the whole sweep, against figures that others published and measured.

Chroma's published Precision-Omega was computed with offsets that its own code found by searching
the text; `data/README.md` of the shared sets has the figures of an independent oracle with exact
offsets, and of Chroma's code run on this set.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from ragcheck.api import sweep
from ragcheck.config import configure
from ragcheck.prepare import prepare
from ragcheck.report.load import load
from ragcheck.report.view import build
from ragcheck.run import RunFolder

MODES = "chroma,legalbench"
#: Published Precision-Omega of windows of so many tokens, with and without overlap.
PUBLISHED = {
    "overlap-800-400": 0.047,
    "overlap-400-200": 0.084,
    "fixed-400": 0.125,
    "fixed-200": 0.210,
}
CHUNKERS = "overlap,size=800,overlap=400,overlap,size=400,overlap=200,fixed,size=400,fixed,size=200"


def run(shared_data: Path, out: Path, **settings: object) -> RunFolder:
    folder = shared_data / "chroma_general"
    return sweep(
        prepare(
            configure(
                {
                    "docs": str(folder / "docs"),
                    "labels": str(folder / "questions.jsonl"),
                    "parity": MODES,
                    "twins": "off",
                    "k": [5, 10],
                    "out": str(out),
                    **settings,
                }
            )
        )
    )


@pytest.fixture(scope="module")
def windows(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    out = tmp_path_factory.mktemp("windows") / "run"
    return run(shared_data, out, chunkers=CHUNKERS, retrievers="bm25")


def means(folder: RunFolder, system: str) -> dict[str, float | None]:
    return {name: summary.mean for name, summary in folder.result(system).measures.items()}


@pytest.mark.shared
@pytest.mark.parametrize("chunker", PUBLISHED)
def test_omega_is_chromas_published_one(windows: RunFolder, chunker: str) -> None:
    """Within .005: we use exact offsets where theirs are searched for and drop full stops."""
    found = means(windows, f"{chunker}/bm25")
    assert found["chroma_precision_omega"] == pytest.approx(PUBLISHED[chunker], abs=0.005)


@pytest.mark.shared
def test_where_nothing_overlaps_the_tools_agree_and_where_it_does_legalbench_exceeds(
    windows: RunFolder,
) -> None:
    apart, over = means(windows, "fixed-400/bm25"), means(windows, "overlap-400-200/bm25")
    for k in (5, 10):
        # 68 questions have gold that overlaps other gold or stands twice, hence not equal.
        assert apart[f"legalbench_recall@{k}"] == pytest.approx(
            apart[f"chroma_recall@{k}"], abs=0.001
        )
        assert over[f"legalbench_recall@{k}"] > over[f"chroma_recall@{k}"] + 0.1
        assert apart[f"chroma_recall@{k}"] == pytest.approx(apart[f"char_recall@{k}"], abs=0.005)
    values = windows.values("overlap-400-200/bm25").column("legalbench_recall@10").to_pylist()
    assert max(values) > 1
    assert any(notice.code == "parity" for notice in windows.run.warnings)


@pytest.mark.shared
def test_the_page_says_which_mode_a_number_is(windows: RunFolder) -> None:
    view = build(load(windows))
    columns = [column.key for column in view.systems.columns]
    wanted = ["chroma_recall@5", "chroma_precision_omega", "legalbench_recall@5"]
    assert [column for column in columns if column in wanted] == wanted
    (row,) = (row for row in view.systems.rows if row.id == "overlap-400-200/bm25")
    texts = {column: figure.text for column, figure in zip(columns, row.figures, strict=True)}
    assert float(texts["legalbench_recall@5"]) > 1.5
    docs = {definition.key: definition.doc for definition in view.definitions}
    assert docs["chroma_recall"].startswith("As Chroma's chunking evaluation counts it")
    assert "Above 1 where chunks overlap" in docs["legalbench_recall"]


@pytest.mark.shared
def test_a_sweep_that_does_not_ask_has_none(shared_data: Path, tmp_path: Path) -> None:
    settings = {"chunkers": "fixed,size=800", "retrievers": "bm25", "parity": None}
    folder = run(shared_data, tmp_path / "run", **settings)
    assert not [name for name in folder.run.measures if name.startswith(("chroma", "legalbench"))]
    assert not [notice for notice in folder.run.warnings if notice.code == "parity"]


@pytest.mark.shared
@pytest.mark.model
def test_dense_retrieval_of_800_tokens(shared_data: Path, tmp_path: Path) -> None:
    """The oracle's figures, and the recall .663 of Chroma's own code on this set."""
    folder = run(shared_data, tmp_path / "run", chunkers="fixed,size=800", retrievers="dense")
    found = means(folder, "fixed-800/dense")
    expected = {
        "chroma_recall@5": 0.6633,
        "chroma_recall@10": 0.7627,
        "chroma_precision@5": 0.0106,
        "chroma_precision@10": 0.0062,
        "chroma_precision_omega": 0.0697,
        "recall@5": 0.6538,
        "recall@10": 0.7553,
    }
    for name, value in expected.items():
        assert found[name] == pytest.approx(value, abs=0.005), name
