"""BIO tags of a sequence: the likeliest one in which every I- continues its own kind."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def allowed(tags: Sequence[str]) -> NDArray[np.bool_]:
    """Whether tag j may follow tag i, shape (tags + 1, tags); the last row is the beginning."""
    count = len(tags)
    table = np.ones((count + 1, count), np.bool_)
    for after, tag in enumerate(tags):
        if tag.startswith("I-"):
            table[:, after] = [before[2:] == tag[2:] for before in tags] + [False]
    return table


def decode(logits: NDArray[np.floating], may: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The best path through `logits`, shape (units, tags), by the Viterbi algorithm; `may` is of `allowed`."""
    if not len(logits):
        return np.zeros(0, np.int64)
    barred = np.where(may, 0.0, -np.inf)
    score = logits[0] + barred[-1]
    back = np.zeros(logits.shape, np.int64)
    for step in range(1, len(logits)):
        ways = score[:, None] + barred[:-1]
        back[step] = ways.argmax(axis=0)
        score = ways[back[step], np.arange(len(score))] + logits[step]
    path = np.zeros(len(logits), np.int64)
    path[-1] = score.argmax()
    for step in range(len(logits) - 1, 0, -1):
        path[step - 1] = back[step, path[step]]
    return path
