"""The bounded way from the bus threads into the core's loop."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from threading import Lock

from hal.sample import Sample


class Intake:
    """Samples wait here until the loop takes them; beyond `limit` samples the oldest are dropped and counted."""

    def __init__(self, limit: int = 50_000) -> None:
        self._limit = limit
        self._waiting: deque[Sample] = deque()
        self._lock = Lock()
        self.dropped = 0
        """Samples lost since the start."""
        self.taken = 0
        """Samples handed on since the start."""

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, samples: Sequence[Sample]) -> None:
        """Called from any thread."""
        with self._lock:
            self._waiting.extend(samples)
            while len(self._waiting) > self._limit:
                self._waiting.popleft()
                self.dropped += 1

    def take(self, most: int = 5_000) -> list[Sample]:
        """The oldest samples, at most `most`, in the order they came."""
        with self._lock:
            samples = [self._waiting.popleft() for _ in range(min(most, len(self._waiting)))]
        self.taken += len(samples)
        return samples
