"""How far the residents' taps are open, over the day and from second to second."""

from __future__ import annotations

import math
from random import Random

_NIGHT = 0.4
_PEAKS = ((7.5, 1.1, 0.45), (12.2, 1.0, 0.25), (20.0, 1.8, 0.5))
"""(hour, width in hours, height): morning, noon, evening; the two-peak day of dwellings, figures chosen."""
_DAYTIME = (6.0, 23.0, 0.25)
_FLICKER, _FLICKER_S = 0.12, 2.0
"""Taps opening and closing: standard deviation relative to the mean, and correlation time (chosen)."""


def daily(hour: float) -> float:
    """Mean demand at an hour of the day, 0 to 24; 1 is what the pump is rated for."""
    rise, fall, height = _DAYTIME
    base = _NIGHT + height * (_step(hour - rise) - _step(hour - fall))
    return base + sum(
        part * math.exp(-(((hour - at + 12) % 24 - 12) ** 2) / (2 * (width / 2) ** 2)) for at, width, part in _PEAKS
    )


def _step(hours: float) -> float:
    return 1 / (1 + math.exp(-hours / 0.5))


class Demand:
    """The daily pattern with random flicker of one zone of the building."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._flicker = 0.0

    def step(self, dt: float, hour: float) -> float:
        """Demand after `dt` seconds (an Ornstein-Uhlenbeck process around the daily mean)."""
        keep = math.exp(-dt / _FLICKER_S)
        self._flicker = self._flicker * keep + _FLICKER * math.sqrt(1 - keep * keep) * self._random.gauss(0, 1)
        return daily(hour) * max(0.1, 1 + self._flicker)
