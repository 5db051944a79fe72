"""The embedded model is used only if every file of it is the published one."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ragcheck.embedding import embedded
from ragcheck.errors import ComponentError


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A copy of the model's files that may be spoiled."""
    target = tmp_path / "model"
    (target / "1_Pooling").mkdir(parents=True)
    source = embedded.folder()
    for name in embedded.FILES:
        shutil.copyfile(source / name, target / name)
    return target


def test_the_installed_model_is_the_published_one(copied: Path) -> None:
    embedded.verify(copied)


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json", "1_Pooling/config.json"])
def test_one_changed_byte_is_refused_with_the_file_and_both_digests(
    copied: Path, name: str
) -> None:
    data = bytearray((copied / name).read_bytes())
    data[len(data) // 2] ^= 1
    (copied / name).write_bytes(data)
    with pytest.raises(ComponentError, match=f"{name} has sha256 .*, not ") as caught:
        embedded.verify(copied)
    assert embedded.FILES[name] in caught.value.message
    assert "reinstall" in str(caught.value.hint)


def test_a_missing_file_is_named(copied: Path) -> None:
    (copied / "vocab.txt").unlink()
    with pytest.raises(ComponentError, match=r"vocab\.txt is missing"):
        embedded.verify(copied)


def test_without_the_package_the_hint_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ComponentError, match="not installed") as caught:
        embedded.folder()
    assert "pip install '.[offline]'" in str(caught.value.hint)


def test_its_package_is_found_but_its_code_is_not_run() -> None:
    code = (
        "import sys\nfrom ragcheck.embedding import embedded\nembedded.folder()\n"
        "print([name for name in sys.modules if name.startswith('gt_all')])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
