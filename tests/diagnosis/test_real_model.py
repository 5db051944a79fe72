"""A few faults with the real model; `benchmarks/planted` has many among 20,000 chunks."""

from __future__ import annotations

from pathlib import Path

import pytest

from ragcheck.chunking import Fixed
from ragcheck.diagnosis import Found
from ragcheck.embedding.cache import CachedEmbedder
from ragcheck.embedding.folder import default_folder
from ragcheck.embedding.sentence_transformer import SentenceTransformerEmbedder
from tests.diagnosis.build import World

pytestmark = pytest.mark.model

ASKED = "At what pressure does the relief valve of the boiler open?"
GOLD = "The relief valve of the boiler opens at 12 bar."
RIVALS = (
    "Pressure in the boiler is shown on the gauge beside its relief valve.",
    "The relief valve of the boiler is tested twice a year under pressure.",
    "Who opens the relief valve of the boiler by hand signs the log.",
    "A new relief valve for the boiler takes six weeks to arrive.",
)


def diagnosed(texts: dict[str, str], gold: str, size: int, asked: str = ASKED) -> Found:
    model = CachedEmbedder(SentenceTransformerEmbedder(), default_folder())
    world = World(
        texts, [(asked, [("gold.txt", gold)])], chunker=Fixed(size=size), at="3", model=model
    )
    return world.diagnose("dense", ["bm25"])


def rivals() -> dict[str, str]:
    return {f"rival{number}.txt": text for number, text in enumerate(RIVALS)}


@pytest.fixture(scope="module")
def prose(fixtures: Path) -> list[str]:
    """Words about other things."""
    text = (fixtures / "docs" / "brinehold" / "v4" / "retention.md").read_text("utf-8")
    return text.replace("|", " ").split()


def test_past_what_the_model_reads(prose: list[str]) -> None:
    about = " ".join(f"{text} {GOLD}" for text in RIVALS[1:])
    text = f"{' '.join(prose[:280])} {about} {GOLD} {' '.join(prose[280:290])}"
    said = ("A boiler needs water.", "Valves open or shut.", "What is pressure?", "Relief at last.")
    weaker = {f"weaker{number}.txt": text for number, text in enumerate(said)}
    gold = f"{about} {GOLD}"
    found = diagnosed({"gold.txt": text, **weaker}, gold, 512)
    assert found.misses.cause == ("truncation",)
    assert "clipped_oracle" in found.misses.fixes[0]


def test_buried_in_a_long_chunk(prose: list[str]) -> None:
    text = f"{' '.join(prose[:60])} {GOLD} {' '.join(prose[60:120])}"
    found = diagnosed({"gold.txt": text, **rivals()}, GOLD, 256)
    assert found.misses.cause == ("dilution",)


def test_said_elsewhere_in_other_words(prose: list[str]) -> None:
    gold = f"{GOLD} Above that the plant must be stopped and the foreman called at once."
    copy = gold.replace("called", "told").replace("must be", "has to be")
    text = f"{' '.join(prose[:60])} {gold} {' '.join(prose[60:120])}"
    found = diagnosed({"gold.txt": text, "faq.txt": copy, **rivals()}, gold, 256)
    assert found.misses.cause == ("label_twin",)


def test_near_copies_take_the_places(prose: list[str]) -> None:
    notice = f"{ASKED} Ask the foreman on duty, who keeps the list of all valves by the {{}} door."
    doors = ("north", "green", "inner", "front", "other")
    copies = {f"copy{n}.txt": notice.format(door) for n, door in enumerate(doors)}
    gold = "It opens at 12 bar, the valve."
    found = diagnosed({"gold.txt": gold, **copies, "far.txt": " ".join(prose[:80])}, gold, 256)
    assert found.misses.cause == ("duplicate_crowd",)


def test_a_code_that_the_model_cannot_tell_from_others() -> None:
    others = {
        "KX-4417": "is shown when the burner lacks gas.",
        "KX-4741": "means that the burner is too hot to be lit again today.",
        "KX-4147": "stands for a burner whose fan has stopped.",
        "KX-4714": "comes from a burner with a dirty nozzle; clean it with a brush.",
        "KX-4174": "names any other fault of burners.",
    }
    texts = {f"{code}.txt": f"Burner error {code} {said}" for code, said in others.items()}
    gold = "KX-4471: the flame went out, and nobody knows why it did so."
    found = diagnosed({"gold.txt": gold, **texts}, gold, 256, "burner error KX-4471")
    assert found.misses.cause == ("outranked",)
    assert found.misses.other == ("bm25",)
    assert found.misses.other_rank.tolist() == [1]
