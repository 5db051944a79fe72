"""What every fault is drafted with: a scene, its fact, texts around it, and where chunks end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from benchmarks.planted import words
from benchmarks.planted.cases import Case, Text
from benchmarks.planted.haystack import filler
from benchmarks.planted.words import Bank, Random, Scene, pick
from ragcheck.protocols import Chunker
from ragcheck.records import Document, Piece
from ragcheck.spans import Span

#: Word pieces that the real model reads of a text.
READS = 254
#: Characters between a passage and the nearest edge of a chunk that holds it whole.
_MARGIN = 40
#: Parts of a cut passage are no smaller than this share of it.
_LEAST = 0.25

Fact = dict[str, str]
#: Whether pieces of a text, and where the passage stands in it, are as they should be.
Wanted = Callable[[str, Sequence[Piece], int, int], bool]


@dataclass(frozen=True, slots=True)
class Kit:
    """One draw: the id of the case, its wording, its randomness, and the chunker it is for."""

    id: str
    bank: Bank
    random: Random
    chunker: Chunker

    def scene(self) -> Scene:
        """A new subject."""
        return words.scene(self.bank, self.random)

    def pick(self, name: str, key: str = "sentences") -> str:
        """A sentence of the bank."""
        return str(pick(self.random, self.bank.rest[name][key]))

    def fact(self) -> Fact:
        """A question with the passages that answer it, slots open."""
        return dict(pick(self.random, self.bank.rest["facts"]))

    def text(self, name: str, text: str) -> Text:
        """A document of this case."""
        return Text(f"planted/{self.id}/{name}", text)

    def whole(self, name: str, text: str) -> tuple[Text, Span]:
        """A document that is nothing but the passage."""
        document = self.text(name, text)
        return document, Span(document.id, 0, len(text))

    def remarks(self, scene: Scene, count: int, altered: int) -> list[Text]:
        """Texts on the same subject that do not answer, `altered` of the question's words away."""
        chosen = self.random.permutation(len(self.bank.rest["remarks"]["sentences"]))[:count]
        texts = []
        for number, which in enumerate(chosen):
            slots = [("trait", "deed", "part")[i] for i in self.random.permutation(3)[:altered]]
            other = words.altered(self.bank, scene, self.random, slots)
            said = other.say(self.bank.rest["remarks"]["sentences"][which])
            texts.append(self.text(f"remark-{number}.txt", said))
        return texts

    def copies(self, scene: Scene, share: float, count: int) -> list[Text]:
        """A notice on the same subject, and copies of it with a share of the words changed."""
        headline = "{place}: on the {part} of the {trait} {thing}. "
        notice = scene.say(headline + self.pick("notices"))
        rest = [words.edited(notice, share, self.random) for _ in range(count - 1)]
        return [self.text(f"notice-{i}.txt", text) for i, text in enumerate([notice, *rest])]

    def filler(self, scene: Scene, count: int) -> str:
        """At least so many words about another domain than the scene's."""
        others = [name for name in self.bank.domains if name != scene.domain]
        return filler(self.bank, pick(self.random, others), self.random, count)

    def digression(self, scene: Scene, count: int) -> str:
        """At least so many words about other things of the scene's domain."""
        return filler(self.bank, scene.domain, self.random, count)

    def place(
        self, name: str, around: tuple[str, str], passage: str, wanted: Wanted
    ) -> tuple[Text, Span] | None:
        """The passage between two texts, of which as much is left out as `wanted` asks for.

        None where no beginning of the text before it will do.
        """
        before, after = around
        opening = before.split(" ")
        for drop in self.random.permutation(max(1, len(opening) - 3)):
            kept = " ".join(opening[drop:])
            head = kept[:1].upper() + kept[1:] + " "
            text = f"{head}{passage} {after}".strip()
            start, end = len(head), len(head) + len(passage)
            pieces = self.chunker.chunk(Document(name, text))
            if wanted(text, pieces, start, end):
                document = self.text(name, text)
                return document, Span(document.id, start, end)
        return None


Draft = Callable[[Kit], Case | None]


def is_cut(text: str, pieces: Sequence[Piece], start: int, end: int) -> bool:
    """One boundary cuts the passage, and leaves a good part of it on either side."""
    least = _LEAST * (end - start)
    return any(start + least <= piece.end <= end - least for piece in pieces) and not any(
        piece.start <= start and end <= piece.end for piece in pieces
    )


def is_whole(text: str, pieces: Sequence[Piece], start: int, end: int) -> bool:
    """One chunk holds the passage and some text on either side."""
    before, after = max(0, start - _MARGIN), min(len(text), end + _MARGIN)
    return any(piece.start <= before and after <= piece.end for piece in pieces)


def is_placed(where: float) -> Wanted:
    """One chunk holds the passage, with this share of the chunk's other text before it."""

    def wanted(text: str, pieces: Sequence[Piece], start: int, end: int) -> bool:
        return is_whole(text, pieces, start, end) and any(
            abs(start - piece.start - where * (piece.end - piece.start - end + start)) <= _MARGIN
            for piece in pieces
            if piece.start <= start and end <= piece.end
        )

    return wanted


def is_unread(text: str, pieces: Sequence[Piece], start: int, end: int) -> bool:
    """One chunk holds the passage, and the model stops before it."""
    return any(
        piece.start <= start and end <= piece.end and word_pieces(text[piece.start : start]) > READS
        for piece in pieces
    )


def is_read(text: str, pieces: Sequence[Piece], start: int, end: int) -> bool:
    """One chunk holds the passage, and the model reads all of it."""
    return any(
        piece.start <= start and end <= piece.end and word_pieces(text[piece.start : end]) <= READS
        for piece in pieces
    )


def word_pieces(text: str) -> int:
    """Word pieces of the real model, by its own tokenizer."""
    return len(_tokenizer().encode(text, add_special_tokens=False).ids)


@lru_cache(maxsize=1)
def _tokenizer():  # type: ignore[no-untyped-def]  # noqa: ANN202 - an untyped library's
    from tokenizers import Tokenizer

    from ragcheck.embedding import embedded

    tokenizer = Tokenizer.from_file(str(embedded.folder() / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer
