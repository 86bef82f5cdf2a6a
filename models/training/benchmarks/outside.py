"""How surely a sentence lies within a head's intents: several scores, and which of them is best."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.training import metrics
from models.training.benchmarks.shipped import Seen

Floats = NDArray[np.float64]
NEIGHBOURS = 5
RIDGE = 0.01
"""Of the shared covariance, in parts of its mean variance."""
SUMMED = ("odds", "mahalanobis", "neighbours")
"""What the score `sum` adds up, each in its standard deviations."""


class Scorer:
    """Scores by what the training sentences look like; all are higher for what is in scope."""

    def __init__(self, learned: Seen, labels: Sequence[str], head: str, intents: int) -> None:
        """`labels` of the `learned` rows, all in scope; the head's first `intents` labels are the intents, one more is
        for what lies outside."""
        self._head, self._intents = head, intents
        self._near = learned.vectors
        vectors = learned.vectors.astype(np.float64)
        names = sorted(set(labels))
        place = np.array([names.index(label) for label in labels])
        self._means = np.stack([vectors[place == number].mean(0) for number in range(len(names))])
        spread = vectors - self._means[place]
        covariance = spread.T @ spread / len(vectors)
        covariance += RIDGE * np.trace(covariance) / len(covariance) * np.eye(len(covariance))
        self._whiten = np.linalg.cholesky(np.linalg.inv(covariance))

    def scores(self, seen: Seen) -> dict[str, Floats]:
        """Each score of the rows, shape (rows,).

        softmax: the likeliest intent's probability (Hendrycks and Gimpel 2017). energy: log sum of the intents'
        powers (Liu et al. 2020). odds: of the intents against the outside class. mahalanobis: negative distance to the
        nearest intent's mean (Lee et al. 2018). neighbours: mean cosine of the nearest training sentences.
        """
        logits = np.stack(seen.logits[self._head]).astype(np.float64)
        inside, outside = logits[:, : self._intents], logits[:, self._intents]
        energy = _log_sum(inside)
        white, means = seen.vectors @ self._whiten, self._means @ self._whiten
        square = (white**2).sum(1)[:, None] + (means**2).sum(1) - 2 * white @ means.T
        likeness = seen.vectors @ self._near.T
        nearest = np.partition(likeness, -NEIGHBOURS, axis=1)[:, -NEIGHBOURS:]
        return {
            "softmax": metrics.softmax(inside).max(axis=1),
            "energy": energy,
            "odds": energy - outside,
            "mahalanobis": -np.sqrt(np.maximum(square.min(axis=1), 0)),
            "neighbours": nearest.mean(axis=1).astype(np.float64),
        }


def summed(scores: dict[str, Floats], like: dict[str, Floats]) -> dict[str, Floats]:
    """`scores` with `sum` among them, the units taken from `like`, which are of sentences in scope."""
    parts = [(scores[name] - like[name].mean()) / max(float(like[name].std()), 1e-9) for name in SUMMED]
    return scores | {"sum": np.asarray(np.sum(parts, axis=0), np.float64)}


def best(scores: dict[str, Floats], inside: NDArray[np.bool_]) -> tuple[str, dict[str, float]]:
    """Name of the score with the highest AUROC, and the AUROC of each."""
    found = {name: round(metrics.auroc(values, inside), 4) for name, values in scores.items()}
    return max(found, key=lambda name: found[name]), found


def _log_sum(values: Floats) -> Floats:
    most = values.max(axis=1)
    return np.asarray(most + np.log(np.exp(values - most[:, None]).sum(axis=1)), np.float64)
