"""Precedence of settings, their origin, and errors with file, line and the nearest name."""

from __future__ import annotations

from pathlib import Path

import pytest

from ragcheck.config import configure, shareable
from ragcheck.errors import ConfigError, InputError
from ragcheck.records import Cut
from ragcheck.settings import Settings, named_files, plain


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_defaults_without_any_file(project: Path) -> None:
    configured = configure({})
    assert configured.settings == Settings()
    assert set(configured.origins.values()) == {"default"}


def test_flag_over_environment_over_file_over_default(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "ragcheck.toml").write_text('k = [1, 2]\nat = "3"\nchunk_sizes = [100]\n')
    monkeypatch.setenv("RAGCHECK_AT", "4")
    monkeypatch.setenv("RAGCHECK_CHUNK_SIZES", "200,300")
    configured = configure({"chunk_sizes": "64", "k": None})
    assert configured.settings.k == (1, 2)
    assert configured.settings.at == Cut(4)
    assert configured.settings.chunk_sizes == (64,)
    assert configured.origins["k"] == "ragcheck.toml:1"
    assert configured.origins["at"] == "RAGCHECK_AT"
    assert configured.origins["chunk_sizes"] == "--chunk-sizes"
    assert configured.origins["budgets"] == "default"


@pytest.mark.parametrize(
    ("variable", "near"),
    [
        ("RAGCHECK_CHUNK_SIZE", "RAGCHECK_CHUNK_SIZES"),
        ("RAGCHECK_CACHEDIR", "RAGCHECK_CACHE_DIR"),
    ],
)
def test_a_misspelt_variable_is_an_error(
    project: Path, monkeypatch: pytest.MonkeyPatch, variable: str, near: str
) -> None:
    monkeypatch.setenv(near, "1")
    monkeypatch.setenv(variable, "")
    configure({})
    monkeypatch.setenv(variable, "1")
    with pytest.raises(ConfigError, match=f"unknown environment variable `{variable}`") as caught:
        configure({})
    assert caught.value.hint == f"did you mean `{near}`?"


def test_the_nearest_file_wins_and_anchors_its_paths(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "ragcheck.toml").write_text('docs = "outer"\n')
    inner = project / "a" / "b"
    inner.mkdir(parents=True)
    (project / "a" / "pyproject.toml").write_text('[tool.ragcheck]\ndocs = "inner"\n')
    (inner / "pyproject.toml").write_text('[project]\nname = "unrelated"\n')
    monkeypatch.chdir(inner)
    assert configure({}).settings.docs == project / "a" / "inner"


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("\n\nchunksizes = [1]\n", "ragcheck.toml:3 unknown key `chunksizes`", "chunk_sizes"),
        ('at = "five"\n', "ragcheck.toml:1: cut-off `five`", "2000t"),
        ("k = [0]\n", "ragcheck.toml:1: `k` is [0]", None),
        ("k = [1.5]\n", "ragcheck.toml:1: `k` is [1.5]", None),
        ("k = [1, true]\n", "ragcheck.toml:1: `k` is [1, True]: expected whole numbers", None),
        ('k = "1,,2"\n', "expected whole numbers", None),
        ("k = 9999999999\n", "expected whole numbers from 1 to 999999999", None),
        ("budgets = [99999999999999999999]\n", "expected whole numbers", None),
        ("sample = [3, 4]\n", "`sample` is [3, 4]", None),
        ("overlaps = 0\n", "expected tokens", None),
        ('overlaps = "abc"\n', "expected tokens", None),
        ("docs = []\n", "`docs` is []", None),
        ('docs = ["a", "b"]\n', "`docs` is ['a', 'b']", None),
        ('docs = "a\\u0000b"\n', "expected text", None),
        ("labels = [3]\n", "`labels` is [3]: expected text", None),
        ("gate = 5\n", "ragcheck.toml:1: `gate` is 5: expected a table", "[gate]"),
        ("k = true\n", "ragcheck.toml:1: `k` is True", None),
        ('twins = "maybe"\n', "on or off", None),
        ("overlaps = [1.5]\n", "tokens (64) or a share", None),
        ("chunkers = [{size = 3}]\n", "a component is a name or a table", "fixed"),
        ("docs = 3\n", "`docs` is 3", None),
        ("k = [1\n", "ragcheck.toml: ", "TOML"),
    ],
)
def test_a_bad_file_is_told_with_its_place(
    project: Path, text: str, message: str, hint: str | None
) -> None:
    (project / "ragcheck.toml").write_text(text)
    with pytest.raises(ConfigError) as caught:
        configure({})
    assert message in caught.value.message
    assert hint is None or hint in (caught.value.hint or "")


def test_a_tool_that_is_no_table_is_not_ours(project: Path) -> None:
    (project / "pyproject.toml").write_text("tool = 3\n")
    assert configure({}).settings == Settings()


def test_a_folder_without_label_files_is_told(project: Path) -> None:
    """A sweep without a question would end well and say nothing."""
    (project / "empty").mkdir()
    with pytest.raises(InputError, match="`empty` holds no"):
        named_files(configure({"docs": "x", "labels": ["empty"]}).settings)


def test_overlaps_are_tokens_or_shares(project: Path) -> None:
    assert configure({"overlaps": "64,0.2,25%"}).settings.overlaps == (64, 0.2, 0.25)


def test_components_of_the_command_line_carry_options(project: Path) -> None:
    configured = configure({"chunkers": "fixed,unit=characters,size=200,section"})
    assert configured.settings.chunkers == (
        {"name": "fixed", "unit": "characters", "size": "200"},
        {"name": "section"},
    )
    with pytest.raises(ConfigError, match="stands before any component"):
        configure({"chunkers": "size=3,fixed"})


def test_settings_written_back_read_equal(project: Path) -> None:
    settings = configure({"k": "1,7", "at": "2000t", "docs": "x", "labels": ["a", "b"]}).settings
    again = configure({k: v for k, v in plain(settings).items() if v is not None}).settings
    assert again == settings


def test_shared_settings_hold_no_absolute_path(project: Path, tmp_path_factory: object) -> None:
    (project / "ragcheck.toml").write_text('docs = "d"\nlabels = "/somewhere/else/q.jsonl"\n')
    shared = shareable(configure({"out": "/tmp/run"}))
    assert shared["docs"] == "d"
    assert shared["labels"] == ["q.jsonl"]
    assert "out" not in shared
