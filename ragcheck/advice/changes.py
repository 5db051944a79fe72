"""Other chunks: what each cause that lies in the chunking asks to be changed.

A change does for all chunks, with a real chunker, what the intervention did for one passage. None
where nothing of the kind is left to try.
"""

from __future__ import annotations

from math import ceil
from typing import Any

from ragcheck.advice.command import one_system, other_size
from ragcheck.advice.evidence import Evidence
from ragcheck.advice.records import Change
from ragcheck.records import Cut

#: Chunkers that cut windows, wherever that falls.
WINDOWS = ("fixed", "overlap")
#: Least tokens of the chunks where passages lie buried in longer ones (METRICS, section 6).
FINE = 100
#: An overlap of fewer units does nothing.
LEAST_OVERLAP = 8


def shorter(known: Evidence) -> Change | None:
    """Chunks that the embedder reads to their end, in as much context."""
    read, size = known.result.chunks.get("read_tokens"), known.size
    if not isinstance(read, float) or size is None:
        return None
    # `read` is a median: a tenth less, and nearly every chunk is read whole.
    target = int(known.units(0.9 * read)) // 8 * 8
    if not 0 < target < size:
        return None
    overlap = known.overlap
    settings = _resized(known, target, overlap and max(1, overlap * target // size))
    return _as_much(
        known,
        f"chunks of {target:,} {known.unit}, which the embedder reads whole",
        f"The embedder stops after about {read:,.0f} tokens of a chunk, and these passages stand "
        "beyond that.",
        settings,
    )


def wider(known: Evidence) -> Change | None:
    """Boundaries that spare the passages: overlap, larger chunks, or chunks along the structure.

    What follows the text's structure already never goes back to windows.
    """
    size = known.size or int(known.units(float(known.chunks["tokens"].max(initial=0))))
    half, read_whole = size // 2, not known.result.chunks.get("truncated")
    within = f"95% of the passages are within about {known.length:,} {known.unit}"
    cause = f"Chunk boundaries cut these passages, or part them from what belongs to them. {within}"
    if known.chunker["name"] not in WINDOWS and known.size is not None:
        target = _rounded(max(1.5 * known.tokens(size), 2 * known.tokens(known.length)))
        title = f"chunks of {target:,} tokens instead of {size:,}"
        return Change(title, f"{cause}.", _resized(known, target)) if read_whole else None
    if known.length <= half and (known.overlap or 0) < half:
        return Change(
            f"windows of {size:,} {known.unit} that overlap by {half:,}",
            f"{cause}, so such an overlap keeps them whole wherever they lie.",
            _windows(known, "overlap", size, half),
        )
    reason, target = f"{cause}. More overlap would not help", int(known.tokens(size))
    if known.length > half:
        reason = f"{cause}: more than half of a chunk, too much to overlap"
        target = _rounded(2 * known.tokens(known.length)) if read_whole else target
    return Change(
        f"section chunks of {target:,} tokens",
        f"{reason}. Cut along the text's structure instead.",
        _structured(known, "section", target),
    )


def _rounded(tokens: float) -> int:
    """A size that looks like one."""
    return ceil(tokens / 16) * 16


def finer(known: Evidence) -> Change | None:
    """Small chunks along sentences or structure in as much context; never smaller fixed ones."""
    target = max(FINE, ceil(known.tokens(known.length) / 10) * 10)
    if known.size is not None and known.tokens(known.size) <= target:
        return None
    name = str(known.chunker["name"])
    if name in WINDOWS or known.size is None:
        name = "section" if known.markdown else "sentence"
        settings = _structured(known, name, target)
    else:
        settings = _resized(known, target)
    return _as_much(
        known,
        f"{name} chunks of {target:,} tokens",
        "Alone these passages are found; their chunks are about other things as well.",
        settings,
    )


def _as_much(known: Evidence, title: str, reason: str, settings: dict[str, Any]) -> Change:
    """Smaller chunks, judged within the tokens that the context has now."""
    if known.at.unit == "t":
        return Change(title, reason, settings)
    budget = Cut(10 * max(1, round(known.tokens_within(known.at) / 10)), "t")
    budgets = sorted({*known.folder.run.plan.budgets, budget.value})
    return Change(
        title,
        f"{reason} Judge them in as much context: the first {known.at} chunks fill about "
        f"{budget.value:,} tokens now.",
        {**settings, "budgets": budgets, "at": str(budget)},
        at=budget,
    )


def titled(known: Evidence) -> Change | None:
    """Title and heading path before each chunk."""
    if known.chunker.get("heading_path") is True:
        return None
    size = int(known.tokens(known.size or float(known.chunks["tokens"].max(initial=0))))
    mine = known.chunker["name"] == "section"
    settings = _resized(known, size) if mine else _structured(known, "section", size)
    settings["chunkers"] = [{**settings["chunkers"][0], "heading_path": True}]
    return Change(
        "section chunks with title and heading path",
        "Title and headings that name the subject stand outside these chunks; put before them, and "
        "before their competitors, the passages are found.",
        settings,
    )


def sparser(known: Evidence) -> Change | None:
    """Half of the overlap, or none."""
    now, size = known.overlap, known.size
    if now is None or size is None:
        return None
    half = now // 2
    reason = "Overlapping chunks that show little new text took the places."
    if half < LEAST_OVERLAP:
        return Change("no overlap", reason, _windows(known, "fixed", size))
    title = f"overlap of {half:,} {known.unit} instead of {now:,}"
    return Change(title, reason, _windows(known, "overlap", size, half))


def _resized(known: Evidence, size: int, overlap: int | None = None) -> dict[str, Any]:
    """The same chunker at another size."""
    settings = one_system(known.folder.run, known.result.system)
    return other_size(settings, size, overlap)


def _windows(known: Evidence, name: str, size: int, overlap: int | None = None) -> dict[str, Any]:
    """Windows in the unit that the system's chunker counts in."""
    chunker = {"name": name} | ({"unit": known.unit} if known.unit == "characters" else {})
    settings = one_system(known.folder.run, known.result.system)
    return other_size({**settings, "chunkers": [chunker]}, size, overlap)


def _structured(known: Evidence, name: str, tokens: int) -> dict[str, Any]:
    """Another chunker with the system's retriever."""
    settings = one_system(known.folder.run, known.result.system)
    return other_size({**settings, "chunkers": [{"name": name}]}, tokens, None)
