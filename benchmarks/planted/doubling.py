"""Passages that another document repeats, and the labels do not know."""

from __future__ import annotations

from benchmarks.planted.cases import FAMILIES, Case, Side
from benchmarks.planted.drafting import Kit, is_whole
from benchmarks.planted.words import revised
from ragcheck.spans import Span


def verbatim(kit: Kit) -> Case | None:
    """The labelled passage is buried; the same text stands in a better place."""
    return _twin(kit, "twin verbatim", 0.0)


def reworded(kit: Kit) -> Case | None:
    """The same with up to an eighth of the words, no facts, replaced, left out or added."""
    return _twin(kit, "twin edited", float(kit.random.uniform(0.03, 0.12)))


def _twin(kit: Kit, fault: str, share: float) -> Case | None:
    scene, fact = kit.scene(), kit.fact()
    around = kit.filler(scene, int(kit.random.integers(100, 260))), kit.filler(scene, 150)
    passage = f"{scene.say(fact['lead'])} {scene.say(fact['rest'])}"
    placed = kit.place("gold.txt", around, passage, is_whole)
    if placed is None:
        return None
    document, place = placed
    said = passage
    if share:
        said = revised(passage, share, kit.random, kept=" ".join(scene.slots.values()))
    more = kit.digression(scene, int(kit.random.integers(0, 25)))
    copy = kit.text("twin.txt", f"{said} {more}".strip())
    other = Span(copy.id, 0, len(said))
    rivals = kit.remarks(scene, int(kit.random.integers(6, 10)), int(kit.random.integers(1, 3)))
    question, documents = scene.say(fact["question"]), (document, copy, *rivals)
    return Case(
        kit.id,
        fault,
        Side(question, documents, (place,)),
        (Side(question, documents, (place, other)),),
        dict.fromkeys(FAMILIES, "label_twin"),
        dict.fromkeys(FAMILIES, frozenset({"accept_twin"})),
        controls=(Side(question, (document, *rivals), (place,)),),
    )
