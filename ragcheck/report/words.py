"""The words for what a retrieved chunk, an item or a question turned out to be."""

from __future__ import annotations

#: What most of a hit is (`hits.cause`), in the order of the payload's codes.
CAUSES = {
    "gold": "gold",
    "duplicate": "repeats text already shown",
    "prefix": "mostly prefix",
    "same_section": "same section, not gold",
    "same_document": "same document, not gold",
    "other_document": "another document",
}
#: How a question came out at the working cut, in the order of the payload's codes.
OUTCOMES = {
    "missed": "no passage is whole in the context",
    "partial": "some passages are whole in the context, not all",
    "found": "every passage is whole in the context",
    "unanswerable": "labelled as having no answer: counted, but out of every mean",
}
#: What else can be said of a question; each is a facet.
FLAGS = {
    "cut": "a chunk boundary cuts one of its passages and that passage is not whole in the context",
    "polluted": "the best-ranked chunk adds no gold: the reader meets something else first",
    "must-pass": "labelled must_pass: a miss fails the gate",
}
#: Kinds of structure that boundaries break (`SystemResult.breaks`), as people call them.
KINDS = {
    "sentence": "sentences",
    "paragraph": "paragraphs",
    "list_item": "list items",
    "table_row": "table rows",
    "table": "tables",
    "code_fence": "code blocks",
    "heading_block": "headings with first block",
    "header_loss": "header rows lost",
}


def plural(count: int, noun: str, many: str = "") -> str:
    """`1 question`, `76 questions`."""
    return f"{count:,} {noun if count == 1 else many or noun + 's'}"


def ordinal(rank: int) -> str:
    """`1st`, `2nd`, `11th`."""
    ending = "th" if 10 < rank % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(rank % 10, "th")
    return f"{rank}{ending}"


def cut_words(unit: str, value: int) -> str:
    """A cut in words: `5 chunks`, `2,000 tokens`."""
    return plural(value, "chunk" if unit == "k" else "token")
