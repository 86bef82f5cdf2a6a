"""Time for the whole box: wall time, or a recording's time run faster."""

from __future__ import annotations

import time
from threading import Event


class Clock:
    """Maps real time onto the time that samples and alarms carry.

    speed: seconds of this clock that pass in one real second. origin: (real, shown) Unix seconds that belong together;
    a process restarted with the same origin and speed goes on where the other stopped.
    """

    def __init__(self, speed: float = 1.0, origin: tuple[float, float] | None = None) -> None:
        if not 0 < speed <= 10_000:
            raise ValueError(f"clock speed {speed} is not within 0 to 10000")
        self.speed = speed
        self._real, self._shown = origin or (0.0, 0.0)
        self._monotonic_offset = time.time() - time.monotonic()

    def now(self) -> float:
        """Unix seconds, UTC."""
        if self.speed == 1.0 and self._real == self._shown:
            return time.time()
        return self._shown + (time.monotonic() + self._monotonic_offset - self._real) * self.speed

    def real_seconds(self, seconds: float) -> float:
        """How long `seconds` of this clock last in reality."""
        return seconds / self.speed

    def wait(self, stop: Event, seconds: float) -> bool:
        """Waits `seconds` of this clock or until `stop` is set; returns whether it was."""
        return stop.wait(max(0.0, seconds) / self.speed)
