"""What a question is compared with besides the entries: sentences that no property desk can answer."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from models.language.detect import Language
from models.runtime.artifact import Artifact
from models.runtime.errors import ModelError

FILE = "background.npz"
LANGUAGES: tuple[Language, ...] = ("zh", "en")


@dataclass(frozen=True)
class Background:
    """vectors: of the sentences, centred, of length 1. centres: the mean vector of each of LANGUAGES.

    All sentences of an encoder lie in one narrow cone; less their language's mean, they differ more.
    """

    vectors: NDArray[np.float32]
    centres: NDArray[np.float32]

    @classmethod
    def load(cls, artifact: Artifact) -> Background:
        """Raises: ModelError when the file is not what the card says."""
        try:
            with np.load(artifact.file(FILE), allow_pickle=False) as held:
                steps, centres = held["steps"].astype(np.float32), held["centres"].astype(np.float32)
        except (KeyError, ValueError, OSError, zipfile.BadZipFile) as error:
            raise ModelError(f"{FILE} of the model in {artifact.folder} cannot be read: {error}.") from error
        if steps.ndim != 2 or centres.shape != (len(LANGUAGES), steps.shape[1]):
            raise ModelError(f"{FILE} of the model in {artifact.folder} has the wrong shape.")
        return cls(unit(steps), centres)

    def centred(self, vectors: NDArray[np.float32], languages: Sequence[Language]) -> NDArray[np.float32]:
        """`vectors`, shape (texts, dim), less the mean of their language, of length 1 again."""
        return unit(vectors - self.centres[[LANGUAGES.index(language) for language in languages]])

    def without(self, passages: NDArray[np.float32], near: float) -> Background:
        """Less the sentences that a centred passage is at least `near` to: what the manager added is no background."""
        if not len(self.vectors):
            return self
        return replace(self, vectors=self.vectors[(self.vectors @ passages.T).max(axis=1) < near])

    def likeness(self, vector: NDArray[np.float32], nearest: int) -> float:
        """Mean of the `nearest` highest cosines of the sentences with a centred vector; 0 without sentences."""
        if not len(self.vectors):
            return 0.0
        return float(np.sort(self.vectors @ vector)[-nearest:].mean())


def unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows of length 1; a row of zeros stays."""
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9), np.float32)
