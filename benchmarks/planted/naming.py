"""Manuals whose chunks do not say which product they are about."""

from __future__ import annotations

from benchmarks.planted import words
from benchmarks.planted.cases import FAMILIES, Case, Side, Text
from benchmarks.planted.drafting import Kit, is_whole
from benchmarks.planted.haystack import filler
from benchmarks.planted.words import Scene, edited, pick
from ragcheck.records import Document
from ragcheck.spans import Span


def lost_context(kit: Kit) -> Case | None:
    """The product stands in the title only; manuals of others say the like in other words."""
    drafted = _drafted(kit, len(kit.bank.rest["manuals"]["sentences"]) - 1)
    if drafted is None:
        return None
    planted, healed, _ = drafted
    return _case(kit, "name in title", (planted, healed), (), {"add_context"})


def context_and_crowd(kit: Kit) -> Case | None:
    """The same, and the manuals of others are copies of one."""
    drafted = _drafted(kit, 1, sentences=2)
    if drafted is None:
        return None
    planted, healed, sibling = drafted
    count = int(kit.random.integers(5, 8))
    copies = []
    for number in range(count):
        rest = sibling.text.split("\n\n", 1)[1]
        product = _product(kit)
        copies.append(
            kit.text(f"copy-{number}.md", f"# {product}\n\n{edited(rest, 0.02, kit.random)}")
        )
    crowded = Side(planted.question, (planted.documents[0], *copies), planted.gold)
    named = Side(healed.question, (healed.documents[0], *copies), healed.gold)
    alone = Side(planted.question, (planted.documents[0], copies[0]), planted.gold)
    fixes = {"add_context", "skip_duplicates"}
    return _case(kit, "name + crowd", (crowded, named), (alone,), fixes)


def _case(
    kit: Kit, fault: str, sides: tuple[Side, Side], more: tuple[Side, ...], fixes: set[str]
) -> Case:
    planted, healed = sides
    cause = "duplicate_crowd" if more else "lost_context"
    return Case(
        kit.id,
        fault,
        planted,
        (healed, *more),
        dict.fromkeys(FAMILIES, cause),
        dict.fromkeys(FAMILIES, frozenset(fixes)),
    )


def _drafted(kit: Kit, count: int, sentences: int = 1) -> tuple[Side, Side, Text] | None:
    """A manual that names its product only in the title, one that names it, and a sibling.

    There are `count` siblings, each with so many `sentences` on the question.
    """
    wording = kit.bank.rest["manuals"]
    product = _product(kit)
    scene = kit.scene()
    part = f"{scene.slots['trait']} {scene.slots['part']}"
    scene = scene.but(product=product, part=part)
    own, *order = kit.random.permutation(len(wording["sentences"])).tolist()
    gold = wording["sentences"][own]
    others = []
    for number in range(count):
        said = order[number * sentences : (number + 1) * sentences]
        other = scene.but(product=_product(kit), n=str(kit.random.integers(13, 98)))
        told = " ".join(wording["sentences"][which] for which in said)
        made = _manual(kit, other, told, f"manual-{number}.md")
        others.append(made)
    plain = _manual(kit, scene, gold, "gold.md")
    named = _manual(kit, scene, wording["named"].format(product=product) + gold, "gold.md")
    if plain is None or named is None or None in others:
        return None
    siblings = [made[0] for made in others if made is not None]
    question = scene.say(wording["question"])
    planted = Side(question, (plain[0], *siblings), (plain[1],))
    healed = Side(question, (named[0], *siblings), (named[1],))
    return planted, healed, siblings[0]


def _manual(kit: Kit, scene: Scene, sentence: str, name: str) -> tuple[Text, Span] | None:
    """A manual in which a chunk after the first holds the sentence whole."""
    wording = kit.bank.rest["manuals"]
    domain = next(
        key for key, lists in kit.bank.domains.items() if scene.slots["thing"] in lists["things"]
    )
    title = f"# {scene.say(pick(kit.random, wording['titles']))}\n\n"
    headings = wording["headings"].split(", ")
    first, second = (headings[i] for i in kit.random.permutation(len(headings))[:2])
    opening = filler(kit.bank, domain, kit.random, int(kit.random.integers(80, 120)))
    closing = filler(kit.bank, domain, kit.random, 30)
    passage = scene.say(sentence)
    above = filler(kit.bank, domain, kit.random, 12)
    # What `place` drops words from stands between the title and the section of the passage.
    opening_words = opening.split(" ")
    for drop in kit.random.permutation(len(opening_words) - 50):
        body = " ".join(opening_words[drop:])
        head = f"{title}## {first}\n\n{body}\n\n## {second}\n\n{above} "
        text = f"{head}{passage} {closing}"
        pieces = kit.chunker.chunk(Document(name, text))
        start, end = len(head), len(head) + len(passage)
        if is_whole(text, pieces, start, end) and pieces[0].end < end:
            document = kit.text(name, text)
            return document, Span(document.id, start, end)
    return None


def _product(kit: Kit) -> str:
    return f"{words.invented(kit.bank, kit.random)} {10 * int(kit.random.integers(10, 100))}"
