"""Figures of a shipped head on labelled sentences, with numpy alone, so that a gateway can measure what it runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Span = tuple[str, int, int]
"""Slot, start, end."""
BINS = 15


def classes(gold: Sequence[str], said: Sequence[str]) -> dict[str, Any]:
    """Accuracy; F1 averaged over the labels that occur; recall of each label, the worst first."""
    pairs = Counter(zip(gold, said, strict=True))
    counted, given = Counter(gold), Counter(said)
    right = {label: pairs[label, label] for label in counted | given}
    f1 = [2 * right[label] / (counted[label] + given[label]) for label in right]
    recall = sorted((right[label] / counted[label], label) for label in counted)
    return {
        "accuracy": sum(right.values()) / max(1, len(gold)),
        "macro_f1": float(np.mean(f1)) if f1 else 0.0,
        "recall": {label: share for share, label in recall},
    }


def spans(gold: Sequence[Sequence[Span]], said: Sequence[Sequence[Span]]) -> dict[str, Any]:
    """Precision, recall and F1 of whole slots: name, start and end must all be right; and F1 of each slot."""
    hits: Counter[str] = Counter()
    wanted: Counter[str] = Counter()
    given: Counter[str] = Counter()
    for right, found in zip(gold, said, strict=True):
        wanted.update(name for name, _, _ in right)
        given.update(name for name, _, _ in found)
        hits.update(name for name, _, _ in set(right) & set(found))
    total, due, told = sum(hits.values()), sum(wanted.values()), sum(given.values())
    return {
        "f1": 2 * total / max(1, due + told),
        "precision": total / max(1, told),
        "recall": total / max(1, due),
        "by_slot": {name: 2 * hits[name] / (wanted[name] + given[name]) for name in sorted(wanted | given)},
    }


def ece(confidence: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """Expected calibration error over BINS equal bins (Guo et al. 2017)."""
    place = np.minimum((confidence * BINS).astype(int), BINS - 1)
    total = 0.0
    for number in np.unique(place):
        inside = place == number
        total += float(inside.mean()) * abs(float(confidence[inside].mean()) - float(right[inside].mean()))
    return total


def recall_at_kept(score: NDArray[np.float64], inside: NDArray[np.bool_], kept: float = 0.95) -> float | None:
    """Share of what lies outside that scores below the threshold which a part `kept` of what lies inside reaches; None
    where one of the two is missing."""
    if inside.all() or not inside.any():
        return None
    threshold = np.quantile(score[inside], 1 - kept, method="lower")
    return float((score[~inside] < threshold).mean())
