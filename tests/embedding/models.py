"""Small models with random weights and the default model's tokenizer: any pooling, any prompts."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from ragcheck.embedding import embedded
from ragcheck.embedding.torch_model import quiet

_POOLINGS = ("cls_token", "mean_tokens", "max_tokens", "mean_sqrt_len_tokens")
_TOKENIZER = ("tokenizer.json", "tokenizer_config.json", "vocab.txt", "special_tokens_map.json")


def tiny_model(
    folder: Path,
    pooling: str = "mean_tokens",
    *,
    prompts: dict[str, str] | None = None,
    include_prompt: bool = True,
    tokenizer: bool = True,
) -> Path:
    """A model of 32 dimensions that reads 48 tokens; not even its vectors are of length 1."""
    import torch
    from transformers import BertConfig, BertModel

    torch.manual_seed(0)
    sizes = {"vocab_size": 30522, "hidden_size": 32, "intermediate_size": 64}
    heads = {"num_hidden_layers": 2, "num_attention_heads": 2, "max_position_embeddings": 64}
    config = BertConfig(**sizes, **heads)
    with quiet():
        BertModel(config).save_pretrained(folder)
    for name in _TOKENIZER[0 if tokenizer else 1 :]:
        shutil.copy(embedded.folder() / name, folder)
    modes = {f"pooling_mode_{mode}": mode == pooling for mode in _POOLINGS}
    modules = [("", "Transformer"), ("1_Pooling", "Pooling")]
    files = {
        "1_Pooling/config.json": {
            "word_embedding_dimension": 32,
            "include_prompt": include_prompt,
            **modes,
        },
        "modules.json": [
            {
                "idx": number,
                "name": str(number),
                "path": path,
                "type": f"sentence_transformers.models.{name}",
            }
            for number, (path, name) in enumerate(modules)
        ],
        "sentence_bert_config.json": {"max_seq_length": 48, "do_lower_case": False},
        "config_sentence_transformers.json": {"prompts": prompts or {}},
    }
    (folder / "1_Pooling").mkdir()
    for name, content in files.items():
        (folder / name).write_text(json.dumps(content), encoding="utf-8")
    return folder
