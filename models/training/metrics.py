"""Figures of predictions: accuracy, F1, entities, calibration, what lies outside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.training.data import Span, spans_of
from models.training.deps import need

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def classes(gold: Sequence[str], said: Sequence[str]) -> dict[str, float]:
    """Accuracy, and F1 averaged over the labels that occur."""
    (sk,) = need("sklearn.metrics")
    return {
        "accuracy": float(np.mean([a == b for a, b in zip(gold, said, strict=True)])),
        "macro_f1": float(sk.f1_score(list(gold), list(said), average="macro", zero_division=0)),
    }


def per_class(gold: Sequence[str], said: Sequence[str]) -> list[dict[str, Any]]:
    """Precision, recall, F1 and number of each label."""
    (sk,) = need("sklearn.metrics")
    labels = sorted({*gold, *said})
    columns = sk.precision_recall_fscore_support(list(gold), list(said), labels=labels, zero_division=0)
    return [
        {"label": label, "precision": float(p), "recall": float(r), "f1": float(f), "count": int(n)}
        for label, p, r, f, n in zip(labels, *columns, strict=True)
    ]


def confusions(gold: Sequence[str], said: Sequence[str], top: int = 20) -> list[dict[str, Any]]:
    """The pairs that are taken for one another most."""
    pairs = Counter((a, b) for a, b in zip(gold, said, strict=True) if a != b)
    return [{"is": a, "taken for": b, "times": n} for (a, b), n in pairs.most_common(top)]


def tags(gold: Sequence[Sequence[str]], said: Sequence[Sequence[str]]) -> dict[str, float]:
    """token_micro: part of the tokens that are right; token_macro: F1 averaged over the tags, O among them; entity_f1,
    entity_precision, entity_recall: of whole entities, as conlleval counts them (CoNLL-2000 shared task)."""
    (sk,) = need("sklearn.metrics")
    flat_gold = [tag for sentence in gold for tag in sentence]
    flat_said = [tag for sentence in said for tag in sentence]
    is_, called = _entities(gold), _entities(said)
    hit = len(is_ & called)
    return {
        "token_micro": float(np.mean([a == b for a, b in zip(flat_gold, flat_said, strict=True)])),
        "token_macro": float(sk.f1_score(flat_gold, flat_said, average="macro", zero_division=0)),
        "entity_f1": 2 * hit / max(1, len(is_) + len(called)),
        "entity_precision": hit / max(1, len(called)),
        "entity_recall": hit / max(1, len(is_)),
    }


def _entities(tags_: Sequence[Sequence[str]]) -> set[tuple[int, Span]]:
    return {
        (number, span)
        for number, sentence in enumerate(tags_)
        for span in spans_of(sentence, [(place, place + 1) for place in range(len(sentence))])
    }


def auroc(score: Floats, positive: NDArray[np.bool_]) -> float:
    """Chance that a positive scores above a negative; nan where one of them is missing."""
    (sk,) = need("sklearn.metrics")
    if positive.all() or not positive.any():
        return float("nan")
    return float(sk.roc_auc_score(positive, score))


def kept_threshold(score: Floats, kept: float = 0.95) -> float:
    """The score that a part `kept` of the in-scope sentences reaches."""
    return float(np.quantile(score, 1 - kept, method="lower"))


def ece(confidence: Floats, right: NDArray[np.bool_], bins: int = 15) -> float:
    """Expected calibration error: mean distance of confidence and accuracy over equal bins (Guo et al. 2017)."""
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    total = 0.0
    for number in range(bins):
        if (inside := place == number).any():
            total += inside.mean() * abs(confidence[inside].mean() - right[inside].mean())
    return float(total)


def temperature(logits: Floats, target: Ints) -> float:
    """What to divide logits by so that their softmax is the likeliest for `target` (Guo et al. 2017); between 0.05
    and 20, found by golden-section search of the negative log likelihood."""

    def loss(log_t: float) -> float:
        scaled = logits / np.exp(log_t)
        scaled = scaled - scaled.max(axis=1, keepdims=True)
        log_sum = np.log(np.exp(scaled).sum(axis=1))
        return float((log_sum - scaled[np.arange(len(target)), target]).mean())

    low, high, ratio = np.log(0.05), np.log(20.0), (5**0.5 - 1) / 2
    for _ in range(60):
        left, right = high - ratio * (high - low), low + ratio * (high - low)
        if loss(left) < loss(right):
            high = right
        else:
            low = left
    return float(np.exp((low + high) / 2))


def softmax(logits: Floats, temperature_: float = 1.0) -> Floats:
    """Rows that sum to 1."""
    scaled = logits / temperature_
    powers = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True), np.float64)


def interval(right: NDArray[Any], repeats: int = 1000, seed: int = 0) -> tuple[float, float]:
    """95 % bootstrap interval of a mean."""
    chance = np.random.default_rng(seed)
    means = chance.choice(right.astype(np.float64), (repeats, len(right))).mean(axis=1)
    return float(np.quantile(means, 0.025)), float(np.quantile(means, 0.975))
