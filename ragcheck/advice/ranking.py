"""Another order of the same chunks, or more of them: for what is merely ranked too low."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil
from typing import Any

from ragcheck.advice.command import one_system
from ragcheck.advice.evidence import Evidence, Row
from ragcheck.advice.records import Change
from ragcheck.records import Cut, System, SystemResult


def others(known: Evidence) -> Iterator[tuple[SystemResult, Change]]:
    """Every other system of the run on the same chunks, as a change of retriever."""
    run, mine = known.folder.run, known.result
    for other in run.systems:
        if other.chunking == mine.chunking and other.system.id != mine.system.id:
            name = _retriever(other)
            yield (
                other,
                Change(
                    f"retriever `{name}` on the same chunks",
                    f"These passages rank too low; on the same chunks `{name}` finds them.",
                    one_system(run, System("", mine.system.chunker, other.system.retriever)),
                ),
            )


def fused(known: Evidence) -> Change | None:
    """The system's retriever with the one that found most of its misses, by reciprocal rank."""
    run, mine = known.folder.run, known.result
    partners = [other for other, _ in others(known)]
    if not partners or any(r.system.retriever["name"] == "hybrid" for r in (mine, *partners)):
        return None
    found = [row["other"] for row in known.rows]
    partner = max(partners, key=lambda other: found.count(other.system.id))
    parts: list[dict[str, Any]] = [
        one_system(run, result.system)["retrievers"][0] for result in (mine, partner)
    ]
    parts.sort(key=lambda part: str(part["name"]))
    usual = parts == [{"name": "bm25"}, {"name": "dense"}]
    hybrid = {"name": "hybrid"} | ({} if usual else {"first": parts[0], "second": parts[1]})
    names = " and ".join(str(part["name"]) for part in parts)
    return Change(
        f"{names} fused on the same chunks",
        "These passages rank too low; fused with another retriever's ranking they come up. What "
        "the fusion loses elsewhere is not known.",
        {**one_system(run, mine.system), "retrievers": [hybrid]},
    )


def deeper(known: Evidence, rows: Sequence[Row]) -> tuple[Change, list[Row]] | None:
    """As much more context as finds half of what five times as much would find.

    Returns the change and the misses, of any cause, that are complete within it.
    """
    run, at = known.folder.run, known.at
    close = [_reached(known, row) for row in rows if "deeper" in row["fixes"]]
    ranks = sorted(rank for rank in close if rank)
    if not ranks:
        return None
    value = ranks[(len(ranks) - 1) // 2]
    cut = Cut(value if at.unit == "k" else ceil(value / 100) * 100, at.unit)
    usual = run.plan.ks if at.unit == "k" else run.plan.budgets
    settings = one_system(run, known.result.system)
    key = "k" if at.unit == "k" else "budgets"
    settings |= {key: sorted({*usual, cut.value}), "at": str(cut)}
    now, then = known.tokens_within(at), known.tokens_within(cut)
    what = "chunks" if at.unit == "k" else "tokens"
    change = Change(
        f"{cut.value:,} {what} of context instead of {at.value:,}",
        f"These passages come further down the same ranking. The price: {then:,.0f} tokens of "
        f"context per question instead of {now:,.0f}.",
        settings,
        at=cut,
    )
    return change, [row for row in known.rows if 0 < _reached(known, row) <= cut.value]


def _reached(known: Evidence, row: Row) -> int:
    """After how many chunks, or tokens of context, a miss is complete; 0: not known."""
    key = row["question"], row["item"]
    return int((known.completion[key] if known.at.unit == "k" else row["rank_tokens"]) or 0)


def found_by(known: Evidence, other: SystemResult, rows: Sequence[Row]) -> list[Row]:
    """Those of the misses that another system has whole at the working cut."""
    table = known.folder.items(other.system.id).select(["question", "item", "coverage"]).to_pydict()
    keys = zip(table["question"], table["item"], strict=True)
    whole = {k for k, c in zip(keys, table["coverage"], strict=True) if c >= 1 - 1e-9}
    return [row for row in rows if (row["question"], row["item"]) in whole]


def _retriever(result: SystemResult) -> str:
    """The part of a system's id after its chunker."""
    return result.system.id.partition("/")[2] or result.system.id
