"""Questions whose words only one kind of retriever understands, and labels that are wrong."""

from __future__ import annotations

from benchmarks.planted.cases import FAMILIES, Case, Family, Side
from benchmarks.planted.drafting import Kit
from benchmarks.planted.words import pick
from ragcheck.spans import Span


def synonyms(kit: Kit) -> Case | None:
    """Question and passage say the same without a term in common: BM25 is blind to it."""
    return _synonyms(kit, alone=False)


def synonyms_alone(kit: Kit) -> Case | None:
    """The same where no other retriever is there to find it."""
    return _synonyms(kit, alone=True)


def code(kit: Kit) -> Case | None:
    """An exact code among texts about codes: nothing that an embedder understands."""
    wording, scene = kit.bank.rest["errors"], kit.scene()
    codes = _codes(kit, 12)
    said = {
        "code": codes[0],
        "cause": pick(kit.random, wording["causes"].split(", ")),
        "remedy": pick(kit.random, wording["remedies"].split(", ")),
    }
    document, place = kit.whole("gold.txt", scene.say(wording["gold"], **said))
    rivals = [
        kit.text(f"related-{number}.txt", scene.say(sentence, other=codes[number + 1]))
        for number, sentence in enumerate(wording["related"])
    ]
    documents = (document, *rivals)
    return Case(
        kit.id,
        "exact code",
        Side(scene.say(wording["question"], **said), documents, (place,)),
        (Side(scene.say(wording["described"], **said), documents, (place,)),),
        {"dense": "outranked", "hybrid": "outranked"},
        dict.fromkeys(("dense", "hybrid"), frozenset({"other_retriever"})),
        beside="bm25",
    )


def wrong_label(kit: Kit) -> Case | None:
    """The label names a passage that says nothing about the question."""
    scene, fact = kit.scene(), kit.fact()
    right = scene.say(fact["gold"])
    wrong = kit.scene().say(kit.pick("remarks"))
    text = f"{right} {kit.filler(scene, 120)} {wrong}"
    document = kit.text("gold.txt", text)
    question = scene.say(fact["question"])
    spans = Span(document.id, len(text) - len(wrong), len(text)), Span(document.id, 0, len(right))
    return Case(
        kit.id,
        "wrong label",
        Side(question, (document,), spans[:1], "any"),
        (Side(question, (document,), spans[1:]),),
        dict.fromkeys(FAMILIES, "hard"),
        {},
        deep=True,
    )


def _synonyms(kit: Kit, *, alone: bool) -> Case | None:
    wording = kit.bank.rest["synonyms"]
    who, deed = pick(kit.random, wording["who"]), pick(kit.random, wording["deed"])
    verb, a_deed, stated, b_deed, noun = deed
    scene = kit.scene().but(
        a_who=who[0],
        A_who=who[0],
        b_who=who[1],
        a_do=verb,
        b_do=wording["other_do"][verb],
        a_deed=a_deed,
        a_deed_stated=stated,
        b_deed=b_deed,
        when=pick(kit.random, wording["when"].split(", ")),
        noun=noun,
        who=who[1],
        Who=who[1].capitalize(),
    )
    document, place = kit.whole("gold.txt", scene.say(wording["gold"]))
    decoys = [
        kit.text(f"decoy-{number}.txt", scene.say(sentence))
        for number, sentence in enumerate(wording["decoys"])
    ]
    documents = (document, *decoys)
    verdict: dict[Family, str] = (
        {"bm25": "hard"} if alone else {"bm25": "outranked", "hybrid": "outranked"}
    )
    fixes = dict.fromkeys(() if alone else verdict, frozenset({"other_retriever"}))
    return Case(
        kit.id,
        "other words, alone" if alone else "other words",
        Side(scene.say(wording["question"]), documents, (place,)),
        (Side(scene.say(wording["question_again"]), documents, (place,)),),
        verdict,
        fixes,
        beside=None if alone else "dense",
        deep=alone,
    )


def _codes(kit: Kit, count: int) -> list[str]:
    """Codes that begin alike."""
    family = f"{pick(kit.random, kit.bank.words('codes'))}-{kit.random.integers(10, 100)}"
    return [f"{family}{end}" for end in kit.random.choice(range(100, 1000), count, replace=False)]
