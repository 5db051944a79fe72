from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from ragcheck.measures import structural_breaks
from ragcheck.measures.structural import KINDS
from ragcheck.spans import Span
from ragcheck.structure import structure
from tests.measures.build import chunks, collection, span

PAGE = """# Fees

The cap is eight dollars. It was seven.

| plan | fee |
| ---- | --- |
| free | 0   |
| team | 9   |

- one
- two

```
a = 1
b = 2
```
"""
TEXTS = {"page.md": PAGE}
MADE = collection(TEXTS)


def figures(*places: Span, prefixes=()):
    found = structural_breaks(MADE.documents, chunks(MADE, places, prefixes))
    return {kind: tuple(row.values()) for kind, row in found.items()}


def test_one_chunk_breaks_nothing():
    found = figures(Span("page.md", 0, len(PAGE)))
    assert found == {
        "sentence": (4, 0, 0, 0.0),
        "paragraph": (1, 0, 0, 0.0),
        "list_item": (2, 0, 0, 0.0),
        "table_row": (3, 0, 0, 0.0),
        "table": (1, 0, 0, 0.0),
        "code_fence": (1, 0, 0, 0.0),
        "heading_block": (1, 0, 0, 0.0),
        "header_loss": (1, 0, 0, 0.0),
    }


def test_no_chunks_can_keep_nothing():
    found = figures()
    assert found["sentence"] == (0, 0, 4, None)
    assert found["header_loss"] == (0, 0, 0, None)


def test_a_cut_inside_a_paragraph_and_a_table():
    in_prose, in_table = PAGE.index(" It was"), PAGE.index("| team")
    places = [
        Span("page.md", 0, in_prose),
        Span("page.md", in_prose, in_table),
        Span("page.md", in_table, len(PAGE)),
    ]
    found = figures(*places)
    assert found["sentence"] == (4, 0, 0, 0.0)
    assert found["paragraph"] == (1, 1, 0, 1.0)
    assert found["heading_block"] == (1, 1, 0, 1.0)
    assert found["table_row"] == (3, 0, 0, 0.0)
    assert found["table"][1] + found["table"][2] == 1
    assert found["header_loss"] == (2, 1, 0, 0.5)


def test_a_header_repeated_as_prefix_is_not_lost():
    in_table = PAGE.index("| team")
    places = [Span("page.md", 0, in_table), Span("page.md", in_table, len(PAGE))]
    assert figures(*places)["header_loss"] == (2, 1, 0, 0.5)
    kept = figures(*places, prefixes=["", "|plan|fee|\n|---|---|\n"])
    assert kept["header_loss"] == (2, 0, 0, 0.0)
    assert figures(*places, prefixes=["", "Fees\n"])["header_loss"] == (2, 1, 0, 0.5)


def test_white_space_at_the_ends_does_not_matter_and_longer_units_are_counted_apart():
    sentence = span(TEXTS, "page.md", "The cap is eight dollars.")
    found = figures(sentence)
    assert found["sentence"] == (4, 3, 0, 0.75)
    assert found["paragraph"] == (0, 0, 1, None)
    padded = Span("page.md", sentence.start - 1, sentence.end + 1)
    assert figures(padded) == found


@settings(deadline=None, max_examples=100)
@given(st.lists(st.tuples(st.integers(0, len(PAGE) - 1), st.integers(1, 60)), max_size=8))
def test_against_containment_of_sets_of_characters(rows):
    places = sorted(Span("page.md", s, min(s + n, len(PAGE))) for s, n in rows)
    found = structural_breaks(MADE.documents, chunks(MADE, places))

    def units(start, end):
        return {i for i in range(start, end) if not PAGE[i].isspace()}

    held = [units(p.start, p.end) for p in places]
    largest = max(map(len, held), default=0)
    whole = structure(PAGE, True)
    for kind in KINDS:
        spans = [units(start, end) for start, end in getattr(whole, kind)]
        fits = [unit for unit in spans if len(unit) <= largest]
        broken = sum(not any(unit <= chunk for chunk in held) for unit in fits)
        assert found[kind]["units"] == len(fits)
        assert found[kind]["broken"] == broken
        assert found[kind]["unavoidable"] == len(spans) - len(fits)


def test_a_table_of_a_header_only_has_no_body_to_lose_it():
    made = collection({"page.md": "| plan | fee |\n| ---- | --- |\n\nThe cap is eight dollars.\n"})
    whole = chunks(made, [Span("page.md", 5, len(made.documents[0].text))])
    found = structural_breaks(made.documents, whole)
    assert found["table"]["unavoidable"] + found["table"]["units"] == 1
    assert found["header_loss"]["units"] == 0
