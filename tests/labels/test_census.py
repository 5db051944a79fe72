from ragcheck.labels.census import PERCENTILES, Share, count_labels
from ragcheck.records import Collection, Document, Item, Passage, Question
from ragcheck.spans import Span

A, B = Document("a", "one two three four"), Document("b", "five six")
BARE = Document("c", "nothing")


def item(*places: tuple[str, int, int]) -> Item:
    return Item(tuple(Passage(Span(*place)) for place in places))


def test_every_count_by_hand():
    questions = (
        Question("1", "?", (item(("a", 0, 3)),), ("x", "x", "y"), must_pass=True),
        Question("2", "?", (item(("a", 0, 7)), item(("b", 0, 4), ("b", 5, 8))), ("x",)),
        Question("3", "?"),
    )
    found = count_labels(
        Collection("", (A, B, BARE), questions, ""), lambda text: len(text.split())
    )
    assert (found.questions, found.items, found.passages) == (3, 3, 4)
    assert found.kinds == {
        "one passage": 1,
        "several passages": 1,
        "unanswerable": 1,
        "several documents": 1,
        "interchangeable": 1,
        "must_pass": 1,
    }
    assert found.tags == {"x": 2, "y": 1}
    assert found.documents == {"a": Share(2, 2), "b": Share(1, 2), "c": Share(0, 0)}
    assert list(found.tokens) == list(PERCENTILES)
    assert (found.tokens[0], found.tokens[100]) == (1, 2)
    assert (found.characters[0], found.characters[50], found.characters[100]) == (3, 3, 7)


def test_questions_without_passages_have_no_lengths():
    found = count_labels(Collection("", (A,), (Question("1", "?"),), ""), len)
    assert (found.tokens, found.characters, found.passages) == ({}, {}, 0)
