"""Pictures of a model's figures, as PNG files."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.training.deps import need

LABELS = 25
"""Of a confusion matrix; the rarer ones are left out."""
BARS = 40
"""Classes in a bar chart, the worst ones."""
BINS = 10
HAN = ("Noto Sans CJK SC", "Noto Sans SC", "WenQuanYi Zen Hei", "Source Han Sans SC", "Droid Sans Fallback")


@contextmanager
def _axes(path: Path, width: float, height: float) -> Iterator[Any]:
    matplotlib, figure, fonts = need("matplotlib", "matplotlib.figure", "matplotlib.font_manager")
    installed = {font.name for font in fonts.fontManager.ttflist}
    family = ["DejaVu Sans", *(name for name in HAN if name in installed)]
    with matplotlib.rc_context({"font.family": family, "font.size": 8}), warnings.catch_warnings():
        # Without a Chinese font its labels are boxes; the tables beside the picture have them.
        warnings.filterwarnings("ignore", message="Glyph")
        drawn = figure.Figure(figsize=(width, height), dpi=120, layout="constrained")
        yield drawn.add_subplot()
        drawn.savefig(path, metadata={"Software": None})


def confusion(path: Path, gold: Sequence[str], said: Sequence[str]) -> None:
    """How often each of the LABELS most frequent labels is taken for which."""
    labels = [label for label, _ in Counter(gold).most_common(LABELS)]
    place = {label: number for number, label in enumerate(labels)}
    table = np.zeros((len(labels), len(labels)))
    for right, given in zip(gold, said, strict=True):
        if right in place and given in place:
            table[place[right], place[given]] += 1
    size = 2.5 + 0.25 * len(labels)
    with _axes(path, size + 1, size) as axes:
        shares = table / np.maximum(table.sum(1, keepdims=True), 1)
        axes.figure.colorbar(axes.imshow(shares, cmap="Blues", vmin=0, vmax=1))
        axes.set_xticks(range(len(labels)), labels, rotation=90)
        axes.set_yticks(range(len(labels)), labels)
        axes.set_xlabel("taken for")
        axes.set_ylabel("is")


def reliability(path: Path, confidence: NDArray[np.float64], right: NDArray[np.bool_]) -> None:
    """Accuracy by confidence, beside the diagonal on which a calibrated model lies."""
    place = np.minimum((confidence * BINS).astype(int), BINS - 1)
    filled = [number for number in range(BINS) if (place == number).any()]
    with _axes(path, 4, 4) as axes:
        axes.plot([0, 1], [0, 1], "--", color="grey")
        axes.bar(
            [(number + 0.5) / BINS for number in filled], [right[place == number].mean() for number in filled],
            width=0.9 / BINS,
        )  # fmt: skip
        for number in filled:
            axes.text((number + 0.5) / BINS, 0.02, str((place == number).sum()), ha="center", rotation=90)
        axes.set(xlim=(0, 1), ylim=(0, 1), xlabel="confidence", ylabel="right")


def bars(path: Path, f1: Mapping[str, float]) -> None:
    """F1 of each class, the worst first."""
    worst = sorted(f1.items(), key=lambda item: item[1])[:BARS][::-1]
    with _axes(path, 6, 1 + 0.2 * len(worst)) as axes:
        axes.barh([label for label, _ in worst], [value for _, value in worst])
        axes.set(xlim=(0, 1), xlabel="F1")


def curve(path: Path, history: Sequence[Mapping[str, Any]]) -> None:
    """Training loss, and score on validation, by epoch."""
    losses = [(record["epoch"], record["loss"]) for record in history if "loss" in record]
    scores = [(record["epoch"], record["eval_score"]) for record in history if "eval_score" in record]
    with _axes(path, 6, 3.5) as axes:
        if losses:
            axes.plot(*zip(*losses, strict=True), label="training loss")
        axes.set(xlabel="epoch", ylabel="training loss")
        if scores:
            other = axes.twinx()
            other.plot(*zip(*scores, strict=True), "o-", color="tab:orange")
            other.set_ylabel("score on validation", color="tab:orange")
