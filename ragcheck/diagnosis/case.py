"""What a diagnosis is given, and what it finds: `diagnose(case) -> Found`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ragcheck.causes import Diagnosis
from ragcheck.measures.corpus import Corpus, Reals
from ragcheck.measures.judging import Judged
from ragcheck.protocols import Embedder, Index, Retriever
from ragcheck.records import Chunks, Collection, Int32s
from ragcheck.spans import Ints


@dataclass(frozen=True, slots=True, eq=False)
class Searcher:
    """One system's retriever, built over the chunks of the case.

    `index` is what `retriever` built. It must be a `ScoringIndex` exactly if it can score texts
    that it does not hold: a wrapper passes `score` on, or is not given. `parts` are the indexes of
    a `Fusion`'s parts, in the order of `retriever.parts`, under the same rule; empty for any other
    retriever. `embedders` are those inside, as `CachedEmbedder`: all texts to inject are embedded
    in one call, after which `score` finds them; empty for a retriever without.
    """

    id: str
    retriever: Retriever
    index: Index
    parts: tuple[Index, ...] = ()
    embedders: tuple[Embedder, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One system on one collection, judged: everything that a diagnosis needs.

    `judged` is `judge(corpus, chunks, ..)` of this system's rankings; its column `judged.at` is the
    working cut. `read` int32[n] is where the embedder stops reading each chunk, in its document;
    None without an embedder. `size` is what the chunker aims at in tokens, None where it has no
    size in tokens. `clusters` int64[q] is the cluster of each question (METRICS, section 7).
    `siblings` are the other systems of the sweep on the same chunks, in plan order.
    """

    collection: Collection
    corpus: Corpus
    chunks: Chunks
    judged: Judged
    system: Searcher
    clusters: Ints
    read: Int32s | None = None
    size: int | None = None
    siblings: Sequence[Searcher] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Misses:
    """A row per item missed at the working cut, in question order: columns of length m.

    They are those of `RunFolder.causes`. `question` and `document` are positions, `item` counts
    within the question, `start`..`end` (code points) is the alternative that was examined. Ranks
    and `rank_tokens` count from 1, 0 for none. `host`, `rival` and `twin` are chunks, -1 for none.
    `other` is a system id, "" for none.
    """

    question: Int32s
    item: Int32s
    document: Int32s
    start: Int32s
    end: Int32s
    cause: tuple[str, ...]
    fixes: tuple[tuple[str, ...], ...]
    rank: Int32s
    rank_tokens: Int32s
    clipped_rank: Int32s
    tight_rank: Int32s
    context_rank: Int32s
    other: tuple[str, ...]
    other_rank: Int32s
    fusion_rank: Int32s
    host: Int32s
    rival: Int32s
    twin: Int32s
    suspect: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """Why one system missed what it missed: in sum, and a row per missed item.

    `distractors` float64[q] are the values of `distractors.measure(at)`, NaN where there is none.
    """

    diagnosis: Diagnosis
    misses: Misses
    distractors: Reals
