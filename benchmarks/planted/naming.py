"""Manuals whose chunks do not say which product they are about."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.planted import words
from benchmarks.planted.cases import FAMILIES, Case, Side, Text
from benchmarks.planted.drafting import Kit, is_whole
from benchmarks.planted.words import Scene, edited, pick
from ragcheck.records import Document
from ragcheck.spans import Span


@dataclass(frozen=True, slots=True)
class _Manual:
    """Parts of a manual; the passage stands in the section below the second heading."""

    title: str
    headings: tuple[str, str]
    opening: str
    above: str
    passage: str
    closing: str

    def laid_out(self, kit: Kit, name: str, *, named: bool) -> tuple[Text, Span] | None:
        """Such that a chunk without the title holds second heading and passage.

        `named`: the headings repeat the title. None where no boundary falls like that.
        """
        first, second = (f"{self.title} > {h}" if named else h for h in self.headings)
        opening = self.opening.split(" ")
        for drop in kit.random.permutation(len(opening) - 50):
            top = f"# {self.title}\n\n## {first}\n\n{' '.join(opening[drop:])}\n\n"
            head = f"{top}## {second}\n\n{self.above}"
            text = f"{head}{self.passage} {self.closing}"
            pieces = kit.chunker.chunk(Document(name, text))
            start, end = len(head), len(head) + len(self.passage)
            if is_whole(text, pieces, start, end) and any(
                0 < piece.start <= len(top) and end <= piece.end for piece in pieces
            ):
                document = kit.text(name, text)
                return document, Span(document.id, start, end)
        return None


def lost_context(kit: Kit) -> Case | None:
    """The product stands in the title only; manuals of others say the like in other words."""
    scene = _scene(kit)
    own, *rest = _sentences(kit)
    manuals = [_manual(kit, scene, own), *(_manual(kit, _other(kit, scene), one) for one in rest)]
    sides = [_side(kit, scene, manuals, named=named) for named in (False, True)]
    planted, healed = sides
    if planted is None or healed is None:
        return None
    return _case(kit, ("name in title", "lost_context"), (planted, healed), {"add_context"})


def context_and_crowd(kit: Kit) -> Case | None:
    """The same, and the manuals of others are copies of one that says more."""
    scene = _scene(kit)
    said = _sentences(kit)
    manual = _manual(kit, scene, " ".join(said[:2]))
    planted, healed = (_side(kit, scene, [manual], named=named) for named in (False, True))
    laid = _manual(kit, _other(kit, scene), " ".join(said[2:5])).laid_out(kit, "", named=False)
    if planted is None or healed is None or laid is None:
        return None
    rest = laid[0].text.split("\n\n", 1)[1]
    copies, headed = [], []
    for number in range(int(kit.random.integers(5, 8))):
        product, said_again = _product(kit), edited(rest, 0.02, kit.random)
        copies.append(kit.text(f"copy-{number}.md", f"# {product}\n\n{said_again}"))
        named = said_again.replace("## ", f"## {product} > ")
        headed.append(kit.text(f"copy-{number}.md", f"# {product}\n\n{named}"))
    sides = [
        Side(side.question, (*side.documents, *others), side.gold)
        for side, others in ((planted, copies), (healed, headed), (planted, copies[:1]))
    ]
    fixes = {"add_context", "skip_duplicates"}
    return _case(kit, ("name + crowd", "duplicate_crowd"), tuple(sides), fixes)


def _case(kit: Kit, fault: tuple[str, str], sides: tuple[Side, ...], fixes: set[str]) -> Case:
    name, cause = fault
    planted, *heals = sides
    return Case(
        kit.id,
        name,
        planted,
        tuple(heals),
        dict.fromkeys(FAMILIES, cause),
        dict.fromkeys(FAMILIES, frozenset(fixes)),
    )


def _side(kit: Kit, scene: Scene, manuals: list[_Manual], *, named: bool) -> Side | None:
    """The first manual holds the gold."""
    laid = [
        manual.laid_out(kit, f"manual-{number}.md", named=named)
        for number, manual in enumerate(manuals)
    ]
    placed = [one for one in laid if one is not None]
    if len(placed) < len(laid):
        return None
    question = scene.say(kit.bank.rest["manuals"]["question"])
    return Side(question, tuple(document for document, _ in placed), (placed[0][1],))


def _manual(kit: Kit, scene: Scene, sentences: str) -> _Manual:
    wording = kit.bank.rest["manuals"]
    headings = wording["headings"].split(", ")
    first, second = (headings[i] for i in kit.random.permutation(len(headings))[:2])
    passage = scene.say(sentences)
    room = len(passage) < 150
    return _Manual(
        scene.say(pick(kit.random, wording["titles"])),
        (first, second),
        kit.digression(scene, int(kit.random.integers(80, 120))),
        f"{kit.digression(scene, int(kit.random.integers(1, 20)))} " if room else "",
        passage,
        kit.digression(scene, 30),
    )


def _sentences(kit: Kit) -> list[str]:
    """All that can be said in a manual, in any order."""
    found = kit.bank.rest["manuals"]["sentences"]
    return [found[i] for i in kit.random.permutation(len(found))]


def _scene(kit: Kit) -> Scene:
    """A product, and a part that few others have."""
    scene = kit.scene()
    part = f"{scene.slots['trait']} {scene.slots['part']}"
    return scene.but(product=_product(kit), part=part)


def _other(kit: Kit, scene: Scene) -> Scene:
    return scene.but(product=_product(kit), n=str(kit.random.integers(13, 98)))


def _product(kit: Kit) -> str:
    return f"{words.invented(kit.bank, kit.random)} {10 * int(kit.random.integers(10, 100))}"
