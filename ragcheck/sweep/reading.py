"""What the embedders of a system really read of its chunks, and the warning when that is not all.

METRICS, section 6. Nothing here is asked of a system without an embedder.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePath

import numpy as np

from ragcheck.embedding.cache import CachedEmbedder
from ragcheck.measures.corpus import Corpus
from ragcheck.records import Chunks, Document, Int32s, Json, Notice, SystemResult
from ragcheck.spans import Ints, union

#: Share of the text that must go unread before a run warns of it; less stands in `chunks` only.
LOUD = 0.01


def reading(
    chunks: Chunks, documents: Sequence[Document], embedders: Sequence[CachedEmbedder]
) -> Int32s | None:
    """Where reading of each chunk ends in its document: int32[n], `chunks.end` if read whole.

    With several embedders what any of them reads counts as read. None without one: such a system
    reads everything.
    """
    if not embedders:
        return None
    texts = chunks.texts(documents)
    read = np.max([embedder.read(texts) for embedder in embedders], axis=0)
    prefix = np.array([len(prefix) for prefix in chunks.prefixes], np.int64)[chunks.prefix]
    end = chunks.start + np.maximum(read - prefix, 0)
    return np.asarray(np.minimum(end, chunks.end), np.int32)


def reading_facts(chunks: Chunks, corpus: Corpus, read: Int32s | None) -> dict[str, Json]:
    """What `run.json` says of it; all null for a system without an embedder.

    `truncated`: chunks that are not read whole. `truncated_tokens`: document tokens that stand in
    chunks and are read in none; `truncated_share`: of all tokens in chunks. `read_tokens`: median
    of what is read of a truncated chunk, prefix included; null where none is.
    """
    if read is None:
        names = ("truncated", "truncated_tokens", "truncated_share", "read_tokens")
        return dict.fromkeys(names)
    place = corpus.text.offset[chunks.document]
    start, end, stop = place + chunks.start, place + chunks.end, place + read
    held, seen = _tokens(corpus, start, end), _tokens(corpus, start, stop)
    cut = read < chunks.end
    counts = (chunks.tokens - corpus.tokens.count(stop, end))[cut]
    return {
        "truncated": int(cut.sum()),
        "truncated_tokens": held - seen,
        "truncated_share": (held - seen) / held if held else 0.0,
        "read_tokens": float(np.median(counts)) if len(counts) else None,
    }


def truncation_notices(results: Sequence[SystemResult]) -> tuple[Notice, ...]:
    """One for each chunking and embedder of which `LOUD` or more of the text is never read."""
    found: dict[tuple[str, str], Notice] = {}
    for result in results:
        facts = result.chunks
        share, tokens = facts.get("truncated_share"), facts.get("read_tokens")
        if not isinstance(share, float) or not isinstance(tokens, float) or share < LOUD:
            continue
        chunking = result.system.id.partition("/")[0]
        model = " and ".join(dict.fromkeys(_models(result.system.retriever)))
        text = (
            f"{chunking}: {model} reads only about the first {tokens:.0f} tokens of a chunk and "
            f"cuts {facts['truncated']:,} of {facts['count']:,}; {share:.0%} of the text is never "
            "seen by it"
        )
        found.setdefault((result.chunking, model), Notice("truncation", text))
    return tuple(found.values())


def prefix_notices(results: Sequence[SystemResult]) -> tuple[Notice, ...]:
    """One for each chunking and embedder in late mode that does not read `LOUD` of the context.

    That is what the chunker puts before chunks: it stands in no document.
    """
    found: dict[tuple[str, str], Notice] = {}
    for result in results:
        late = [one for one in _embedders(result.system.retriever) if one.get("mode") == "late"]
        shown = [s.mean for name, s in result.measures.items() if name.startswith("prefix@")]
        share = max((mean for mean in shown if mean is not None), default=0.0)
        if not late or share < LOUD:
            continue
        chunking = result.system.id.partition("/")[0]
        model = _model(late[0])
        text = (
            f"{chunking}: {model} in late mode reads documents, and so not what the chunker puts "
            f"before chunks ({share:.0%} of a context)"
        )
        found.setdefault((result.chunking, model), Notice("prefix", text))
    return tuple(found.values())


def _tokens(corpus: Corpus, start: Ints, end: Ints) -> int:
    """Tokens that start in any of the intervals, each counted once."""
    return int(corpus.tokens.count(*union(start, end)).sum())


def _models(options: Mapping[str, Json]) -> Iterator[str]:
    """How users call the embedders inside a retriever's options."""
    return map(_model, _embedders(options))


def _model(embedder: Mapping[str, Json]) -> str:
    return PurePath(str(embedder.get("model", embedder["name"]))).name


def _embedders(options: Mapping[str, Json]) -> Iterator[Mapping[str, Json]]:
    """The options of the embedders inside those of a retriever."""
    for name, value in options.items():
        if isinstance(value, Mapping):
            if name == "embedder":
                yield value
            else:
                yield from _embedders(value)
