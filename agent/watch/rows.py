"""Samples of one asset, brought together into rows."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hal.sample import Quality, Sample

_HOLD = 2.5
"""A value older than so many of its intervals is no evidence any more."""


@dataclass(frozen=True, slots=True)
class Row:
    """values: (points,) in the points' units, NaN where nothing is known. time: Unix seconds of its newest sample.

    certain: every sample of it had good quality.
    """

    time: float
    values: NDArray[np.float64]
    certain: bool


class Rows:
    """Makes one row in each interval that most points have; a faster point gives its last value, a slower one is held.

    A row closes when every point of that interval or a faster one has spoken since the last row, or when one of that
    interval speaks again: a dead point delays a row by one interval and leaves NaN in it. Only samples close rows:
    where nothing comes there is nothing to judge. also: points that must have spoken, though they are not in the row.
    """

    def __init__(self, points: Sequence[tuple[str, float]], also: Sequence[tuple[str, float]] = ()) -> None:
        """points, also: full id and interval in seconds."""
        common = Counter(interval for _, interval in points).most_common()
        period = max(interval for interval, count in common if count == common[0][1])
        every = [*points, *also]
        self._index = {name: n for n, (name, _) in enumerate(every)}
        self._size = len(points)
        self._values = np.full(len(every), math.nan)
        self._seen = np.full(len(every), -math.inf)
        self._hold = np.array([_HOLD * max(interval, period) for _, interval in every])
        self._closes = [interval == period for _, interval in every]
        self._awaited = frozenset(n for n, (_, interval) in enumerate(every) if interval <= period)
        self._missing = set(self._awaited)
        self._newest = -math.inf
        self._certain = True

    def feed(self, sample: Sample) -> Row | None:
        """The row that this sample closes: with it when it was the last one awaited, before it when it came again."""
        n = self._index.get(sample.point)
        if n is None:
            return None
        again = self._closes[n] and n not in self._missing
        before = self._close() if again else None
        usable = sample.quality is not Quality.BAD and math.isfinite(sample.value)
        self._values[n] = sample.value if usable else math.nan
        self._seen[n] = self._newest = sample.time
        self._certain &= sample.quality is Quality.GOOD
        self._missing.discard(n)
        if before is None and not self._missing:
            return self._close()
        return before

    def _close(self) -> Row | None:
        age = self._newest - self._seen
        values = np.where((age >= 0) & (age <= self._hold), self._values, math.nan)[: self._size]
        row = Row(self._newest, values, self._certain)
        self._missing = set(self._awaited)
        self._certain = True
        return row if np.isfinite(values).any() else None
