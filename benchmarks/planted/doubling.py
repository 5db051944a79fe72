"""Passages that another document repeats, and the labels do not know."""

from __future__ import annotations

from functools import partial

from benchmarks.planted.cases import FAMILIES, Case, Side
from benchmarks.planted.drafting import Kit, is_whole
from benchmarks.planted.words import edited


def twin(kit: Kit, share: float) -> Case | None:
    """The labelled passage is buried; the same text, or nearly, stands alone elsewhere."""
    scene, fact = kit.scene(), kit.fact()
    around = kit.filler(scene, int(kit.random.integers(100, 260))), kit.filler(scene, 150)
    passage = f"{scene.say(fact['lead'])} {scene.say(fact['rest'])}"
    placed = kit.place("gold.txt", around, passage, is_whole)
    if placed is None:
        return None
    document, place = placed
    said = passage
    if share:
        said = edited(passage, share, kit.random, kept=" ".join(scene.slots.values()))
    copy, other = kit.whole("twin.txt", said)
    rivals = kit.remarks(scene, int(kit.random.integers(6, 10)), int(kit.random.integers(1, 3)))
    question, documents = scene.say(fact["question"]), (document, copy, *rivals)
    return Case(
        kit.id,
        "twin edited" if share else "twin verbatim",
        Side(question, documents, (place,)),
        (Side(question, documents, (place, other)),),
        dict.fromkeys(FAMILIES, "label_twin"),
        dict.fromkeys(FAMILIES, frozenset({"accept_twin"})),
        controls=(Side(question, (document, *rivals), (place,)),),
    )


verbatim = partial(twin, share=0.0)
reworded = partial(twin, share=0.06)
