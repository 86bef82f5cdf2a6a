"""Figures of a test part as functions of which rows are looked at, so that each can be resampled."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from models.training import metrics
from models.training.data import Span

Ints = NDArray[np.int64]
Measure = Callable[[Ints], dict[str, float]]
"""Figures, as fractions, of the rows with these numbers (some may occur twice)."""
REPEATS = 500
Spans = Sequence[Span]


def of_classes(gold: Sequence[str], said: Sequence[str], prefix: str = "") -> Measure:
    """accuracy, macro_f1 (over the labels that occur)."""
    hits, golds, saids = _one_hot(gold, said)

    def measure(rows: Ints) -> dict[str, float]:
        hit, is_, called = hits[rows].sum(0), golds[rows].sum(0), saids[rows].sum(0)
        return {
            f"{prefix}accuracy": float(hit.sum() / max(1, len(rows))),
            f"{prefix}macro_f1": _macro(hit, is_, called),
        }

    return measure


def of_tags(gold: Sequence[Sequence[str]], said: Sequence[Sequence[str]]) -> Measure:
    """token_micro, token_macro (over the tags, O among them); what `metrics.tags` says."""
    tags = sorted({tag for sentence in (*gold, *said) for tag in sentence})
    place = {tag: number for number, tag in enumerate(tags)}
    table = np.zeros((len(gold), 3, len(tags)), np.int64)
    for number, (ours, theirs) in enumerate(zip(gold, said, strict=True)):
        for a, b in zip(ours, theirs, strict=True):
            table[number, 0, place[a]] += a == b
            table[number, 1, place[a]] += 1
            table[number, 2, place[b]] += 1

    def measure(rows: Ints) -> dict[str, float]:
        hit, is_, called = table[rows].sum(0)
        return {"token_micro": float(hit.sum() / max(1, is_.sum())), "token_macro": _macro(hit, is_, called)}

    return measure


def of_spans(gold: Sequence[Spans], said: Sequence[Spans], name: str = "entity_f1") -> Measure:
    """F1 of whole spans: right are those whose name, start and end are."""
    table = np.array([[len({*a} & {*b}), len({*a}), len({*b})] for a, b in zip(gold, said, strict=True)], np.int64)

    def measure(rows: Ints) -> dict[str, float]:
        hit, is_, called = table[rows].sum(0)
        return {name: float(2 * hit / max(1, is_ + called))}

    return measure


def of_outside(score: NDArray[np.float64], inside: NDArray[np.bool_]) -> Measure:
    """oos_auroc, and oos_recall: the part of what is out of scope that a threshold rejects that 95 % of the in-scope
    rows reach; higher scores mean in scope."""

    def measure(rows: Ints) -> dict[str, float]:
        scored, is_in = score[rows], inside[rows]
        least = metrics.kept_threshold(scored[is_in]) if is_in.any() else np.inf
        rejected = float((scored[~is_in] < least).mean()) if not is_in.all() else float("nan")
        return {"oos_auroc": metrics.auroc(scored, is_in), "oos_recall": rejected}

    return measure


def of_pairs(score: NDArray[np.float64], same: NDArray[np.bool_]) -> Measure:
    """auroc of scores that say how alike two texts are."""
    return lambda rows: {"auroc": metrics.auroc(score[rows], same[rows])}


def on(measure: Measure, part: NDArray[np.bool_]) -> Measure:
    """`measure`, whose rows are those of `part`, as a measure of all rows."""
    place = np.cumsum(part) - 1
    return lambda rows: measure(place[rows[part[rows]]])


def together(*measures: Measure) -> Measure:
    """All figures of several measures of the same rows."""
    return lambda rows: {name: value for measure in measures for name, value in measure(rows).items()}


def interval(measure: Measure, rows: int, repeats: int = REPEATS, seed: int = 0) -> dict[str, tuple[float, float]]:
    """95 % bootstrap interval of each figure over the test rows."""
    chance = np.random.default_rng(seed)
    drawn = [measure(chance.integers(0, rows, rows)) for _ in range(repeats)]
    return {
        name: (float(np.nanquantile(values, 0.025)), float(np.nanquantile(values, 0.975)))
        for name in drawn[0]
        if (values := [one[name] for one in drawn])
    }


def _one_hot(gold: Sequence[str], said: Sequence[str]) -> tuple[NDArray[np.int32], ...]:
    labels = sorted({*gold, *said})
    place = {label: number for number, label in enumerate(labels)}
    eye = np.eye(len(labels), dtype=np.int32)
    golds, saids = eye[[place[label] for label in gold]], eye[[place[label] for label in said]]
    return golds * saids, golds, saids


def _macro(hit: Ints, is_: Ints, called: Ints) -> float:
    occurs = is_ + called > 0
    return float((2 * hit[occurs] / (is_ + called)[occurs]).sum() / max(1, occurs.sum()))
