"""From likeness to the probability that an entry answers a question."""

from __future__ import annotations

import math
from dataclasses import astuple, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.language.detect import Language
from models.runtime.errors import ModelError

FEATURES = ("likeness", "margin", "over_background", "chinese", "length")
"""likeness: of the entry, all kinds together; margin: that less the best other entry's; over_background: likeness
by meaning less that of sentences which no entry answers; chinese: 1 for a Chinese question; length: ln of its
characters (long sentences are less like anything)."""

_NUMBERS = ("bias", "threshold", "lexical_share", "discriminant_share", "background_near")


@dataclass(frozen=True)
class Calibration:
    """A logistic function of the features, fitted when the artifact was built."""

    weights: tuple[float, ...]
    """One for each of FEATURES."""
    bias: float
    threshold: float
    """From this probability on an entry counts as known."""
    lexical_share: float
    """What likeness by wording weighs beside likeness by meaning."""
    discriminant_share: float
    """What the linear functions that tell the entries apart weigh beside it."""
    nearest: int
    """How many of an entry's wordings, the most alike ones, its likeness is the mean of."""
    background_near: float
    """A background sentence at least this like a wording is covered by its entry and does not count as background."""

    @classmethod
    def from_card(cls, section: dict[str, Any]) -> Calibration:
        """Reads the card's ``retrieval`` section.

        Raises:
            ModelError: a figure is missing or no number.
        """
        try:
            named = section["weights"]
            weights = tuple(float(named[name]) for name in FEATURES)
            bias, threshold, lexical, discriminant, near = (float(section[name]) for name in _NUMBERS)
            found = cls(weights, bias, threshold, lexical, discriminant, int(section["nearest"]), near)
        except (KeyError, TypeError, ValueError) as error:
            raise ModelError(f"the card describes its retrieval wrongly: {error!r}.") from error
        if found.nearest < 1 or not all(map(math.isfinite, (*weights, *astuple(found)[1:]))):
            raise ModelError(f"the card describes its retrieval wrongly: {section}.")
        return found

    def probability(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """Features of shape (entries, len(FEATURES)) to probabilities of shape (entries,)."""
        logit = features @ np.array(self.weights) + self.bias
        return np.asarray(1.0 / (1.0 + np.exp(-np.clip(logit, -50, 50))))


def features(
    likeness: NDArray[np.float64], dense: NDArray[np.float64], background: float, language: Language, characters: int
) -> NDArray[np.float64]:
    """FEATURES of every entry for one question, shape (entries, len(FEATURES)).

    `likeness` is the entries', `dense` the part of it that is by meaning, `background` the background's by meaning.
    """
    order = np.sort(likeness)[::-1]
    second = order[1] if len(order) > 1 else 0.0
    rival = np.where(likeness == order[0], second, order[0])
    same = np.ones(len(likeness))
    columns = [likeness, likeness - rival, dense - background, same * (language == "zh"), same * math.log(characters)]
    return np.stack(columns, axis=1)
