"""What a head's logits come to, and the figures of that, for heads of every kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.language.units import units
from models.training import batches, fit, metrics
from models.training.data import Example, spans_of, tags_of
from models.training.net import HeadSpec

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
KEPT = 0.95
"""Part of the right answers that the thresholds let through."""


def truth(spec: HeadSpec, example: Example) -> Any:
    """What is right: a label, labels parted by a bar, or tags of the units."""
    if spec.kind == "tokens":
        return tags_of(example.spans, example.words or units(example.text))
    return example.label


def decided(spec: HeadSpec, logits: Any, example: Example) -> Any:
    """What `logits` come to, in the form of `truth`; units beyond the pieces that were read are O."""
    if spec.kind == "single":
        return spec.labels[int(logits.argmax())]
    if spec.kind == "multi":
        return "|".join(label for label, value in zip(spec.labels, logits, strict=True) if value > 0)
    tags = fit.tags(spec, [logits])[0]
    return tags + ["O"] * (len(example.words or units(example.text)) - len(tags))


def items(spec: HeadSpec, value: Any) -> set[tuple[Hashable, ...]]:
    """What counts as found in a value of `truth`: labels, or slots with their place; the label comes first."""
    if spec.kind == "tokens":
        return set(spans_of(value, [(number, number + 1) for number in range(len(value))]))
    return {(label,) for label in (value.split("|") if spec.kind == "multi" else [value]) if label}


def by_class(spec: HeadSpec, gold: Sequence[Any], said: Sequence[Any]) -> list[dict[str, Any]]:
    """Precision, recall, F1 and number of each class, the worst F1 first."""
    hits: Counter[str] = Counter()
    wanted: Counter[str] = Counter()
    given: Counter[str] = Counter()
    for right, found in zip(gold, said, strict=True):
        due, told = items(spec, right), items(spec, found)
        for counter, held in ((hits, due & told), (wanted, due), (given, told)):
            counter.update(str(item[0]) for item in held)
    rows = [
        {"label": label, "precision": hits[label] / max(1, given[label]), "recall": hits[label] / max(1, wanted[label]),
         "f1": 2 * hits[label] / (wanted[label] + given[label]), "count": wanted[label]}
        for label in wanted | given
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (row["f1"], row["label"]))


def figures(spec: HeadSpec, gold: Sequence[Any], said: Sequence[Any]) -> dict[str, float]:
    """The figures of a method, the main one first."""
    if spec.kind == "single":
        return metrics.classes(gold, said)
    if spec.kind == "tokens":
        found = metrics.tags(gold, said)
        return {key: found[key] for key in fit.FIGURES["tokens"]}
    hits, total = _tallies(gold, said, spec).sum(0)
    macro = [row["f1"] for row in by_class(spec, gold, said)]
    return {"micro_f1": 2 * hits / max(1, total), "macro_f1": float(np.mean(macro)) if macro else 0.0}


def spread(gold: Sequence[Any], said: Sequence[Any], spec: HeadSpec, repeats: int = 1000) -> list[float]:
    """95 % bootstrap interval over the texts of the main figure (accuracy, or F1 over all labels or slots)."""
    tallies = _tallies(gold, said, spec)
    chance = np.random.default_rng(0)
    sums = np.stack([tallies[chance.integers(0, len(tallies), len(tallies))].sum(0) for _ in range(repeats)])
    return [float(edge) for edge in np.quantile(2 * sums[:, 0] / np.maximum(1, sums[:, 1]), (0.025, 0.975))]


def _tallies(gold: Sequence[Any], said: Sequence[Any], spec: HeadSpec) -> Floats:
    pairs = [(items(spec, right), items(spec, found)) for right, found in zip(gold, said, strict=True)]
    return np.array([(len(due & told), len(due) + len(told)) for due, told in pairs], np.float64)


def surely(
    spec: HeadSpec, logits: Sequence[Any], examples: Sequence[Example], temperature: float
) -> tuple[Floats, NDArray[np.bool_]]:
    """Confidence of each decision at `temperature`, and whether it is right; of a multi-label head each label's, of a
    token head each unit's, decided alone."""
    rows, targets = flat(spec, logits, examples)
    chances = metrics.softmax(rows, temperature)
    return chances.max(1), chances.argmax(1) == targets


def flat(spec: HeadSpec, logits: Sequence[Any], examples: Sequence[Example]) -> tuple[Floats, Ints]:
    """All decisions as rows of logits with the number of the right one; yes and no of a multi-label head are two."""
    if spec.kind == "single":
        return np.stack(logits).astype(np.float64), np.array([spec.labels.index(e.label) for e in examples])
    if spec.kind == "multi":
        one = np.stack(logits).astype(np.float64).ravel()
        right = np.array([batches.class_number(e.label, spec) for e in examples], np.int64).ravel()
        return np.stack([np.zeros_like(one), one], 1), right
    tags = [
        batches.tag_numbers(e, e.words or units(e.text), spec)[: len(item)]
        for e, item in zip(examples, logits, strict=True)
    ]
    return np.concatenate(list(logits)).astype(np.float64), np.array([tag for held in tags for tag in held], np.int64)


def thresholds(
    spec: HeadSpec, logits: Sequence[Any], examples: Sequence[Example], temperature: float
) -> dict[str, float]:
    """The probability that a part KEPT of the right answers reaches: `kept` of a single-label head, one for each label
    of a multi-label head, none of a token head."""
    if spec.kind == "single":
        confidence, right = surely(spec, logits, examples, temperature)
        return {"kept": metrics.kept_threshold(confidence[right], KEPT)} if right.any() else {}
    if spec.kind == "tokens":
        return {}
    chances = 1 / (1 + np.exp(-np.stack(logits).astype(np.float64) / temperature))
    bits = np.array([batches.class_number(e.label, spec) for e in examples]) > 0.5
    return {
        label: metrics.kept_threshold(chances[bits[:, number], number], KEPT)
        for number, label in enumerate(spec.labels)
        if bits[:, number].any()
    }


def confusions(spec: HeadSpec, gold: Sequence[Any], said: Sequence[Any]) -> list[dict[str, Any]]:
    """The pairs that are taken for one another most; none of a multi-label head."""
    return [] if spec.kind == "multi" else metrics.confusions(*names(spec, gold, said))


def names(spec: HeadSpec, gold: Sequence[Any], said: Sequence[Any]) -> tuple[list[str], list[str]]:
    """What is right and what was said, of a single-label task; of a token task slot by slot of each unit."""
    if spec.kind == "single":
        return list(gold), list(said)
    right, found = ([tag[2:] or tag for tags in side for tag in tags] for side in (gold, said))
    return right, found
