"""Passages that others keep out of the first places: copies of one text, or better texts."""

from __future__ import annotations

from functools import partial

from benchmarks.planted.cases import FAMILIES, Case, Side
from benchmarks.planted.drafting import Kit
from benchmarks.planted.words import Scene
from ragcheck.chunking import Fixed
from ragcheck.records import Document
from ragcheck.spans import Span


def crowd(kit: Kit, share: float) -> Case | None:
    """A notice and copies of it, `share` of their words changed, take all the places."""
    scene, fact = kit.scene(), kit.fact()
    passage = _weak(kit, scene, fact["gold"])
    text = f"{passage} {kit.filler(scene, int(kit.random.integers(8, 25)))}"
    document = kit.text("gold.txt", text)
    place = Span(document.id, 0, len(passage))
    copies = kit.copies(scene, share, int(kit.random.integers(5, 9)))
    question = scene.say(fact["question"])
    return Case(
        kit.id,
        f"copies {share:.0%} changed",
        Side(question, (document, *copies), (place,)),
        (Side(question, (document, copies[0]), (place,)),),
        dict.fromkeys(FAMILIES, "duplicate_crowd"),
        dict.fromkeys(FAMILIES, frozenset({"skip_duplicates"})),
    )


def overlap(kit: Kit) -> Case | None:
    """Chunks of one document, each mostly a repeat of the one before, take all the places."""
    scene, fact = kit.scene(), kit.fact()
    document, place = kit.whole("gold.txt", _weak(kit, scene, fact["gold"]))
    said = " ".join(one.text for one in kit.remarks(scene, int(kit.random.integers(7, 11)), 0))
    long = kit.text("long.txt", said)
    apart = [
        kit.text(f"part-{number}.txt", said[piece.start : piece.end].strip())
        for number, piece in enumerate(Fixed(96).chunk(Document(long.id, said)))
    ]
    question = scene.say(fact["question"])
    return Case(
        kit.id,
        "overlapping chunks",
        Side(question, (document, long), (place,)),
        (Side(question, (document, *apart), (place,)),),
        dict.fromkeys(FAMILIES, "overlap_crowd"),
        dict.fromkeys(FAMILIES, frozenset({"skip_overlaps"})),
    )


def outranked(kit: Kit) -> Case | None:
    """A chunk that is nothing but the passage, behind different texts that fit the question."""
    scene, fact = kit.scene(), kit.fact()
    document, place = kit.whole("gold.txt", _weak(kit, scene, fact["gold"]))
    rivals = kit.remarks(scene, int(kit.random.integers(7, 13)), 0)
    question = scene.say(fact["question"])
    return Case(
        kit.id,
        "rank 6 and up",
        Side(question, (document, *rivals), (place,)),
        (Side(question, (document, *rivals[:2]), (place,)),),
        dict.fromkeys(FAMILIES, "outranked"),
        dict.fromkeys(FAMILIES, frozenset({"deeper"})),
    )


crowd_2 = partial(crowd, share=0.02)
crowd_12 = partial(crowd, share=0.12)


def _weak(kit: Kit, scene: Scene, gold: str) -> str:
    """The passage without some of the words that the question names its subject by."""
    weaker = {"trait": "", "place": scene.slots["name"], "deed": "seen to"}
    gone = [slot for slot in weaker if kit.random.random() < 0.8]
    return scene.say(gold, **{slot: weaker[slot] for slot in gone})
