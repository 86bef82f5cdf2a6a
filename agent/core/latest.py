"""The last sample of every point, and where its value is heading."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from hal.sample import Quality, Sample

Trend = Literal["up", "down", "steady"]
_FAST_S, _SLOW_S = 5.0, 60.0
_TREND_SIGMAS = 0.6
"""Distance of the fast mean from the slow one, in standard deviations: noise stays near 0.3, a ramp comes near 0.9."""


@dataclass(slots=True)
class _Course:
    time: float
    fast: float
    slow: float
    variance: float = 0.0

    def add(self, time: float, value: float) -> None:
        elapsed = time - self.time
        if elapsed <= 0:
            return
        self.time = time
        self.fast += (value - self.fast) * (1 - math.exp(-elapsed / _FAST_S))
        weight = 1 - math.exp(-elapsed / _SLOW_S)
        distance = value - self.slow
        self.slow += distance * weight
        self.variance = (1 - weight) * (self.variance + weight * distance * distance)

    def trend(self) -> Trend:
        distance = self.fast - self.slow
        if abs(distance) <= max(_TREND_SIGMAS * math.sqrt(self.variance), 1e-9 * abs(self.slow)):
            return "steady"
        return "up" if distance > 0 else "down"


class Latest:
    """Newest sample by point; a late one does not replace a newer one."""

    def __init__(self) -> None:
        self._samples: dict[str, Sample] = {}
        self._courses: dict[str, _Course] = {}

    def update(self, samples: Iterable[Sample]) -> None:
        for sample in samples:
            known = self._samples.get(sample.point)
            if known is not None and sample.time < known.time:
                continue
            self._samples[sample.point] = sample
            if sample.quality is Quality.BAD or not math.isfinite(sample.value):
                continue
            course = self._courses.get(sample.point)
            if course is None:
                self._courses[sample.point] = _Course(sample.time, sample.value, sample.value)
            else:
                course.add(sample.time, sample.value)

    def get(self, point: str) -> Sample | None:
        return self._samples.get(point)

    def trend(self, point: str) -> Trend:
        """Of the last minute; `steady` while nothing is known."""
        course = self._courses.get(point)
        return course.trend() if course else "steady"
