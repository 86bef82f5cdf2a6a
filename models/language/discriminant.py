"""What tells the entries apart: one linear function an entry, solved when the knowledge file is read."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

RIDGE = 3.0
"""Pulls the weights towards 0, so that few wordings do not decide much."""
USUAL = 30.0
"""Wordings of an entry that count in full; those of an entry with n count sqrt(USUAL / n) each."""


def discriminant(
    vectors: NDArray[np.float32], entry_of: Sequence[int], entries: int, background: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Weights, shape (dim, entries): a centred vector times them is about 1 for its entry and 0 for the others.

    Weighted least squares with ridge, one against the rest, the background being one more class.
    """
    rows = np.concatenate([vectors, background]).astype(np.float64)
    classes = np.concatenate([np.asarray(entry_of, np.int64), np.full(len(background), entries)])
    weight = np.sqrt(USUAL / np.bincount(classes, minlength=entries + 1)[classes])
    weighted = rows * weight[:, None]
    targets = np.eye(entries + 1)[classes]
    solved = np.linalg.solve(rows.T @ weighted + RIDGE * np.eye(rows.shape[1]), weighted.T @ targets)
    return np.asarray(solved[:, :entries], np.float32)
