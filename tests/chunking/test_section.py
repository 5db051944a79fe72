"""The section chunker, rule by rule."""

from __future__ import annotations

import pytest

from ragcheck.chunking import Paragraph, Section
from ragcheck.errors import ConfigError
from ragcheck.records import Document
from ragcheck.tokens import count_tokens

WORDS = "alpha beta gamma delta epsilon zeta eta theta iota kappa."


def pieces(chunker: Section, text: str, title: str = "") -> list[tuple[str, str]]:
    found = chunker.chunk(Document("a.md", text, title))
    return [(piece.prefix, text[piece.start : piece.end]) for piece in found]


def texts(chunker: Section, text: str) -> list[str]:
    return [text for _, text in pieces(chunker, text)]


def test_small_sibling_sections_share_a_chunk() -> None:
    text = "# A\n\none\n\n## B\n\ntwo\n\n## C\n\nthree\n"
    assert texts(Section(100), text) == [text.strip()]
    assert texts(Section(10), text) == ["# A\n\none\n\n## B\n\ntwo", "## C\n\nthree"]


def test_a_section_that_is_too_long_is_cut_between_its_subsections_first() -> None:
    text = f"# A\n\n## B\n\n{WORDS}\n\n{WORDS}\n\n## C\n\n{WORDS}\n\n# D\n\nend"
    assert texts(Section(40), text) == [
        f"# A\n\n## B\n\n{WORDS}\n\n{WORDS}",
        f"## C\n\n{WORDS}",
        "# D\n\nend",
    ]


def test_a_heading_stays_with_its_first_block() -> None:
    text = f"one two three\n\n# A\n\n## B\n\n{WORDS}\n\nmore"
    size = count_tokens(f"# A\n\n## B\n\n{WORDS}") + 1
    assert texts(Section(size), text)[1].startswith("# A\n\n## B\n\nalpha")


def test_a_heading_stays_with_the_first_sentence_of_a_long_paragraph() -> None:
    text = f"# A\n\n{WORDS} {WORDS} {WORDS}"
    assert texts(Section(18), text) == [f"# A\n\n{WORDS}", WORDS, WORDS]


def test_a_heading_stays_with_the_first_item_of_a_long_list() -> None:
    text = "# A\n\n" + "\n".join(f"- {WORDS}" for _ in range(3))
    assert texts(Section(20), text) == [f"# A\n\n- {WORDS}", f"- {WORDS}", f"- {WORDS}"]


TABLE = "| code | fee |\n|------|-----|\n" + "\n".join(
    f"| A{n}   | {n} dollars |" for n in range(6)
)


def test_a_table_that_fits_is_not_cut() -> None:
    size = count_tokens(TABLE)
    assert TABLE in texts(Section(size), f"{WORDS}\n\n{TABLE}\n\n{WORDS}")


def test_a_long_table_is_cut_between_rows() -> None:
    found = texts(Section(30), f"# Fees\n\n{TABLE}")
    assert found[0].startswith("# Fees\n\n| code | fee |\n|------|-----|\n| A0")
    assert len(found) > 2
    assert "\n".join(found) == f"# Fees\n\n{TABLE}"


def test_a_cut_table_can_repeat_its_header() -> None:
    chunker = Section(40, repeat_header=True)
    first, *rest = pieces(chunker, TABLE)
    assert first[0] == ""
    assert rest
    header = "| code | fee |\n|------|-----|\n"
    assert {prefix for prefix, _ in rest} == {header}
    assert all(count_tokens(prefix) + count_tokens(text) <= 40 for prefix, text in rest)
    assert pieces(Section(13, repeat_header=True), TABLE)[-1][0] == ""  # no room for it


def test_a_heading_whose_table_only_just_fits_stands_alone() -> None:
    found = texts(Section(count_tokens(TABLE)), f"# Fees\n\n{TABLE}")
    assert found == ["# Fees", TABLE]


def test_a_code_fence_is_cut_between_lines_only_when_it_is_too_long() -> None:
    code = "```sh\n" + "\n".join(f"step number {n}" for n in range(8)) + "\n```"
    assert texts(Section(count_tokens(code)), code) == [code]
    parts = texts(Section(count_tokens(code) - 1), code)
    assert [part.splitlines()[-1] for part in parts] == ["step number 6", "```"]
    assert "\n".join(parts) == code


def test_a_list_item_is_cut_between_its_parts_only_when_it_is_too_long() -> None:
    text = f"- {WORDS}\n  - {WORDS}\n  - nested\n- last"
    whole = f"- {WORDS}\n  - {WORDS}\n  - nested"
    assert texts(Section(count_tokens(whole)), text) == [whole, "- last"]
    assert texts(Section(14), text) == [f"- {WORDS}", f"- {WORDS}", "- nested", "- last"]


def test_kept_whole_are_tables_code_and_items_but_not_prose() -> None:
    code = f"```\n{WORDS}\n{WORDS}\n```"
    text = f"# Fees\n\n{TABLE}\n\n{code}\n\n- {WORDS} {WORDS}\n\n{WORDS} {WORDS}"
    assert texts(Section(16, keep_whole=True), text) == [
        f"# Fees\n\n{TABLE}",
        code,
        f"- {WORDS} {WORDS}",
        WORDS,
        WORDS,
    ]


def test_the_heading_path_stands_before_what_its_headings_do_not_head() -> None:
    text = f"intro\n\n# A\n\n{WORDS}\n\n{WORDS}\n\n## B\n\n{WORDS}\n\n{WORDS}"
    assert pieces(Section(24, heading_path=True), text, "Page") == [
        ("", "intro"),
        ("Page\n\n", f"# A\n\n{WORDS}"),
        ("Page > A\n\n", WORDS),
        ("Page > A\n\n", f"## B\n\n{WORDS}"),
        ("Page > A > B\n\n", WORDS),
    ]


def test_a_title_that_is_the_first_heading_is_said_once() -> None:
    text = f"# A\n\n{WORDS}\n\n{WORDS}"
    found = pieces(Section(24, heading_path=True), text, "A")
    assert [prefix for prefix, _ in found] == ["", "A\n\n"]


def test_outer_titles_give_way_where_there_is_no_room() -> None:
    text = f"# {WORDS}\n\n## B\n\n{WORDS}\n\n{WORDS}"
    assert pieces(Section(20, heading_path=True), text)[-1] == ("B\n\n", WORDS)


def test_a_prefix_counts_towards_the_size_but_never_splits_a_unit() -> None:
    size = count_tokens(TABLE)
    text = f"# A\n\n{WORDS}\n\n{TABLE}"
    assert pieces(Section(size, heading_path=True), text)[-1] == ("", TABLE)
    assert pieces(Section(size + 3, heading_path=True), text)[-1] == ("A\n\n", TABLE)


def test_front_matter_and_link_definitions_are_covered() -> None:
    text = "---\ntitle: x\n---\n\n# A\n\ntext\n\n[a]: https://example.org"
    assert "".join(texts(Section(4), text)).replace("\n", "").replace(" ", "") == text.replace(
        "\n", ""
    ).replace(" ", "")


def test_plain_text_is_cut_between_paragraphs() -> None:
    document = Document("a.txt", f"# no heading\n\n{WORDS}\n\n{WORDS} {WORDS}")
    assert Section(20).chunk(document) == Paragraph(20).chunk(document)


def test_empty_documents_and_wrong_options() -> None:
    assert texts(Section(8), "") == texts(Section(8), " \n\n ") == []
    with pytest.raises(ConfigError, match="option `size`"):
        Section(0)


@pytest.mark.parametrize(
    "text",
    [
        "- a\n" * 20_000,
        "".join("  " * level + "- a\n" for level in range(200)),
        "|a|b|\n|-|-|\n" + "|c|d|\n" * 10_000,
        "# a\n" * 10_000,
        "```\n" + "code\n" * 50_000,
        "> " * 2_000 + "a",
        "[" * 300_000,
    ],
    ids=["items", "nested", "rows", "headings", "unterminated", "quotes", "brackets"],
)
def test_large_and_odd_markdown(text: str) -> None:
    found = Section(256, heading_path=True, repeat_header=True).chunk(Document("a.md", text))
    covered = "".join(text[piece.start : piece.end] for piece in found)
    assert "".join(covered.split()) == "".join(text.split())
