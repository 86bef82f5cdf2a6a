"""Sentence vectors kept from one start to the next, so that only new wordings of a knowledge file are embedded."""

from __future__ import annotations

import hashlib
import io
import logging
import os
import threading
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.language.background import unit
from models.language.encoder import BATCH, SentenceEncoder
from models.runtime.artifact import Artifact
from models.runtime.errors import ModelError

log = logging.getLogger(__name__)

MAX_VECTORS = 20_000
MAX_BYTES = 64 << 20
SHIPPED = "wordings.npz"
_DIGEST = hashlib.sha256().digest_size


class VectorCache:
    """Vectors of sentences by text: in memory, in those that ship with the model and, with a path, in one file.

    The file belongs to one model; it is an ``.npz`` with its SHA-256 behind it.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._model = ""
        self._held: dict[str, NDArray[np.float32]] = {}

    def embed(
        self, encoder: SentenceEncoder, texts: Sequence[str], stop: threading.Event | None = None
    ) -> NDArray[np.float32]:
        """Query vectors of `texts`, shape (texts, dim); what other texts left in the cache is forgotten.

        Raises:
            ModelError: `stop` was set meanwhile, or there are more than MAX_VECTORS texts.
        """
        if len(texts) > MAX_VECTORS:
            raise ModelError(f"{len(texts)} wordings to search.", remedy=f"Keep at most {MAX_VECTORS}.")
        model = encoder.artifact.model
        if model != self._model:
            self._model = model
            self._held = self._read()
        held = dict(self._held)
        if any(text not in held for text in texts):
            held = shipped(encoder.artifact, texts) | held
        missing = sorted({text for text in texts if text not in held}, key=len)
        for start in range(0, len(missing), BATCH):
            if stop is not None and stop.is_set():
                raise ModelError("embedding was stopped.", remedy="Start again.")
            batch = missing[start : start + BATCH]
            held.update(zip(batch, encoder.embed(batch), strict=True))
        self._held = {text: held[text] for text in texts}
        return np.stack([held[text] for text in texts])

    def _read(self) -> dict[str, NDArray[np.float32]]:
        """The kept vectors; none when the file is not there, of another model, or (said in the log) damaged."""
        if self._path is None or not self._path.is_file():
            return {}
        try:
            raw = self._path.read_bytes() if self._path.stat().st_size <= MAX_BYTES else b""
        except OSError as error:
            log.warning("%s cannot be read (%s); its vectors are made again.", self._path, error.strerror)
            return {}
        body, digest = raw[:-_DIGEST], raw[-_DIGEST:]
        if hashlib.sha256(body).digest() != digest:
            log.warning("%s is damaged; its vectors are made again.", self._path)
            return {}
        with np.load(io.BytesIO(body), allow_pickle=False) as kept:
            if str(kept["model"]) != self._model:
                return {}
            return dict(zip(map(str, kept["texts"]), kept["vectors"], strict=True))

    def save(self) -> None:
        """Writes the file whole or not at all.

        Raises:
            OSError: the folder cannot be written.
        """
        if self._path is None or not self._held:
            return
        file = io.BytesIO()
        np.savez(
            file,
            model=np.array(self._model),
            texts=np.array(list(self._held)),
            vectors=np.stack(list(self._held.values())),
        )
        self._path.parent.mkdir(parents=True, exist_ok=True)
        partial = self._path.with_suffix(f".{os.getpid()}.part")
        try:
            with partial.open("wb") as out:
                out.write(file.getbuffer())
                out.write(hashlib.sha256(file.getbuffer()).digest())
                out.flush()
                os.fsync(out.fileno())
            partial.replace(self._path)
        finally:
            partial.unlink(missing_ok=True)


def shipped(artifact: Artifact, texts: Sequence[str]) -> dict[str, NDArray[np.float32]]:
    """Vectors of those `texts` that the artifact brings along, so that a first start needs not embed them.

    Raises:
        ModelError: the file is not what the card says.
    """
    if SHIPPED not in artifact.card["files"]:
        return {}
    try:
        with np.load(artifact.file(SHIPPED), allow_pickle=False) as kept:
            keys, steps = kept["keys"].tolist(), kept["steps"]
    except (KeyError, ValueError, OSError, zipfile.BadZipFile) as error:
        raise ModelError(f"{SHIPPED} of the model in {artifact.folder} cannot be read: {error}.") from error
    place = {value: row for row, value in enumerate(keys)}
    found = [(text, row) for text in texts if (row := place.get(key(text))) is not None]
    vectors = unit(steps[[row for _, row in found]].astype(np.float32))
    return {text: vector for (text, _), vector in zip(found, vectors, strict=True)}


def key(text: str) -> int:
    """What a text goes by in the shipped file: the first 8 bytes of its SHA-256."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "little")
