"""Faults of the chunker: it cuts through a passage, or loses some of it."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.planted import words
from benchmarks.planted.cases import FAMILIES, Case, Shape, Side, Text
from benchmarks.planted.drafting import Fact, Kit, Wanted, is_cut, is_placed
from benchmarks.planted.dropping import NOTE
from benchmarks.planted.words import Scene, revised
from ragcheck.records import Piece
from ragcheck.spans import Span


def boundary(kit: Kit) -> Case | None:
    """A passage of two sentences; the second cannot be understood without the first."""
    scene, fact = kit.scene(), kit.fact()
    around = _around(kit, scene)
    sides = _sides(kit, (scene, fact), around)
    if sides is None:
        return None
    cut, *moved = sides
    return _case(kit, "boundary", cut, tuple(moved), ("boundary_cut", {"clipped_oracle"}))


def neighbours(kit: Kit) -> Case | None:
    """A sentence at the start of a chunk; the one that it needs to be understood ends another."""
    scene, fact = kit.scene(), kit.fact()
    lead, rest = scene.say(fact["lead"]), scene.say(fact["rest"])
    around, inner = _around(kit, scene), len(lead) + 1

    def parted(text: str, pieces: Sequence[Piece], start: int, end: int) -> bool:
        between = start + inner - 1
        return any(one.start <= start and between <= one.end for one in pieces) and any(
            between <= one.start <= between + 1 and end <= one.end for one in pieces
        )

    sides = []
    for wanted in (parted, *map(is_placed, (0.2, 0.5, 0.8))):
        placed = kit.place("gold.txt", around, f"{lead} {rest}", wanted)
        if placed is None:
            return None
        place = Span(placed[1].document, placed[1].start + inner, placed[1].end)
        sides.append(Side(scene.say(fact["question"]), (placed[0],), (place,)))
    planted, *moved = sides
    verdict = ("boundary_context", {"clipped_oracle"})
    return _case(kit, "wrong neighbours", planted, tuple(moved), verdict)


def gap(kit: Kit) -> Case | None:
    """A note that no chunk holds; for some, the sentence before it is in the index."""
    scene, fact = kit.scene(), kit.fact()
    partly = kit.random.random() < 0.5
    before, after = kit.filler(scene, 8), kit.filler(scene, 8)

    def side(note: str) -> Side:
        lead = scene.say(fact["lead"]) + "\n\n" if partly else ""
        told = f"{lead}{note}{scene.say(fact['rest' if partly else 'gold'])}"
        start = len(before) + 2
        document = kit.text("gold.txt", f"{before}\n\n{told}\n\n{after}")
        begin = start + (0 if partly else len(note))
        place = Span(document.id, begin, start + len(told))
        shape: Shape = "gap" if note else "whole"
        return Side(scene.say(fact["question"]), (document,), (place,), shape)

    kept = side("")
    joined = kept.documents[0].text.replace("\n\n", "  ")
    document = kit.text("gold.txt", joined)
    healed = Side(kept.question, (document,), kept.gold)
    return _case(kit, "index gap", side(NOTE), (healed,), ("index_gap", set()))


def cut_and_crowd(kit: Kit) -> Case | None:
    """A cut passage both parts of which would be shown, if copies of a notice were not."""
    scene, fact = kit.scene(), kit.fact()
    other = fact
    while other == fact:
        other = kit.fact()
    fact |= {"lead": fact["gold"], "rest": other["gold"]}
    about = kit.random.random() < 0.5
    around = _remarks(kit, scene) if about else _digression(kit, scene)
    sides = _sides(kit, (scene, fact), around)
    if sides is None:
        return None
    cut, *moved = sides
    trait = words.altered(kit.bank, scene, kit.random, ["trait"]).slots["trait"]
    noticed = scene.but(trait=trait) if about and kit.random.random() < 0.5 else scene
    copies = kit.copies(noticed, 0.02, int(kit.random.integers(5, 8)))
    found = [_with(side, copies) for side in moved]
    alone = _with(cut, copies[:1])
    fixes = {"clipped_oracle", "skip_duplicates"}
    return _case(kit, "cut + crowd", _with(cut, copies), (alone, *found), ("boundary_cut", fixes))


def cut_and_twin(kit: Kit) -> Case | None:
    """A cut passage that another document repeats in nearly the same words, unlabelled."""
    scene, fact = kit.scene(), kit.fact()
    around = _around(kit, scene)
    sides = _sides(kit, (scene, fact), around)
    if sides is None:
        return None
    cut, *moved = sides
    passage = f"{scene.say(fact['lead'])} {scene.say(fact['rest'])}"
    said = revised(passage, 0.06, kit.random, kept=" ".join(scene.slots.values()))
    twin, place = kit.whole("twin.txt", said)
    planted = _with(cut, [twin])
    accepted = Side(planted.question, planted.documents, (*planted.gold, place), "cut")
    fixes = {"accept_twin", "clipped_oracle"}
    heals = (accepted, *(_with(side, [twin]) for side in moved))
    return _case(kit, "twin + cut", planted, heals, ("label_twin", fixes))


def _around(kit: Kit, scene: Scene) -> tuple[str, str]:
    """Text about something else, up to two chunks of it before the passage."""
    return kit.filler(scene, int(kit.random.integers(70, 170))), kit.filler(scene, 50)


def _remarks(kit: Kit, scene: Scene) -> tuple[str, str]:
    """Text on nearly the same subject."""
    said = [remark.text for remark in kit.remarks(scene, 8, 2)]
    return " ".join(said[:5]), " ".join(said[5:])


def _digression(kit: Kit, scene: Scene) -> tuple[str, str]:
    """Text about the same domain."""
    return kit.digression(scene, 80), kit.digression(scene, 50)


def _sides(kit: Kit, told: tuple[Scene, Fact], around: tuple[str, str]) -> list[Side] | None:
    """A passage cut, and the same early, in the middle and late in a chunk that holds it whole."""
    scene, fact = told
    passage = f"{scene.say(fact['lead'])} {scene.say(fact['rest'])}"
    shapes: list[tuple[Shape, Wanted]] = [("cut", is_cut)]
    shapes += [("whole", is_placed(where)) for where in (0.2, 0.5, 0.8)]
    sides = []
    for shape, wanted in shapes:
        placed = kit.place("gold.txt", around, passage, wanted)
        if placed is None:
            return None
        sides.append(Side(scene.say(fact["question"]), (placed[0],), (placed[1],), shape))
    return sides


def _with(side: Side, documents: list[Text]) -> Side:
    return Side(side.question, (*side.documents, *documents), side.gold, side.shape)


def _case(
    kit: Kit, fault: str, planted: Side, heals: tuple[Side, ...], verdict: tuple[str, set[str]]
) -> Case:
    cause, fixes = verdict
    return Case(
        kit.id,
        fault,
        planted,
        heals,
        dict.fromkeys(FAMILIES, cause),
        dict.fromkeys(FAMILIES, frozenset(fixes)),
    )
