"""Documents and labelled questions for report tests: readable, seeded, every kind of label."""

from __future__ import annotations

import random

from ragcheck.records import Document, Item, Passage, Question, Section
from ragcheck.spans import Span

TOPICS = (
    ("guides/storage.md", "Storage guide", "volume", ("snapshot", "replica", "tier", "quota")),
    (
        "guides/alerts.md",
        "Alerting guide",
        "alert rule",
        ("receiver", "silence", "window", "route"),
    ),
    ("reference/limits.md", "Limits", "workspace", ("seat", "token", "upload", "export")),
    ("reference/errors.md", "Error codes", "request", ("retry", "timeout", "payload", "cursor")),
    ("policies/travel.txt", "Travel policy", "traveller", ("fare", "hotel", "advance", "receipt")),
    (
        "policies/leave.txt",
        "Leave policy",
        "employee",
        ("notice", "carry-over", "part-day", "sick note"),
    ),
)
FILLER = (
    "Most teams leave the {b} as it is and only return to it when the {a} changes hands.",
    "A {a} keeps its {b} until somebody with the owner role removes it.",
    "The {b} is checked again each night, and the result is written to the audit log.",
    "Where two settings disagree, the one on the {a} wins over the one inherited from above.",
    "Nothing in this section applies to a {a} that was archived before the {b} was introduced.",
    "Read the notes on the {b} first if you are moving from an earlier release.",
    "It is usual to review every {a} twice a year, together with its {b}.",
)
FACTS = (
    (
        "The {b} of a {a} may stay free of charge for up to {n} days after the {a} "
        "is closed. Beyond that it is billed by the week, and the owner is told twice before the "
        "first bill is written.",
        "How long until I am charged for the {b} of my old {a}?",
    ),
    (
        "A second {b} is allowed once the first {n} hours have passed without a "
        "complaint about the {a}. Until then the first one has to do, whatever the plan says.",
        "can i have two of those {b} things, and when",
    ),
    (
        "Each {a} can hold {n} of them, and one more {b} for every started group of ten members.",
        "Upper bound for the number of members per {b}",
    ),
)
SHARED = "Questions about this page go to the platform desk, which answers within two working days."


def documents(words_per_section: int = 420) -> list[Document]:
    """Six documents with headings, filler and three facts per section, the same on every call."""
    return [
        _document(*topic, words_per_section, random.Random(i)) for i, topic in enumerate(TOPICS)
    ]


def _document(
    name: str, title: str, a: str, parts: tuple[str, ...], size: int, rng: random.Random
) -> Document:
    text, sections = f"# {title}\n\n", []
    for number, b in enumerate(parts):
        start = len(text)
        text += f"## The {b}\n\n"
        body = len(text)
        facts = [f[0].format(a=a, b=b, n=(number + 2) * 7 + i) for i, f in enumerate(FACTS)]
        text += _section(facts, a, b, size, rng) + SHARED + "\n\n"
        sections.append(Section(start, body, len(text), 2, (title, f"The {b}")))
    return Document(name, text, title, tuple(sections))


def _section(facts: list[str], a: str, b: str, size: int, rng: random.Random) -> str:
    sentences = [rng.choice(FILLER).format(a=a, b=b) for _ in range(size // 14)]
    for fact in facts:
        sentences.insert(rng.randrange(len(sentences)), fact)
    lines, at = [], 0
    while at < len(sentences):
        step = rng.randint(4, 9)
        lines.append(" ".join(sentences[at : at + step]))
        at += step
    return "\n\n".join(lines) + "\n\n"


def questions(docs: list[Document]) -> list[Question]:
    """A question per fact; two-item, any-of, twin, must-pass and unanswerable ones among them."""
    found: list[Question] = []
    for doc, (_, _, a, parts) in zip(docs, TOPICS, strict=True):
        for number, b in enumerate(parts):
            for kind, (fact, ask) in enumerate(FACTS):
                quote = fact.format(a=a, b=b, n=(number + 2) * 7 + kind)
                items = [Item((Passage(_find(doc, quote)),))]
                if kind == 2 and number:
                    other = FACTS[0][0].format(a=a, b=parts[0], n=14)
                    items.append(Item((Passage(_find(doc, other)),)))
                found.append(_question(len(found), ask.format(a=a, b=b), items, doc))
    found += _special(docs, len(found))
    return found


def _question(number: int, text: str, items: list[Item], doc: Document) -> Question:
    tags = (doc.id.split("/")[0], *(("two passages",) if len(items) > 1 else ()))
    return Question(f"q-{number:04d}", text, tuple(items), tags, must_pass=number % 11 == 0)


def _special(docs: list[Document], at: int) -> list[Question]:
    places = [Span(d.id, d.text.index(SHARED), d.text.index(SHARED) + len(SHARED)) for d in docs]
    group = Item(tuple(Passage(place) for place in places[:2]))
    twins = Item((Passage(places[3]),), tuple(places[4:]))
    return [
        Question(f"q-{at:04d}", "Who answers questions about a page?", (group,), ("support",)),
        Question(f"q-{at + 1:04d}", "How soon does the desk reply?", (twins,), ("support",), True),
        Question(f"q-{at + 2:04d}", "What is the dress code on Fridays?", (), ("unanswerable",)),
        Question(f"q-{at + 3:04d}", "Which printer is the quietest?", (), ("unanswerable",)),
    ]


def _find(doc: Document, quote: str) -> Span:
    start = doc.text.index(quote)
    return Span(doc.id, start, start + len(quote))


HOSTILE = (
    "</script><img src=x onerror=\"document.title='owned'\"><b>bold</b> & &amp; {{ 7*7 }}\n\n"
    "Emoji first: 🧪🚀👩‍👩‍👧‍👦 and then the 🔑 KEY PASSAGE WITH 🌍 EMOJI 🔑 ends here.\n\n"
    "שלום עולם, הטקסט הזה נכתב מימין לשמאל ומכיל את הסוד 42 בתוך המשפט.\n\n"
    "`<!-- --></style>` \u202eoverride\u202c \x00null\x1f control and ]]> tail. "
)


def hostile() -> tuple[list[Document], list[Question]]:
    """Markup, astral and right-to-left characters, control characters and one long line."""
    text = HOSTILE + "<script>alert(1)</script> 𝔘𝔫𝔦𝔠𝔬𝔡𝔢 " * 400
    doc = Document("</title><script>x</script>.md", text, "<i>title</i>")
    quotes = ("🔑 KEY PASSAGE WITH 🌍 EMOJI 🔑", "ומכיל את הסוד 42 בתוך", "<img src=x onerror=")
    asked = [
        Question(
            f"h-{i} <b>&\"'",
            f"Where is {quote}?",
            (Item((Passage(_find(doc, quote)),)),),
            ("<u>tag</u>",),
        )
        for i, quote in enumerate(quotes)
    ]
    return [doc, Document("empty.md", "", "")], asked
