"""Sentences to vectors, with onnxruntime and tokenizers alone."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

from tokenizers import Tokenizer  # reads that variable when it is imported

from models.language.background import unit
from models.runtime.artifact import Artifact
from models.runtime.errors import ModelError

Kind = Literal["query", "passage"]

MAX_CHARACTERS = 2000
"""Characters of a text that are looked at."""
MAX_TEXTS = 10_000
BATCH = 16


class Read(NamedTuple):
    """One text as the trunk sees it."""

    hidden: NDArray[np.float32]
    """Its pieces' states, shape (pieces, dim)."""
    pieces: list[tuple[int, int]]
    """Start and end of the characters that each piece covers; (0, 0) for those at its ends."""
    vector: NDArray[np.float32]
    """As `embed` gives it."""


class SentenceEncoder:
    """Texts to unit vectors whose dot product says how alike their meanings are."""

    def __init__(self, artifact: Artifact, threads: int = 1) -> None:
        """Raises: ModelError when the artifact holds no sentence encoder."""
        self.artifact = artifact
        try:
            settings: dict[str, Any] = artifact.section("encoder")
            self.dim = int(settings["dim"])
            self.max_tokens = int(settings["max_tokens"])
            self._prefix = {"query": str(settings["query_prefix"]), "passage": str(settings["passage_prefix"])}
            pad = int(settings["pad_id"])
        except (KeyError, TypeError, ValueError) as error:
            raise ModelError(f"the card in {artifact.folder} describes its encoder wrongly: {error}.") from error
        self._tokenizer = Tokenizer.from_str(artifact.file("tokenizer.json").read_text("utf-8"))
        self._tokenizer.enable_truncation(self.max_tokens)
        self._tokenizer.enable_padding(pad_id=pad)
        self._session = artifact.session(threads)

    @classmethod
    def load(cls, folder: Path | str, threads: int = 1) -> SentenceEncoder:
        """The encoder in an artifact folder, run on `threads` threads.

        Raises:
            ModelError: the folder's files are missing or damaged.
        """
        return cls(Artifact.load(folder), threads)

    def embed(self, texts: Sequence[str], kind: Kind = "query") -> NDArray[np.float32]:
        """One row of `dim` float32 of length 1 a text; a text beyond `max_tokens` tokens is cut there.

        Raises:
            ModelError: more than MAX_TEXTS texts.
        """
        if len(texts) > MAX_TEXTS:
            raise ModelError(f"{len(texts)} texts at once.", remedy=f"Give at most {MAX_TEXTS}.")
        vectors = np.zeros((len(texts), self.dim), np.float32)
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        for start in range(0, len(order), BATCH):
            rows = order[start : start + BATCH]
            vectors[rows] = self._embed([self._prefix[kind] + texts[i][:MAX_CHARACTERS] for i in rows])
        return vectors

    def read(self, text: str) -> Read:
        """States and vector of one text, in one turn of the model. Raises ModelError."""
        prefix = self._prefix["query"]
        encoded = self._tokenizer.encode(prefix + text[:MAX_CHARACTERS])
        ids = np.array([encoded.ids], np.int64)
        mask = np.ones_like(ids)
        hidden = self._states(ids, mask)
        shift = len(prefix)
        pieces = [(max(0, left - shift), max(0, right - shift)) for left, right in encoded.offsets]
        return Read(hidden[0], pieces, _pooled(hidden, mask)[0])

    def _embed(self, texts: list[str]) -> NDArray[np.float32]:
        encoded = self._tokenizer.encode_batch(texts)
        ids = np.array([item.ids for item in encoded], np.int64)
        mask = np.array([item.attention_mask for item in encoded], np.int64)
        return _pooled(self._states(ids, mask), mask)

    def _states(self, ids: NDArray[np.int64], mask: NDArray[np.int64]) -> NDArray[np.float32]:
        feeds = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        hidden = self._session.run({name: feeds[name] for name in self._session.inputs if name in feeds})
        if hidden.shape != (*ids.shape, self.dim):
            raise ModelError(f"the model gave {hidden.shape} where {(*ids.shape, self.dim)} was due.")
        return hidden


def _pooled(hidden: NDArray[np.float32], mask: NDArray[np.int64]) -> NDArray[np.float32]:
    weights = mask[..., None].astype(np.float32)
    return unit((hidden * weights).sum(1) / weights.sum(1))
