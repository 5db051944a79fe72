"""What every built-in chunker promises, over nasty text."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from ragcheck.chunking import (
    Fixed,
    Overlap,
    Paragraph,
    Recursive,
    Section,
    Sentence,
    chunk_collection,
)
from ragcheck.chunking.levels import sentence_level
from ragcheck.chunking.options import resolve_overlap
from ragcheck.protocols import Chunker
from ragcheck.records import Chunks, Document
from ragcheck.structure import is_markdown, runs, structure, title
from ragcheck.tokens import count_tokens, token_map

FRAGMENTS = [
    "# h\n", "## h2 *x* {#a}\n", "Set\n===\n", "plain words, more words ", "One. Two! ", "\n",
    "\n\n", "- item\n", "  - nested\n", "1. one\n", "- - - a\n", "- # h\n", "|a|b|\n|-|-|\n|1|2|\n",
    "|3|4|\n",
    "- |a|b|\n  |-|-|\n  |c|d|\n", "```\n", "~~~py\ncode\n", "    indented\n", "> quote ",
    ">> # q\n", "---\n", "title: x\n", "...\n", "<div>\n", "[a]: http://x\n", "👩‍👩‍👧", "e\u0301",
    "漢字。", "สวัสดี", "שלום ", "\u2028", "\u2029", "\u0085", "\r", "\x00", "\u00a0", "\t", " ",
    "\x1c", "\x0b\n", "-", "`", "a" * 40,
]  # fmt: skip
TEXTS = st.one_of(
    st.lists(st.sampled_from(FRAGMENTS), max_size=25).map("".join),
    st.lists(st.sampled_from(FRAGMENTS), max_size=25).map(lambda parts: "---\n" + "".join(parts)),
    st.text(max_size=80),
)
DOCUMENTS = st.builds(
    lambda name, text: Document(name, text, title(text)),
    st.sampled_from(["a.md", "a.txt"]),
    TEXTS,
)
SIZES = st.sampled_from([1, 2, 3, 5, 8, 13, 30, 100])
UNITS = st.sampled_from(["tokens", "characters"])
OVERLAPS = st.sampled_from([1, 0.2, 0.5, 0.9, "20%"])
TOKENIZERS = st.sampled_from(["cl100k_base", "o200k_base"])
FIXED = SIZES.flatmap(
    lambda size: st.builds(Fixed, st.just(size), UNITS, TOKENIZERS, offset=st.integers(0, size - 1))
)
OVERLAP = st.builds(Overlap, st.sampled_from([2, 3, 5, 8, 30]), OVERLAPS, UNITS, TOKENIZERS)
SECTION = st.builds(Section, SIZES, st.booleans(), st.booleans(), st.booleans(), TOKENIZERS)
PACKING = st.one_of(
    st.builds(Paragraph, SIZES, st.booleans(), TOKENIZERS),
    st.builds(Sentence, SIZES, st.booleans(), TOKENIZERS),
    st.builds(Recursive, SIZES, TOKENIZERS),
)
CHUNKERS = st.one_of(FIXED, OVERLAP, SECTION, SECTION, PACKING)


def chunked(document: Document, chunker: Chunker) -> Chunks:
    return chunk_collection([document], chunker, chunker.tokenizer)


@settings(deadline=None, max_examples=600)
@given(document=DOCUMENTS, chunker=CHUNKERS)
def test_every_character_but_white_space_is_in_a_chunk(
    document: Document, chunker: Chunker
) -> None:
    chunks = chunked(document, chunker)
    held = {
        position
        for start, end in zip(chunks.start, chunks.end, strict=True)
        for position in range(start, end)
    }
    missing = {p for p, character in enumerate(document.text) if not character.isspace()} - held
    assert not missing
    if not isinstance(chunker, Overlap):
        assert (chunks.start[1:] >= chunks.end[:-1]).all()


@settings(deadline=None, max_examples=600)
@given(document=DOCUMENTS, chunker=CHUNKERS)
def test_no_chunk_exceeds_its_size_but_what_is_kept_whole(
    document: Document, chunker: Chunker
) -> None:
    chunks = chunked(document, chunker)
    for start, end, tokens, prefix in zip(
        chunks.start, chunks.end, chunks.tokens, chunks.prefix, strict=True
    ):
        if getattr(chunker, "unit", "tokens") == "characters":
            assert end - start <= chunker.size
        elif tokens > chunker.size and not (start + 1 == end and prefix == 0):
            assert getattr(chunker, "keep_whole", False)
            assert (start, end) in _kept(document, chunker)
            assert prefix == 0


def _kept(document: Document, chunker: Chunker) -> set[tuple[int, int]]:
    """What the option may keep whole: single units."""
    if isinstance(chunker, Paragraph):
        spans = [runs(document.text, "paragraph")]
    elif isinstance(chunker, Sentence):
        spans = [sentence_level(document)]
    else:
        found = structure(document.text, is_markdown(document.id))
        spans = [found.table, found.code_fence, found.list_item, found.heading_block]
    return {(start, end) for kind in spans for start, end in kind.tolist()}


@settings(deadline=None, max_examples=300)
@given(document=DOCUMENTS, chunker=CHUNKERS)
def test_cost_is_document_tokens_plus_prefix(document: Document, chunker: Chunker) -> None:
    chunks = chunked(document, chunker)
    starts = token_map(document.text, chunker.tokenizer).starts
    for row in range(len(chunks)):
        inside = ((starts >= chunks.start[row]) & (starts < chunks.end[row])).sum()
        prefix = chunks.prefixes[chunks.prefix[row]]
        assert chunks.tokens[row] == inside + count_tokens(prefix, chunker.tokenizer)


@settings(deadline=None, max_examples=600)
@given(text=TEXTS, chunker=SECTION)
def test_section_cuts_no_unit_that_fits(text: str, chunker: Section) -> None:
    document = Document("a.md", text, title(text))
    chunks = chunked(document, chunker)
    tokens = token_map(text, chunker.tokenizer)
    found = structure(text, True)
    units = (
        found.heading_block,
        found.table,
        found.table_row,
        found.code_fence,
        found.list_item,
    )
    for start, end in (span for kind in units for span in kind.tolist()):
        if tokens.count(start, end) <= chunker.size:
            assert ((chunks.start <= start) & (chunks.end >= end)).any(), text[start:end]


@settings(deadline=None, max_examples=300)
@given(document=DOCUMENTS, chunker=OVERLAP)
def test_overlapping_windows_each_add_something(document: Document, chunker: Overlap) -> None:
    chunks = chunked(document, chunker)
    for row in range(1, len(chunks)):
        assert chunks.start[row] > chunks.start[row - 1]
        assert chunks.end[row] > chunks.end[row - 1]
    if len(chunks) > 1:
        assert document.text[chunks.end[-2] : chunks.end[-1]].strip()


@settings(deadline=None, max_examples=300)
@given(
    text=st.text("ab c.\n", min_size=1, max_size=120),
    chunker=OVERLAP,
    data=st.data(),
)
def test_a_passage_up_to_the_overlap_is_whole_in_a_window(
    text: str, chunker: Overlap, data: st.DataObject
) -> None:
    # METRICS, section 4: overlap >= l - 1 removes every cut.
    length = resolve_overlap(chunker.overlap, chunker.size) + 1
    if chunker.unit == "tokens":
        starts = [*token_map(text, chunker.tokenizer).starts.tolist(), len(text)]
    else:
        starts = list(range(len(text) + 1))
    first = data.draw(st.integers(0, len(starts) - 2))
    start, end = starts[first], starts[min(first + length, len(starts) - 1)]
    end = min(end, len(text.rstrip()))
    windows = chunker.chunk(Document("a.txt", text))
    assert start >= end or any(piece.start <= start and end <= piece.end for piece in windows)


@settings(deadline=None, max_examples=300)
@given(text=st.text("ab c.\n1", max_size=200), chunker=FIXED)
def test_fixed_is_the_grid_of_units(text: str, chunker: Fixed) -> None:
    if chunker.unit == "tokens":
        starts = [*token_map(text, chunker.tokenizer).starts.tolist(), len(text)]
    else:
        starts = list(range(len(text) + 1))
    edges = [0, *range(chunker.size - chunker.offset, len(starts) - 1, chunker.size)]
    expected = [starts[edge] for edge in edges] + [len(text)]
    pieces = chunker.chunk(Document("a.txt", text))
    assert [piece.start for piece in pieces] == (expected[:-1] if text else [])
    assert [piece.end for piece in pieces] == (expected[1:] if text else [])
