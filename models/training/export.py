"""A checkpoint to the files that a gateway runs."""

from __future__ import annotations

import json
import tempfile
import warnings
from pathlib import Path

from models.runtime.artifact import GRAPH
from models.training import card, checkpoint, corpus
from models.training.checkpoint import CheckpointError
from models.training.deps import need
from models.training.quantize import quantize

MAX_TOKENS = 64
"""Tokens of an utterance that the encoder looks at; a spoken question has 5 to 40."""
EVERY = 300
"""Of the corpus' sentences, which one shows the range of activations."""
REBUILD = "louguan-lab export"


def export(folder: Path, out: Path, bits: int, prefix: bool = True) -> None:
    """Writes model.onnx, tokenizer.json and the card of the checkpoint in `folder` to `out`.

    `bits` 8 is int8; 4 keeps 32 weights a scale on the disk and unpacks to int8. prefix: whether texts are given with
    ``query: `` or ``passage: ``, as the base wants them.

    Raises:
        CheckpointError: not a checkpoint, or another number of bits.
    """
    if bits not in (4, 8):
        raise CheckpointError(f"weights of {bits} bits are not known.", remedy="Use 4 or 8.")
    transformers, exporters, tk = need("transformers", "optimum.exporters.onnx", "tokenizers")
    out.mkdir(parents=True, exist_ok=True)
    tokenizer = tk.Tokenizer.from_file(str(folder / checkpoint.TOKENIZER))
    config = json.loads((folder / "config.json").read_text("utf-8"))
    transformers.logging.set_verbosity_error()
    with tempfile.TemporaryDirectory() as scratch, warnings.catch_warnings():
        # The tracer's warnings concern constants that are meant as such.
        warnings.simplefilter("ignore")
        exporters.main_export(
            str(folder), scratch, task="feature-extraction", library_name="transformers", do_validation=False, opset=18
        )
        said = corpus.shipped().said[::EVERY]
        samples = [tokenizer.encode(sentence.text).ids[:MAX_TOKENS] for sentence in said]
        quantize(Path(scratch) / GRAPH, out / GRAPH, bits, samples)
    tokenizer.no_padding()
    tokenizer.no_truncation()
    tokenizer.save(str(out / checkpoint.TOKENIZER), pretty=False)
    origin = checkpoint.read_origin(folder)
    described = card.read(out)
    described |= {
        "name": out.name,
        "about": f"Sentence encoder for Chinese and English: BERT, {config['num_hidden_layers']} layers of "
        f"{config['hidden_size']}, {config['vocab_size']} pieces, weights of {bits} bits.",
        "base": origin.base,
        "steps": list(origin.steps),
        "rebuild": REBUILD,
        "encoder": {
            "dim": config["hidden_size"],
            "max_tokens": MAX_TOKENS,
            "query_prefix": "query: " if prefix else "",
            "passage_prefix": "passage: " if prefix else "",
            "pad_id": tokenizer.token_to_id(checkpoint.SPECIALS["pad_token"]),
        },
    }
    card.write(out, described)
