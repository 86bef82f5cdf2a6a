"""An artifact: a folder with a model's files and the card that names, sizes and signs each of them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.runtime.errors import ModelError
from models.runtime.session import Session

CARD = "card.json"
CARD_BYTES = 1 << 20
FILE_BYTES = 256 << 20
FORMAT = 1
GRAPH, WEIGHTS = "model.onnx", "weights.npz"
"""A model, and its weights where they lie apart (models/runtime/weights.py)."""


@dataclass(frozen=True)
class Artifact:
    """A verified artifact folder."""

    folder: Path
    card: dict[str, Any]
    """The whole card: name, version, licences, figures, thresholds."""

    @classmethod
    def load(cls, folder: Path | str) -> Artifact:
        """Reads the card and checks size and SHA-256 of every file that it lists.

        Raises:
            ModelError: no card, an unreadable one, or a file that is missing, of another size, or altered.
        """
        path = Path(folder)
        card = _read_card(path / CARD)
        for name, listed in card["files"].items():
            _check(path, name, listed)
        return cls(path, card)

    def file(self, name: str) -> Path:
        """Path of a file that the card lists.

        Raises:
            ModelError: the card does not list it.
        """
        if name not in self.card["files"]:
            raise ModelError(f"the model in {self.folder} has no file {name}.")
        return self.folder / name

    @property
    def model(self) -> str:
        """What tells this model from any other: the SHA-256 of its files."""
        files = self.card["files"]
        return " ".join(str(files[name].get("sha256")) for name in (GRAPH, WEIGHTS) if name in files)

    def session(self, threads: int = 1) -> Session:
        """The model, ready to run on `threads` threads. Raises: ModelError."""
        return Session(self.file(GRAPH), threads, self.file(WEIGHTS) if WEIGHTS in self.card["files"] else None)

    def section(self, name: str) -> dict[str, Any]:
        """One object of the card, such as ``encoder``.

        Raises:
            ModelError: the card does not have it.
        """
        found = self.card.get(name)
        if not isinstance(found, dict):
            raise ModelError(f"the card of the model in {self.folder} has no section {name}.")
        return found


def _read_card(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > CARD_BYTES:
            raise ModelError(f"{path} is larger than {CARD_BYTES} bytes, so it is no card.")
        card = json.loads(path.read_bytes())
    except OSError as error:
        raise ModelError(f"no model in {path.parent}: {error.strerror or error}.") from error
    except ValueError as error:
        raise ModelError(f"the card {path} is damaged: {error}.") from error
    if not isinstance(card, dict) or card.get("format") != FORMAT or not isinstance(card.get("files"), dict):
        raise ModelError(f"{path} is not a model card of format {FORMAT}.")
    return card


def _check(folder: Path, name: str, listed: Any) -> None:
    path = folder / name
    if Path(name).name != name or not isinstance(listed, dict) or not isinstance(listed.get("bytes"), int):
        raise ModelError(f"the card in {folder} lists the file {name!r} wrongly.")
    try:
        size = path.stat().st_size
        if size != listed["bytes"] or size > FILE_BYTES:
            raise ModelError(f"{path} has {size} bytes where its card says {listed['bytes']}.")
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise ModelError(f"the model file {path} cannot be read: {error.strerror or error}.") from error
    if digest != listed.get("sha256"):
        raise ModelError(f"{path} is damaged: its SHA-256 is not the one on its card.")
