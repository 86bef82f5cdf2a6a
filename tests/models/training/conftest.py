"""A tiny random checkpoint and sentences that it can learn."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from models.training.data import Example, Span

HIDDEN, LAYERS = 32, 2
WORDS = {
    "repair": ["leak", "broken", "drips", "stuck"],
    "parking": ["car", "bay", "permit", "garage"],
    "thanks": ["thanks", "kind", "great", "bye"],
}
FILLING = ["the", "my", "in", "a", "please", "now", "today", "is"]
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789.,'"
HAN = "水管漏了停车证电梯三号楼"


def pieces(words: Iterable[str]) -> list[tuple[str, float]]:
    """A Unigram vocabulary of letters and of `words`."""
    found = [(text, 0.0) for text in ("<s>", "<pad>", "</s>", "<unk>")] + [("▁", -2.0)]
    found += [(char, -6.0) for char in LETTERS + HAN] + [("▁" + word, -7.0) for word in words]
    return list(dict(found).items())


def make_checkpoint(folder: Path, words: Iterable[str], hidden: int = HIDDEN, layers: int = LAYERS) -> Path:
    """A random BertModel with its tokenizer in `folder`."""
    import torch
    import transformers

    from models.training import checkpoint

    vocabulary = pieces(words)
    torch.manual_seed(0)
    config = transformers.BertConfig(
        vocab_size=len(vocabulary), hidden_size=hidden, num_hidden_layers=layers, num_attention_heads=2,
        intermediate_size=64, max_position_embeddings=160, type_vocab_size=2, pad_token_id=1,
    )  # fmt: skip
    model = transformers.BertModel(config, add_pooling_layer=False)
    checkpoint.save(model, checkpoint.unigram(vocabulary, 3, 0, 2, 1), folder, checkpoint.Origin("made by a test"))
    return folder


@pytest.fixture(scope="session")
def tiny_base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint of 2 layers of 32 that knows the words of the sentences whole."""
    words = [word for group in WORDS.values() for word in group] + FILLING
    return make_checkpoint(tmp_path_factory.mktemp("tiny-base") / "base", words)


@pytest.fixture(scope="session")
def tiny_other(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Another of the same width whose vocabulary has letters alone."""
    return make_checkpoint(tmp_path_factory.mktemp("tiny-other") / "base", [])


def sentences(each: int) -> list[Example]:
    """`each` different sentences of each class; the words that give the class away are marked as slots."""
    found = []
    for label, words in WORDS.items():
        for number in range(each):
            key, first, second = words[number // 2 % 4], FILLING[number % 8], FILLING[(number // 4 + 3) % 8]
            text = f"{first} {key} {second} {number}"
            found.append(Example(text, label, (Span(label, len(first) + 1, len(first) + 1 + len(key)),)))
    return found


@pytest.fixture(scope="session")
def sixty() -> list[Example]:
    """Twenty sentences of each of three classes."""
    return sentences(20)
