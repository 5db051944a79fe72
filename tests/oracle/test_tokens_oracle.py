"""Token maps against tiktoken's own offsets, and against counting bytes."""

from __future__ import annotations

from pathlib import Path

import pytest
import tiktoken
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ragcheck import tokens as module
from ragcheck.tokens import TOKENIZERS, count_tokens, token_map

PIECES = [
    "word", " word", "Don't ", "123456", " ", "  ", "\n", "\n\n", "\t", "\r", "\u00a0", "\u2028",
    "。\n", "!\n", "/", "\n/", "é", "e\u0301", "漢字", "สวัสดี", "שלום", "مرحبا", "👩‍👩‍👧", "🇩🇪",
    "\U0001f9ff", "ſ's", "<|endoftext|>", "\x00", "\x1c", "|", "---", "```", "'", " 's",
]  # fmt: skip
TEXTS = st.one_of(
    st.text(max_size=60),
    st.lists(st.sampled_from(PIECES), max_size=30).map("".join),
)


def _encoding(name: str) -> tiktoken.Encoding:
    token_map("loads it", name)
    return tiktoken.get_encoding(name)


@pytest.mark.parametrize("name", TOKENIZERS)
@settings(deadline=None, max_examples=300)
@given(text=TEXTS)
@example(text="👩‍👩‍👧 漢\u0301字 שלום")
def test_starts_equal_decode_with_offsets(name: str, text: str) -> None:
    encoding = _encoding(name)
    ids = encoding.encode(text, disallowed_special=())
    assert token_map(text, name).starts.tolist() == encoding.decode_with_offsets(ids)[1]
    assert count_tokens(text, name) == len(ids)


@pytest.mark.parametrize("name", TOKENIZERS)
@settings(deadline=None, max_examples=300)
@given(text=st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_blocks_end_where_tokens_end_anyway(name: str, text: str) -> None:
    encoding = _encoding(name)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_BLOCK", 2)
        blocks = [ids.tolist() for ids in module._encode(encoding, text)]
    assert [token for block in blocks for token in block] == encoding.encode(
        text, disallowed_special=()
    )


@settings(deadline=None, max_examples=300)
@given(text=TEXTS, data=st.data())
def test_count_cut_and_reach_equal_counting_bytes(text: str, data: st.DataObject) -> None:
    encoding = _encoding("cl100k_base")
    parts = encoding.decode_tokens_bytes(encoding.encode(text, disallowed_special=()))
    first_byte = [len("".join(text[:i]).encode()) for i in range(len(text))]
    token_bytes = [sum(map(len, parts[:j])) for j in range(len(parts))]
    holds = [max(i for i, b in enumerate(first_byte) if b <= at) for at in token_bytes]
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    budget = data.draw(st.integers(0, len(parts) + 1))
    tokens = token_map(text)

    assert tokens.count(start, end) == sum(start <= h < end for h in holds)

    following = [at for at, h in zip(token_bytes, holds, strict=True) if h >= start][budget:]
    cut = next((i for i, b in enumerate(first_byte) if following and b >= following[0]), len(text))
    assert tokens.cut(start, budget) == cut

    fitting = [e for e in range(start, len(text) + 1) if tokens.count(start, e) <= budget]
    assert tokens.reach(start, budget) == fitting[-1]


def test_starts_on_real_documents(shared_data: Path) -> None:
    encoding = _encoding("cl100k_base")
    for file in sorted((shared_data / "chroma_general" / "docs").iterdir()):
        text = file.read_text(encoding="utf-8")
        ids = encoding.encode(text, disallowed_special=())
        assert token_map(text).starts.tolist() == encoding.decode_with_offsets(ids)[1]
