"""Finding out what a model does, by torch: how it may be fed, and whether OpenVINO gives the same.

Nothing is taken from a model's settings: what its own library makes of texts is compared with what
is made here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ragcheck.embedding import openvino_model
from ragcheck.embedding.agreement import DOCUMENTS, ODD, QUESTIONS, TOLERANCE, Agreement, compare
from ragcheck.embedding.feeding import Feed, Runtime, has_tokenizer
from ragcheck.embedding.torch_model import TorchModel
from ragcheck.protocols import TextKind
from ragcheck.records import Floats

#: A prompt that no model has, to see what a prompt does to it.
_PROMPT = "passage of a test: "
#: Tokens beyond which reading is not tried, in models that name no limit or a larger one.
_LONG = 1 << 13
#: Tokens computed at once while trying.
_BUDGET = 4096


@dataclass(frozen=True, slots=True)
class Findings:
    """What must be known of a model to compute it without torch."""

    fed: bool
    """Whether token ids give the model's own vectors; if not, it is given texts, by torch."""
    longest: int | None
    """Tokens that the model reads, its marks included; None: no limit is known."""
    pad: int
    """The token that fills rows."""
    query_prompt: str | None
    document_prompt: str | None
    openvino: Agreement | None
    """How far OpenVINO in float32 is from torch; None where it is absent or cannot convert it."""

    def prompt(self, kind: TextKind) -> str | None:
        """The model's own prompt for queries or documents."""
        return self.query_prompt if kind == "query" else self.document_prompt


def examine(model: Path, device: str, target: Path | None) -> Findings:
    """Try the model of a folder; converted into `target`, or not at all where that is None.

    Raises OSError where `target` cannot be written, and whatever the model's own code raises.
    """
    own = TorchModel(model, device, "f32")
    feed = Feed(model, own.longest, own.pad)
    fed = has_tokenizer(model) and _is_fed(feed, own)
    agreement = None
    if fed and target and device == "cpu" and openvino_model.is_installed():
        agreement = _converted(feed, own, target)
    return Findings(
        fed, feed.longest, feed.pad, own.prompt("query"), own.prompt("document"), agreement
    )


def _is_fed(feed: Feed, own: TorchModel) -> bool:
    """Whether token ids of texts, prompts before them, give what the library makes of the texts."""
    texts = [*ODD, *DOCUMENTS[:2]]
    tries: tuple[tuple[TextKind, str | None], ...] = (
        ("query", _PROMPT),
        ("document", own.prompt("document")),
    )
    try:
        long = _longer_than_read(feed)
        for kind, prompt in tries:
            made = _vectors(feed, own, [(prompt or "") + text for text in texts])
            (ids,) = feed.tokens([(prompt or "") + long])
            apart = np.abs(made - own.encode(texts, kind, prompt)).max()
            if apart > TOLERANCE or ids.tolist() != own.read(long, kind, prompt):
                return False
    except Exception:  # a model that is fed in another way answers this one as it likes
        return False
    return True


def _longer_than_read(feed: Feed) -> str:
    """A text of which the model does not read the end, if it has a limit in reach."""
    whole = "\n".join(DOCUMENTS)
    (ends,) = feed.pieces([whole])
    return "\n".join([whole] * (1 + min(feed.longest or _LONG, _LONG) // len(ends)))


def _converted(feed: Feed, own: TorchModel, target: Path) -> Agreement | None:
    """Convert the model into `target` and compare; None if OpenVINO cannot."""
    try:
        converted = openvino_model.convert(own)
    except Exception:  # OpenVINO raises what it likes on a model that it does not know
        return None
    openvino_model.save(converted, target)
    other = openvino_model.OpenVinoModel(target, "f32")
    one, two = (
        (_vectors(feed, runtime, DOCUMENTS), _vectors(feed, runtime, QUESTIONS))
        for runtime in (own, other)
    )
    return compare(one, two)


def _vectors(feed: Feed, runtime: Runtime, texts: Sequence[str]) -> Floats:
    made = list(feed.vectors(runtime, feed.tokens(texts), _BUDGET))
    order = np.argsort(np.concatenate([positions for positions, _ in made]))
    return np.concatenate([rows for _, rows in made])[order]
