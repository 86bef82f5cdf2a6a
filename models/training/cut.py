"""Cutting a checkpoint down: fewer layers, and only the pieces that Chinese and English text really uses."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Literal

from models.training import checkpoint
from models.training.checkpoint import CheckpointError
from models.training.deps import need

SPACE = "▁"
Form = Literal["words", "characters", "english"]
"""Chinese in words of several characters where the base has them, or character by character (so that a slot can begin
and end anywhere), or not at all."""
PUNCTUATION = "，。！？、；：“”‘’（）《》【】…—·～￥℃"


def _is_han(text: str) -> bool:
    return bool(text) and all("\u4e00" <= char <= "\u9fff" for char in text)


def _is_simplified(text: str) -> bool:
    try:
        text.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return _is_han(text)


def choose_pieces(
    pieces: Sequence[tuple[str, float]], specials: Iterable[int], used: Counter[int], count: int, form: Form
) -> list[int]:
    """Ids to keep, ascending: the specials, every single ASCII or common Han character and mark, then what the texts
    use most, then the likeliest Chinese and ASCII pieces (the Unigram score is a log probability) until `count`."""
    keep = set(specials)
    bare = [piece.lstrip(SPACE) for piece, _ in pieces]
    for index, text in enumerate(bare):
        alone = len(text) == 1 and (
            text.isascii() or (form != "english" and (text in PUNCTUATION or _is_simplified(text)))
        )
        if alone or pieces[index][0] == SPACE:
            keep.add(index)
    for index, _ in used.most_common():
        if len(keep) >= count:
            break
        if form != "characters" or len(bare[index]) == 1 or bare[index].isascii():
            keep.add(index)
    likely = sorted(range(len(pieces)), key=lambda index: -pieces[index][1])
    others = [i for i in likely if i not in keep]
    latin = [i for i in others if bare[i].isascii() and pieces[i][0].startswith(SPACE)]
    if form == "words":
        chinese = [i for i in others if _is_simplified(bare[i]) or (len(bare[i]) == 1 and _is_han(bare[i]))]
        keep.update(chinese[: max(0, count - len(keep)) * 2 // 3])
    keep.update(latin[: max(0, count - len(keep))])
    return sorted(keep)


def evenly(total: int, wanted: int) -> list[int]:
    """`wanted` of `total` layers, spread evenly, the first and the last among them."""
    if wanted == 1:
        return [total - 1]
    return [round(i * (total - 1) / (wanted - 1)) for i in range(wanted)]


def cut(folder: Path, out: Path, texts: Iterable[str], pieces: int, layers: int, form: Form = "words") -> None:
    """Writes the checkpoint in `folder`, cut to `pieces` pieces and `layers` layers, to `out`.

    Raises:
        CheckpointError: it has fewer layers than asked for, or no Unigram vocabulary.
    """
    (torch,) = need("torch")
    model, tokenizer = checkpoint.load(folder)
    depth = model.config.num_hidden_layers
    if not 1 <= layers <= depth:
        raise CheckpointError(f"cannot keep {layers} layers of {depth}.")
    described = json.loads(tokenizer.to_str())
    vocabulary: list[tuple[str, float]] = [(str(p), float(s)) for p, s in described["model"].get("vocab", [])]
    if described["model"].get("type") != "Unigram" or not vocabulary:
        raise CheckpointError(f"{folder} has no Unigram tokenizer, so its vocabulary cannot be cut.")
    ids = {name: tokenizer.token_to_id(checkpoint.SPECIALS[f"{name}_token"]) for name in ("bos", "pad", "eos", "unk")}
    if None in ids.values():
        raise CheckpointError(f"{folder} lacks one of the special pieces {list(checkpoint.SPECIALS.values())}.")
    used: Counter[int] = Counter()
    batch = list(texts)
    for start in range(0, len(batch), 1024):
        for encoded in tokenizer.encode_batch(batch[start : start + 1024]):
            used.update(encoded.ids)
    keep = choose_pieces(vocabulary, ids.values(), used, pieces, form)
    place = {old: new for new, old in enumerate(keep)}
    kept = [vocabulary[i] for i in keep]
    small: Any = checkpoint.unigram(kept, *(place[ids[name]] for name in ("unk", "bos", "eos", "pad")))
    with torch.no_grad():
        word = model.embeddings.word_embeddings
        fresh = torch.nn.Embedding(len(keep), word.embedding_dim, padding_idx=place[ids["pad"]])
        fresh.weight.copy_(word.weight[keep])
        model.embeddings.word_embeddings = fresh
        model.encoder.layer = torch.nn.ModuleList(model.encoder.layer[i] for i in evenly(depth, layers))
    model.config.vocab_size = len(keep)
    model.config.pad_token_id = place[ids["pad"]]
    model.config.num_hidden_layers = layers
    origin = checkpoint.read_origin(folder).then(
        step="cut", pieces=len(keep), form=form, layers=layers, layers_before=depth
    )
    checkpoint.save(model, small, out, origin)
