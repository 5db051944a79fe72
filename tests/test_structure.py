"""What a text is made of, as spans."""

from __future__ import annotations

import numpy as np
import pytest

from ragcheck.structure import is_markdown, runs, sections, structure, title

PAGE = """---
title: "Fees \\"and\\" limits"
---
Before any heading.

# Late *fees* `now` {#late}

First block. It has two sentences,
one of them wrapped.

## Limits

1. One. Still one.
   - nested
2. Two

> Quoted words.

| code | fee |
|------|-----|
| A1   | 8   |
| B2   | 9   |

```sh
pay --now

# no heading
```

[link]: https://example.org
"""


def shown(text: str, kind: str, *, markdown: bool = True) -> list[str]:
    return [text[start:end] for start, end in getattr(structure(text, markdown), kind)]


def test_sentences_are_of_prose_only() -> None:
    assert shown(PAGE, "sentence") == [
        "Before any heading.",
        "First block.",
        "It has two sentences,\none of them wrapped.",
        "One.",
        "Still one.",
        "nested",
        "Two",
        "Quoted words.",
    ]


def test_paragraphs_leave_out_tight_items() -> None:
    assert shown(PAGE, "paragraph") == [
        "Before any heading.",
        "First block. It has two sentences,\none of them wrapped.",
        "> Quoted words.",
    ]


def test_list_items_hold_what_is_nested_in_them() -> None:
    assert shown(PAGE, "list_item") == ["1. One. Still one.\n   - nested", "- nested", "2. Two"]


def test_tables_with_rows_and_header() -> None:
    header = "| code | fee |\n|------|-----|"
    rows = [header, "| A1   | 8   |", "| B2   | 9   |"]
    assert shown(PAGE, "table") == ["\n".join(rows)]
    assert shown(PAGE, "table_row") == rows
    assert shown(PAGE, "table_header") == [header]


def test_code_is_fenced_or_indented_and_may_be_unterminated() -> None:
    assert shown(PAGE, "code_fence") == ["```sh\npay --now\n\n# no heading\n```"]
    assert shown("text\n\n    indented\n\nmore", "code_fence") == ["indented"]
    assert shown("```\nnever closed\n\n# code", "code_fence") == ["```\nnever closed\n\n# code"]


def test_a_heading_goes_with_its_first_block() -> None:
    assert shown(PAGE, "heading_block") == [
        "# Late *fees* `now` {#late}\n\nFirst block. It has two sentences,\none of them wrapped.",
        "## Limits\n\n1. One. Still one.\n   - nested",
    ]
    assert shown("# A\n## B\n\ntext\n\n# C", "heading_block") == ["# A\n## B\n\ntext"]


def test_spans_are_read_only_arrays_of_two_columns() -> None:
    found = structure("", True)
    assert found.table.shape == (0, 2)
    assert found.table.dtype == np.int32
    with pytest.raises(ValueError, match="read-only"):
        structure(PAGE, True).table[0, 0] = 1


def test_plain_text_has_sentences_and_paragraphs_only() -> None:
    text = "# One. Two!\n| a | b |\n\n \nThree\u2029Four. 五。六。"
    assert shown(text, "paragraph", markdown=False) == [
        "# One. Two!\n| a | b |",
        "Three",
        "Four. 五。六。",
    ]
    assert shown(text, "sentence", markdown=False)[-3:] == ["Four.", "五。", "六。"]
    plain = structure(text, False)
    assert not any(map(len, (plain.table, plain.list_item, plain.code_fence, plain.heading_block)))


def test_long_text_without_spaces_is_cut_into_sentences() -> None:
    text = "漢字のテスト。" * 30_000
    spans = structure(text, False).sentence
    assert len(spans) == 30_000
    assert (spans[:, 1] - spans[:, 0] == 7).all()


def test_a_sentence_longer_than_the_window_stays_whole() -> None:
    text = "Short. " + "long " * 10_000 + "end. Short."
    assert [end - start for start, end in structure(text, False).sentence] == [6, 50_004, 6]


def test_sections_have_paths_and_bodies() -> None:
    late, limits = sections(PAGE)
    assert (late.level, late.path) == (1, ("Late fees now",))
    assert (limits.level, limits.path) == (2, ("Late fees now", "Limits"))
    assert PAGE[late.start : late.body] == "# Late *fees* `now` {#late}\n"
    assert PAGE[late.body : late.end].startswith("\nFirst block.")
    assert late.end == limits.start
    assert limits.end == len(PAGE)


def test_sections_where_a_level_is_left_out_or_underlined() -> None:
    text = "Top\n===\na\n#### Deep\nb\n## Two\nc"
    assert [section.path for section in sections(text)] == [
        ("Top",),
        ("Top", "Deep"),
        ("Top", "Two"),
    ]
    assert text[sections(text)[0].body :].startswith("a\n")
    assert sections("# only")[0].body == 6


def test_headings_in_lists_quotes_and_code_make_no_section() -> None:
    assert sections("- # item\n\n> # quote\n\n    # code\n") == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (PAGE, 'Fees "and" limits'),
        ("---\ntitle: 'It''s'\nslug: x\n---\n# Heading", "It's"),
        ("---\ntitle: plain words\n---\n", "plain words"),
        ("---\ntitle: >-\n  folded\n---\n# Heading", "Heading"),
        ("---\nsubtitle: x\n---\n## Two\n# One\n# Other", "One"),
        ('---\ntitle: "bad \\q"\n---\n', "bad \\q"),
        ("---\ntitle: '\n---\n# H", "H"),
        ("---\ntitle: never closed\n", ""),
        ("no heading", ""),
        ("", ""),
    ],
)
def test_title(text: str, expected: str) -> None:
    assert title(text) == expected


def test_a_huge_heading_is_no_title() -> None:
    assert len(title("# " + "[" * 1_000_000)) == 1000


@pytest.mark.parametrize(
    ("name", "expected"),
    [("a/b.md", True), ("B.MARKDOWN", True), ("c.mdx", True), ("md", False), ("a.md.txt", False)],
)
def test_markdown_is_known_by_its_suffix(name: str, expected: bool) -> None:
    assert is_markdown(name) is expected


def test_runs_of_words_lines_and_paragraphs() -> None:
    text = " one  two\nthree\u2028four \n\t\n five\x85\x85six"
    words = [text[start:end] for start, end in runs(text, "word")]
    assert words == ["one", "two", "three", "four", "five", "six"]
    assert [text[s:e] for s, e in runs(text, "line")] == ["one  two", *words[2:]]
    assert [text[s:e] for s, e in runs(text, "paragraph")] == [
        "one  two\nthree\u2028four",
        "five",
        "six",
    ]
    assert runs("", "word").shape == runs(" \n\n ", "paragraph").shape == (0, 2)


def test_large_collections_are_taken_apart_once() -> None:
    """Every chunking goes through all documents in order: a smaller cache would never help."""
    texts = [f"# Page {number}\n\nText.\n" for number in range(5000)]
    for text in texts:
        structure(text, True)
    before = structure.cache_info().hits
    for text in texts:
        structure(text, True)
    assert structure.cache_info().hits - before == len(texts)
