"""One row of eight points judged by the tier-1 detector, beside scikit-learn's forest and a moving Mahalanobis."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import IsolationForest

from models.faults.detector import Detector
from tests.benchmarks.table import Row

POINTS, LEARN, ROUNDS = 8, 400, 7
MAX_US = 20.0


def run() -> list[Row]:
    """Microseconds a row, the best of ROUNDS rounds, all in turns in one thread."""
    rows = np.random.default_rng(0).normal(size=(LEARN + 2000, POINTS))
    learned, judged = rows[:LEARN], rows[LEARN:]
    detector = Detector(POINTS, LEARN)
    for row in learned:
        detector.feed(row)
    forest = IsolationForest(n_estimators=100, random_state=0).fit(learned)
    window: deque[NDArray[np.float64]] = deque(learned[-40:], maxlen=40)

    def windowed(row: NDArray[np.float64]) -> float:
        window.append(row)
        recent = np.array(window)
        deviation = recent.mean(axis=0)
        return float(deviation @ np.linalg.solve(np.cov(recent.T), deviation))

    ours = "tier 1, a row of 8 points"
    figures: dict[str, float] = {}
    scorers: dict[str, tuple[Callable[[NDArray[np.float64]], object], int]] = {
        ours: (detector.feed, 2000),
        "scikit-learn IsolationForest, 100 trees": (lambda row: forest.score_samples(row[None]), 20),
        "plain numpy, Mahalanobis of a window of 40": (windowed, 500),
    }
    for _ in range(ROUNDS):
        for name, (score, count) in scorers.items():
            figures[name] = min(figures.get(name, np.inf), _us(score, judged[:count]))
    value = figures.pop(ours)
    return [
        Row(ours, value, "us", peer, peer_us, f"<= {MAX_US:.0f} us", value <= MAX_US)
        for peer, peer_us in figures.items()
    ]


def _us(score: Callable[[NDArray[np.float64]], object], rows: NDArray[np.float64]) -> float:
    begun = time.perf_counter()
    for row in rows:
        score(row)
    return (time.perf_counter() - begun) / len(rows) * 1e6
