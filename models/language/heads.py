"""A head: what one task makes of the trunk's states, in a file of its own that can be replaced alone."""

from __future__ import annotations

import math
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.language import bio
from models.language.wording import BUCKETS, weighed
from models.runtime.artifact import Artifact
from models.runtime.errors import ModelError

FILE = "head.npz"
KINDS = ("single", "multi", "tokens")
_ARRAYS = ("inner_weight", "inner_bias", "outer_weight", "outer_bias")
Floats = NDArray[np.float32]


class Head:
    """A verified head for a certain trunk."""

    def __init__(self, artifact: Artifact, trunk: Artifact) -> None:
        """Raises: ModelError when the artifact is no head, or was trained on another trunk."""
        self.artifact = artifact
        section = artifact.section("head")
        try:
            self.kind = str(section["kind"])
            self.labels = tuple(str(label) for label in section["labels"])
            self.temperature = float(section["temperature"])
            self.thresholds = {str(name): float(value) for name, value in section.get("thresholds", {}).items()}
            made_for = str(section["trunk"])
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ModelError(f"the card in {artifact.folder} describes its head wrongly: {error!r}.") from error
        if made_for != trunk.model:
            raise ModelError(f"the head in {artifact.folder} was trained on another trunk than {trunk.folder}.")
        self._load(artifact.file(FILE))
        if self.kind not in KINDS or not self.temperature > 0 or self._outer.shape[1] != len(self.labels):
            raise ModelError(f"the card in {artifact.folder} describes its head wrongly.")
        self._may = bio.allowed(self.labels)

    def _load(self, path: Path) -> None:
        try:
            with np.load(path, allow_pickle=False) as held:
                arrays = [held[name].astype(np.float32) for name in _ARRAYS]
                self._query = held["query"].astype(np.float32) if "query" in held else None
                self._wording = _Wording(held) if "wording_weight" in held else None
        except (KeyError, ValueError, OSError, EOFError, zipfile.BadZipFile) as error:
            raise ModelError(f"{path} cannot be read: {error}.") from error
        self._inner, self._inner_bias, self._outer, self._outer_bias = arrays
        wide = self._inner.ndim == 2 == self._outer.ndim and self._inner.shape[1] == self._outer.shape[0]
        due = [(self._inner_bias, self._inner.shape[-1:]), (self._outer_bias, self._outer.shape[-1:])]
        if self._query is not None:
            due.append((self._query, self._inner.shape[:1]))
        if not wide or any(array.shape != shape for array, shape in due):
            raise ModelError(f"{path} has arrays of the wrong shape.")
        if self._wording and not self._wording.fits(self._outer.shape[1]):
            raise ModelError(f"{path} has arrays of the wrong shape.")
        self.dim = int(self._inner.shape[0])

    @classmethod
    def load(cls, folder: Path | str, trunk: Artifact) -> Head:
        """The head in an artifact folder. Raises: ModelError."""
        return cls(Artifact.load(folder), trunk)

    def logits(self, hidden: Floats, places: Sequence[int] | None = None, text: str = "") -> Floats:
        """Of one text with states `hidden`, shape (pieces, dim): shape (labels,), or (units, labels) of a token head,
        `places` being the first piece of each unit. A head that weighs the wording, too, needs the `text`."""
        if self.kind == "tokens":
            feature = hidden[np.asarray(places if places is not None else [], np.int64)]
        else:
            assert self._query is not None
            weight = np.exp(score - score.max()) if len(score := hidden @ self._query / math.sqrt(self.dim)) else score
            feature = (weight / weight.sum()) @ hidden
        inner = feature @ self._inner + self._inner_bias
        found = np.asarray(_gelu(inner) @ self._outer + self._outer_bias, np.float32)
        return found + self._wording.logits(text) if self._wording else found

    def probabilities(self, logits: Floats) -> Floats:
        """Calibrated; of a multi-label head each label's own."""
        scaled = logits / self.temperature
        if self.kind == "multi":
            return np.asarray(1 / (1 + np.exp(-scaled)), np.float32)
        powers = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
        return np.asarray(powers / powers.sum(axis=-1, keepdims=True), np.float32)

    def spans(self, logits: Floats, offsets: Sequence[tuple[int, int]]) -> list[tuple[str, int, int, float]]:
        """Name, start, end and confidence (the least of its units') of what the tags of the units at `offsets` mark."""
        path = bio.decode(logits, self._may)
        sure = self.probabilities(logits)[np.arange(len(path)), path]
        found: list[tuple[str, int, int, float]] = []
        for tag, confidence, (start, end) in zip(path, sure, offsets, strict=False):
            kind, _, name = self.labels[tag].partition("-")
            if kind == "B":
                found.append((name, start, end, float(confidence)))
            elif kind == "I" and found:
                name, start, _, before = found[-1]
                found[-1] = (name, start, end, min(before, float(confidence)))
        return found


class _Wording:
    """Weights of hashed n-grams, in steps of one scale a label."""

    def __init__(self, held: Any) -> None:
        self._steps = held["wording_weight"]
        self._scale = held["wording_scale"].astype(np.float32)
        self._bias = held["wording_bias"].astype(np.float32)
        self._rarity = held["wording_rarity"].astype(np.float32)

    def fits(self, labels: int) -> bool:
        return bool(
            self._steps.shape == (BUCKETS, labels)
            and self._scale.shape == self._bias.shape == (labels,)
            and self._rarity.shape == (BUCKETS,)
        )

    def logits(self, text: str) -> Floats:
        buckets, values = weighed(text, self._rarity)
        return np.asarray(values @ self._steps[buckets].astype(np.float32) * self._scale + self._bias, np.float32)


def _gelu(values: Any) -> Any:
    return 0.5 * values * (1 + np.tanh(0.7978845608 * (values + 0.044715 * values**3)))
