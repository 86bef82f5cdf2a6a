"""What a detector has to beat: alarming always, PCA with T2 and Q, and an isolation forest.

Each gives the score of every row of a recording, learned from its first TRAIN_ROWS; 1.0 is the threshold. All are
causal, and may use the same moving average as our detector.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.training.benchmarks.recordings import TRAIN_ROWS, Recording
from models.training.deps import need

Floats = NDArray[np.float64]


class Smoothed(NamedTuple):
    """span_rows: of the moving average, 1 is none. multiple: of the score that 99 % of the learned rows stay below."""

    span_rows: float = 1.0
    multiple: float = 1.0


GRID = tuple(Smoothed(span, multiple) for span in (1.0, 20.0, 40.0) for multiple in (1.0, 1.5, 2.0, 3.0, 5.0))


def always_alarm(recording: Recording) -> Floats:
    """Every row is alarmed."""
    return np.ones(len(recording.values))


def t2_q(recording: Recording, settings: Smoothed) -> Floats:
    """PCA keeping 90 % of the variance; the larger of Hotelling's T2 and the squared prediction error Q (SPE), each in
    its own threshold (Jackson and Mudholkar 1979, with empirical limits)."""
    z = _averaged(_standardized(recording), settings.span_rows)
    learned = z[:TRAIN_ROWS]
    mean = learned.mean(axis=0)
    _, singular, axes = np.linalg.svd(learned - mean, full_matrices=False)
    variance = singular**2 / (TRAIN_ROWS - 1)
    kept = int(np.searchsorted(np.cumsum(variance), 0.9 * variance.sum())) + 1
    scores = (z - mean) @ axes[:kept].T
    t2 = (scores**2 / np.maximum(variance[:kept], 1e-12)).sum(axis=1)
    q = ((z - mean - scores @ axes[:kept]) ** 2).sum(axis=1)
    return np.maximum(_in_thresholds(t2, settings), _in_thresholds(q, settings))


def isolation_forest(raw: Floats, settings: Smoothed) -> Floats:
    """The forest's `raw` scores, averaged, in thresholds above their median while learning."""
    score = _averaged(raw[:, None], settings.span_rows)[:, 0]
    return _in_thresholds(score - np.median(score[:TRAIN_ROWS]), settings)


def isolation_scores(recording: Recording) -> Floats:
    """Anomaly scores of a forest of 100 trees, seed 0 (Liu, Ting and Zhou 2008; scikit-learn's)."""
    (ensemble,) = need("sklearn.ensemble")
    z = _standardized(recording)
    forest: Any = ensemble.IsolationForest(n_estimators=100, random_state=0).fit(z[:TRAIN_ROWS])
    return np.asarray(-forest.score_samples(z), dtype=np.float64)


def _standardized(recording: Recording) -> Floats:
    values = np.where(np.isfinite(recording.values), recording.values, np.nan)
    known = np.isfinite(values[:TRAIN_ROWS]).any(axis=0)
    values = np.where(known, values, 0.0)
    mean, deviation = np.nanmean(values[:TRAIN_ROWS], axis=0), np.nanstd(values[:TRAIN_ROWS], axis=0)
    z = (values - mean) / np.maximum(deviation, np.maximum(1e-3 * np.abs(mean), 1e-9))
    return np.asarray(np.clip(np.nan_to_num(z), -1e6, 1e6), dtype=np.float64)


def _averaged(values: Floats, span_rows: float) -> Floats:
    alpha, average = 2.0 / (span_rows + 1.0), values[0].copy()
    result = np.empty_like(values)
    for index, row in enumerate(values):
        average += alpha * (row - average)
        result[index] = average
    return result


def _in_thresholds(score: Floats, settings: Smoothed) -> Floats:
    usual = float(np.quantile(score[:TRAIN_ROWS], 0.99))
    return np.asarray(score / max(settings.multiple * usual, 1e-12), dtype=np.float64)
