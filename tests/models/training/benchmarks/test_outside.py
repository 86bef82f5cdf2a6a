"""Scores of how surely a sentence lies within the intents."""

from __future__ import annotations

import numpy as np

from models.language.background import unit
from models.training.benchmarks import outside
from models.training.benchmarks.shipped import Seen


def _seen(vectors: np.ndarray, logits: np.ndarray) -> Seen:
    return Seen({"intent": list(logits.astype(np.float32))}, unit(vectors.astype(np.float32)))


def test_every_score_puts_what_looks_like_training_above_what_does_not() -> None:
    chance = np.random.default_rng(0)
    centres = np.eye(8)[:3] * 4
    labels = ["a", "b", "c"] * 20
    near = np.tile(centres, (20, 1)) + chance.normal(0, 0.3, (60, 8))
    far = np.eye(8)[5] * 4 + chance.normal(0, 0.3, (10, 8))
    sure = np.hstack([near[:, :3], np.full((60, 1), -2.0)])
    unsure = np.hstack([far[:, :3], np.full((10, 1), 2.0)])
    scorer = outside.Scorer(_seen(near, sure), labels, "intent", 3)
    like = scorer.scores(_seen(near, sure))
    strange = outside.summed(scorer.scores(_seen(far, unsure)), like)
    for name, values in outside.summed(like, like).items():
        assert values.min() > strange[name].max(), name


def test_the_best_score_is_the_one_that_parts_them_best() -> None:
    inside = np.array([True, True, False, False])
    name, found = outside.best({"bad": np.array([0.0, 1, 0, 1]), "good": np.array([3.0, 2, 1, 0])}, inside)
    assert name == "good"
    assert found == {"bad": 0.5, "good": 1.0}
