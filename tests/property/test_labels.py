"""What is written is read back; twins against a search that is too simple to be wrong."""

import tempfile
from pathlib import Path

from hypothesis import event, given, settings
from hypothesis import strategies as st

from ragcheck.documents import canonical
from ragcheck.labels import collection_digest, read_labels, with_twins, write_labels
from ragcheck.labels.normalise import folded
from ragcheck.records import Document, Item, Passage, Question
from ragcheck.spans import Span

letters = st.text(
    alphabet=st.characters(exclude_categories=["Cs"])
    | st.sampled_from('ab \n\r\t\ufeff\u2028é😀"'),
    max_size=30,
)
words = letters.filter(str.strip)
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | letters,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(letters, inner, max_size=3),
    max_leaves=6,
)
KNOWN = {"id", "question", "passages", "unanswerable", "tags", "must_pass"}


@st.composite
def collections(draw):
    names = draw(st.lists(words, min_size=1, max_size=3, unique=True))
    texts = [canonical(draw(letters)) + draw(st.sampled_from('aé😀"')) for _ in names]
    documents = [Document(name, text) for name, text in zip(names, texts, strict=True)]

    def passage():
        document = draw(st.sampled_from(documents))
        unit = draw(st.sampled_from([i for i, c in enumerate(document.text) if not c.isspace()]))
        start = draw(st.integers(0, unit))
        end = draw(st.integers(unit + 1, len(document.text)))
        weight = draw(st.floats(min_value=0, exclude_min=True, allow_infinity=False))
        return Passage(Span(document.id, start, end), weight)

    def item():
        return Item(tuple(passage() for _ in range(draw(st.integers(1, 3)))))

    questions = [
        Question(
            name,
            draw(words),
            tuple(item() for _ in range(draw(st.integers(0, 3)))),
            tuple(draw(st.lists(words, max_size=2))),
            draw(st.booleans()),
            draw(
                st.dictionaries(
                    letters.filter(lambda key: key not in KNOWN), json_values, max_size=3
                )
            ),
        )
        for name in draw(st.lists(words, min_size=1, max_size=3, unique=True))
    ]
    return documents, questions


@given(collections())
@settings(deadline=None, max_examples=150)
def test_reading_what_was_written_gives_the_same_questions(drawn):
    documents, questions = drawn
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "q.jsonl"
        write_labels(path, questions, {document.id: document for document in documents})
        found, _ = read_labels([path], documents)
        data = path.read_bytes()
        write_labels(path, found, {document.id: document for document in documents})
        assert path.read_bytes() == data
    assert list(found) == questions
    assert [list(question.extra) for question in found] == [list(q.extra) for q in questions]
    digests = {collection_digest(documents, some, twins=True) for some in (found, questions)}
    assert len(digests) == 1


#: Ways to write one label, ways to miss it narrowly, and what may stand between.
LABELS = (
    "Straße ab 30 Euro je Tag",
    "STRASSE ab 30\n\nEuro je Tag",
    "strasse  AB 30\u00a0euro JE tag",
)
NEARLY = ("Straße ab 30 Euro je", "Straße ab 30 Euro je Tagx", "----------", "ß", "x")
gaps = st.sampled_from(["", " ", "\n", ". "])
parts = st.sampled_from(LABELS) | st.sampled_from(NEARLY)
repetitive = st.lists(st.tuples(parts, gaps).map("".join), min_size=2, max_size=6).map("".join)


@given(st.lists(repetitive, min_size=1, max_size=3), st.data())
@settings(deadline=None, max_examples=200)
def test_twins_are_what_a_walk_over_all_positions_finds(texts, data):
    label = data.draw(st.sampled_from(LABELS))
    documents = [Document("first", f"{label} {texts[0]}")]
    documents += [Document(f"d{at}", text) for at, text in enumerate(texts[1:])]
    text = documents[0].text
    ends = [at for at in range(1, len(text) + 1) if not _inside_word(text, at)]
    end = data.draw(st.just(len(label)) | st.sampled_from(ends))
    starts = [at for at in range(end) if not _inside_word(text, at)]
    start = data.draw(st.just(0) | st.sampled_from(starts))
    if text[start:end].isspace():
        return
    member = Span("first", start, end)
    (question,) = with_twins([Question("q", "Q", (Item((Passage(member),)),))], documents)
    expected = _slow_twins(member, documents)
    event(f"{min(len(expected), 3)} twins")
    assert list(question.items[0].twins) == expected


def _slow_twins(member: Span, documents: list[Document]) -> list[Span]:
    def plain(text: str) -> str:
        return " ".join(text.split()).casefold()

    source = next(document for document in documents if document.id == member.document)
    label = source.text[member.start : member.end]
    if sum(not c.isspace() for c in label) < 20:
        return []
    found = []
    for document in documents:
        text, reach = document.text, 0
        for start in range(len(text)):
            if text[start].isspace() or start < reach or _inside_word(text, start):
                continue
            for end in range(start + 1, len(text) + 1):
                if text[end - 1].isspace() or _inside_word(text, end):
                    continue
                own = document.id == member.document and start < member.end and member.start < end
                if plain(text[start:end]) == plain(label) and not own:
                    found.append(Span(document.id, start, end))
                    reach = end
    return found


def _inside_word(text: str, position: int) -> bool:
    return 0 < position < len(text) and text[position - 1].isalnum() and text[position].isalnum()


@given(repetitive)
@settings(deadline=None)
def test_folding_is_what_split_and_casefold_do(text):
    assert folded(text).text.strip() == " ".join(text.split()).casefold()
