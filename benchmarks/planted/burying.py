"""Passages in long chunks: among other things, or past what the embedder reads."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.planted import words
from benchmarks.planted.cases import FAMILIES, Case, Family, Side, Text
from benchmarks.planted.drafting import Fact, Kit, Wanted, is_read, is_unread, is_whole
from benchmarks.planted.words import Scene
from ragcheck.records import Piece
from ragcheck.spans import Span

#: Kinds of systems that have an embedder.
_EMBED: tuple[Family, ...] = ("dense", "hybrid")


def dilution(kit: Kit) -> Case | None:
    """A sentence whole in a chunk about something else, wherever the boundaries are."""
    scene, fact = kit.scene(), kit.fact()
    around = kit.filler(scene, int(kit.random.integers(100, 260))), kit.filler(scene, 150)
    passage, question = scene.say(fact["gold"]), scene.say(fact["question"])
    rivals = kit.remarks(scene, int(kit.random.integers(6, 10)), int(kit.random.integers(1, 3)))
    placed = [kit.place("gold.txt", around, passage, is_whole) for _ in range(2)]
    sides = [Side(question, (one[0], *rivals), (one[1],)) for one in placed if one is not None]
    if len(sides) < 2:
        return None
    alone, place = kit.whole("alone.txt", passage)
    rest = kit.text("gold.txt", " ".join(around))
    healed = Side(question, (rest, alone, *rivals), (place,))
    fixes = frozenset({"tight_oracle"})
    return Case(
        kit.id,
        "dilution",
        sides[0],
        (healed,),
        dict.fromkeys(FAMILIES, "dilution"),
        dict.fromkeys(FAMILIES, fixes),
        controls=(sides[1],),
    )


def truncation(kit: Kit) -> Case | None:
    """A passage among its like in a chunk of which the model reads only what stands before it."""
    scene, fact = kit.scene(), kit.fact()
    core, place = _core(kit, fact, scene)
    before, after = kit.filler(scene, int(kit.random.integers(330, 700))), kit.filler(scene, 60)
    planted = _placed(kit, (before, after), (core, place), is_unread)
    head = kit.filler(scene, 8)
    healed = _placed(kit, (head, f"{before} {after}"), (core, place), is_read)
    if planted is None or healed is None:
        return None
    question = scene.say(fact["question"])
    return Case(
        kit.id,
        "truncation",
        Side(question, (planted[0],), (planted[1],), "unread"),
        (Side(question, (healed[0],), (healed[1],)),),
        dict.fromkeys(_EMBED, "truncation"),
        dict.fromkeys(_EMBED, frozenset({"clipped_oracle"})),
    )


def unread_and_crowd(kit: Kit) -> Case | None:
    """An unread passage whose chunk begins on the subject, behind copies of a notice."""
    scene, fact = kit.scene(), kit.fact()
    core = _core(kit, fact, scene)
    some = [one.text for one in kit.remarks(scene, int(kit.random.integers(3, 10)), 2)]
    about = " ".join([*some, kit.digression(scene, 260 - 22 * len(some))])
    unread = _placed(kit, (about, kit.filler(scene, 20)), core, is_unread)
    read = _placed(kit, (kit.digression(scene, 8), about), core, is_read)
    if unread is None or read is None:
        return None
    slots = ["trait", "deed"] if kit.random.random() < 0.5 else ["trait"]
    noticed = words.altered(kit.bank, scene, kit.random, slots)
    copies = kit.copies(noticed, 0.02, 6)
    question = scene.say(fact["question"])
    planted = Side(question, (unread[0], *copies), (unread[1],), "unread")
    seen = Side(question, (read[0], *copies), (read[1],))
    alone = Side(question, (unread[0], copies[0]), (unread[1],), "unread")
    fixes = frozenset({"clipped_oracle", "skip_duplicates"})
    return Case(
        kit.id,
        "unread + crowd",
        planted,
        (seen, alone),
        dict.fromkeys(_EMBED, "truncation"),
        dict.fromkeys(_EMBED, fixes),
    )


def _core(kit: Kit, fact: Fact, scene: Scene) -> tuple[str, tuple[int, int]]:
    """The passage between remarks on its own subject, and where it stands there."""
    remarks = [one.text for one in kit.remarks(scene, 4, 0)]
    before = " ".join(remarks[:2]) + " "
    passage = scene.say(fact["gold"])
    return f"{before}{passage} {' '.join(remarks[2:])}", (len(before), len(before) + len(passage))


def _placed(
    kit: Kit, around: tuple[str, str], core: tuple[str, tuple[int, int]], wanted: Wanted
) -> tuple[Text, Span] | None:
    """A core between two texts such that the passage inside it lies as wanted."""
    text, (start, end) = core

    def inside(whole: str, pieces: Sequence[Piece], begin: int, _: int) -> bool:
        return wanted(whole, pieces, begin + start, begin + end)

    placed = kit.place("gold.txt", around, text, inside)
    if placed is None:
        return None
    document, span = placed
    return document, Span(document.id, span.start + start, span.start + end)
