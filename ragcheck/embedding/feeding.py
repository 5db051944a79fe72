"""What a model is fed: the token ids of a text, cut where the model stops reading.

The tokenizer is read from the model's folder by the library `tokenizers` alone: no torch, no model.
Whether a model may be fed this way is found out by comparing vectors (`examining.py`).
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from ragcheck.embedding.late import Whole
from ragcheck.embedding.vectors import Positions, Tokens, portions
from ragcheck.records import Floats
from ragcheck.spans import Ints

#: Lengths to which token ids are padded: multiples of this. The last bit of a vector depends on how
#: long its row is and, with the runtimes here, on nothing else in its batch: by this rule a vector
#: depends on its own text alone, and costs 2% more at 200 tokens.
_STEP = 8
_FILE = "tokenizer.json"


class Runtime(Protocol):
    """A model that computes vectors from rows of token ids."""

    def vectors(self, ids: Ints, mask: Ints) -> Floats:
        """float32[n, d], rows of length 1, from token ids and their mask, int64[n, length]."""
        ...

    def states(self, ids: Ints, mask: Ints) -> Floats:
        """float32[n, length, d]: the vector of each token, as the model pools them."""
        ...


@dataclass(frozen=True, slots=True)
class Feed:
    """The tokenizer of the model in `folder`.

    The model reads at most `longest` tokens, its marks included (None: no limit is known); `pad`
    fills rows.
    """

    folder: Path
    longest: int | None
    pad: int

    def tokens(self, texts: Sequence[str]) -> list[Tokens]:
        """What the model reads of each text with its marks, int32."""
        read = _tokenizer(self.folder, self.longest).encode_batch_fast(list(texts))
        return [np.array(one.ids, np.int32) for one in read]

    def pieces(self, texts: Sequence[str]) -> list[Ints]:
        """Where each piece ends in each text, in characters; nothing is cut and no mark added."""
        read = _tokenizer(self.folder, None).encode_batch(list(texts), add_special_tokens=False)
        return [np.array([end for _, end in one.offsets], np.int64) for one in read]

    def vectors(
        self, runtime: Runtime, tokens: Sequence[Tokens], budget: int
    ) -> Iterator[tuple[Positions, Floats]]:
        """Positions with their vectors, longest first, in batches of one length and `budget`."""
        for positions, rows in self._batches(tokens, budget):
            yield positions, runtime.vectors(*rows)

    def states(
        self, runtime: Runtime, tokens: Sequence[Tokens], budget: int
    ) -> Iterator[tuple[Positions, list[Floats]]]:
        """Positions with the vectors of their tokens, float32[length, d], in the same batches."""
        for positions, rows in self._batches(tokens, budget):
            made = runtime.states(*rows)
            cut = [row[: len(tokens[p])] for p, row in zip(positions, made, strict=True)]
            yield positions, cut

    def whole(self, text: str, prompt: str) -> Whole:
        """All tokens of a text with the model's marks and the prompt around it; nothing is cut."""
        tokenizer = _tokenizer(self.folder, None)
        marked = tokenizer.encode("a").special_tokens_mask
        read = tokenizer.encode(prompt + text)
        tail = marked[::-1].index(0)
        spans = np.array(read.offsets, np.int64).reshape(-1, 2)[: len(read.ids) - tail]
        lead = marked.index(0)
        lead += int((spans[lead:, 1] <= len(prompt)).sum()) if prompt else 0
        start, end = (np.maximum(spans[lead:], len(prompt)) - len(prompt)).T
        return Whole(np.array(read.ids, np.int32), lead, tail, start, end)

    def _batches(
        self, tokens: Sequence[Tokens], budget: int
    ) -> Iterator[tuple[Positions, tuple[Ints, Ints]]]:
        """Positions with their ids and mask, longest first."""
        lengths = [max(1, -(-len(one) // _STEP)) * _STEP for one in tokens]
        for positions in portions(lengths, budget, alike=True):
            yield positions, self._rows([tokens[p] for p in positions], lengths[positions[0]])

    def _rows(self, batch: Sequence[Tokens], length: int) -> tuple[Ints, Ints]:
        """Ids and mask, int64[n, length]."""
        ids = np.full((len(batch), length), self.pad, np.int64)
        mask = np.zeros_like(ids)
        for row, own in enumerate(batch):
            ids[row, : len(own)] = own
            mask[row, : len(own)] = 1
        return ids, mask


def has_tokenizer(folder: Path) -> bool:
    """Whether a model's folder holds a tokenizer that can be read here."""
    return (folder / _FILE).is_file()


@lru_cache(maxsize=4)
def _tokenizer(folder: Path, longest: int | None) -> Any:
    # Tokenizing is a hundredth of the work; its own threads would only warn about forks.
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / _FILE))
    tokenizer.no_padding()
    if longest is None:
        tokenizer.no_truncation()
    else:
        tokenizer.enable_truncation(longest)
    return tokenizer
