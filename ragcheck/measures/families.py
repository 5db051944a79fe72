"""Every measure there is, in one table: its name, its definition and the function that computes it.

The definitions are what help, tooltips and reference show.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal

from ragcheck.measures import breaks, pollution, rank, recall
from ragcheck.measures.composition import Part
from ragcheck.measures.corpus import Reals
from ragcheck.measures.judging import Judged

_NOTHING = "nothing is shown"


@dataclass(frozen=True, slots=True)
class Family:
    """One measure at whatever cut-offs it takes.

    `cuts`: "kt" both chunks and tokens, "k" chunks only, "" none. `function` returns
    float64[q, c] with cut-offs and float64[q] without.
    """

    name: str
    function: Callable[[Judged], Reals]
    doc: str
    cuts: Literal["kt", "k", ""] = "kt"
    unit: Literal["share", "tokens", "count"] = "share"
    better: Literal["higher", "lower", "none"] = "higher"
    null: str = ""


#: In the order in which reference and tables show them.
FAMILIES: tuple[Family, ...] = (
    Family(
        "recall",
        recall.recall,
        "Share of the labelled passages, by weight, that are whole in the context. Of "
        "interchangeable passages, and of places with the same text, one is enough.",
    ),
    Family(
        "any",
        recall.any_item,
        "1 when at least one labelled passage of the question is whole in the context.",
    ),
    Family(
        "all",
        recall.all_items,
        "1 when every labelled passage of the question is whole in the context.",
    ),
    Family(
        "char_recall",
        recall.char_recall,
        "Share of the characters of the labelled passages that are in the context. White "
        "space is not counted; overlapping chunks count once.",
    ),
    Family(
        "recall_half",
        recall.recall_half,
        "As recall, but half of a passage's characters in the context is enough.",
    ),
    Family(
        "touched",
        recall.touched,
        "As recall, but any character of a passage in the context is enough.",
    ),
    Family(
        "recall_auc",
        recall.recall_auc,
        "Recall averaged over all budgets: the area under recall against the logarithm of "
        "the budget in tokens, between the smallest and the largest budget of the run.",
        cuts="",
        null="the run has fewer than two budgets",
    ),
    Family(
        "pollution",
        pollution.pollution,
        "Share of the context that is not new gold: everything but labelled text shown for "
        "the first time. The sum of its causes: duplicate, prefix, same_section, "
        "same_document, other_document.",
        better="lower",
        null=_NOTHING,
    ),
    Family(
        "gold",
        partial(pollution.share, parts=(Part.gold,)),
        "Share of the context that is labelled text shown for the first time.",
        null=_NOTHING,
    ),
    Family(
        "redundant",
        partial(pollution.share, parts=(Part.duplicate,)),
        "Share of the context that repeats: text shown before (by overlapping chunks), or "
        "labelled text of which another copy counts already.",
        better="lower",
        null=_NOTHING,
    ),
    Family(
        "other",
        pollution.other,
        "Share of the context that is neither labelled text nor a repetition.",
        better="lower",
        null=_NOTHING,
    ),
    Family(
        "duplicate",
        partial(pollution.share, parts=(Part.duplicate,)),
        "Pollution by repetition: text shown before, or another copy of labelled text.",
        better="lower",
        null=_NOTHING,
    ),
    Family(
        "prefix",
        partial(pollution.share, parts=(Part.prefix,)),
        "Pollution by what the chunker puts before chunks, such as heading paths.",
        better="lower",
        null=_NOTHING,
    ),
    Family(
        "same_section",
        partial(pollution.share, parts=(Part.same_section,)),
        "Pollution from a section whose own body holds labelled text of the question: too "
        "large a chunk, right place.",
        better="lower",
        null=_NOTHING,
    ),
    Family(
        "same_document",
        partial(pollution.share, parts=(Part.same_document,)),
        "Pollution from elsewhere in a document that holds labelled text of the question.",
        better="lower",
        null=_NOTHING,
    ),
    Family(
        "other_document",
        partial(pollution.share, parts=(Part.other_document,)),
        "Pollution from documents without labelled text of the question.",
        better="lower",
        null=_NOTHING,
    ),
    Family(
        "iou",
        pollution.iou,
        "Characters common to labelled text and context, over characters in either of them.",
    ),
    Family(
        "offtopic",
        pollution.offtopic,
        "Share of the chunks shown that add no new labelled text. Read it beside offtopic_floor.",
        cuts="k",
        better="lower",
        null=_NOTHING,
    ),
    Family(
        "offtopic_floor",
        pollution.offtopic_floor,
        "What offtopic cannot fall below, because only so many chunks of the index hold "
        "labelled text of the question.",
        cuts="k",
        better="none",
        null=_NOTHING,
    ),
    Family(
        "severed",
        breaks.severed,
        "Share of the labelled passages, by weight, that no single chunk holds whole. "
        "Depends on the chunker alone.",
        cuts="",
        better="lower",
    ),
    Family(
        "unavoidable",
        breaks.unavoidable,
        "Share of the labelled passages, by weight, that are longer than every chunk: "
        "severed wherever the boundaries fall.",
        cuts="",
        better="none",
    ),
    Family(
        "severity",
        breaks.severity,
        "How much of a labelled passage is missing from the chunk that holds most of it, on "
        "average.",
        cuts="",
        better="lower",
    ),
    Family(
        "pieces",
        breaks.pieces,
        "Fewest chunks that together hold a labelled passage whole, on average.",
        cuts="",
        unit="count",
        better="lower",
        null="labelled text is missing from the index",
    ),
    Family(
        "gold_unseen",
        breaks.gold_unseen,
        "How much of a labelled passage stands in chunks only where the embedder, which cuts long "
        "texts silently, does not read: on average. Depends on the chunker and the embedder.",
        cuts="",
        better="lower",
        null="the system has no embedder",
    ),
    Family(
        "index_gap",
        breaks.index_gap,
        "Share of the labelled passages, by weight, that are missed at the working cut "
        "because some of their text is in no chunk.",
        cuts="",
        better="lower",
    ),
    Family(
        "cut_and_missed",
        breaks.cut_and_missed,
        "Share of the labelled passages, by weight, that are missed at the working cut and "
        "that a chunk boundary cuts: no single chunk holds them whole.",
        cuts="",
        better="lower",
    ),
    Family(
        "unseen",
        breaks.unseen,
        "Share of the labelled passages, by weight, that are missed at the working cut and whole "
        "in a chunk, but over half of them only where the embedder, which cuts long texts "
        "silently, does not read. 0 for a system without an embedder.",
        cuts="",
        better="lower",
    ),
    Family(
        "not_ranked",
        breaks.not_ranked,
        "Share of the labelled passages, by weight, that are missed at the working cut "
        "although a chunk holds them whole and the embedder, if there is one, reads half of them.",
        cuts="",
        better="lower",
    ),
    Family(
        "ceiling",
        recall.ceiling,
        "The best recall that any ranking of these chunks could reach at this cut-off. "
        "Above twelve passages a question it is a lower bound.",
    ),
    Family(
        "nDCG",
        rank.ndcg,
        "Discounted gain of the passages complete within k chunks, over that of the best "
        "order: 1 when the evidence is complete as early as ranks allow.",
        cuts="k",
    ),
    Family(
        "AP",
        rank.average_precision,
        "Average precision by completion rank: how early passages become complete, averaged "
        "over the first min(passages, k) of them.",
        cuts="k",
    ),
    Family(
        "RR",
        rank.reciprocal_rank,
        "1 over the rank at which the first passage is complete; 0 if none is within k chunks.",
        cuts="k",
    ),
    Family(
        "context_tokens",
        pollution.context_tokens,
        "Tokens of the context, prefixes included: what the reader pays for.",
        unit="tokens",
        better="lower",
    ),
)
