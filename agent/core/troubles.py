"""What is wrong with the core itself, for health and the log."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from hal.clock import Clock

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Trouble:
    """part: history, alarms, watch, intake, bus/<name>. since: Unix seconds."""

    part: str
    message: str
    remedy: str
    since: float


class Troubles:
    """Current troubles by part: one warning when one begins, one line when it ends."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._current: dict[str, Trouble] = {}

    def begin(self, part: str, message: str, remedy: str = "") -> None:
        known = self._current.get(part)
        if known is None or known.message != message:
            log.warning("%s: %s %s", part, message, remedy)
            self._current[part] = Trouble(part, message, remedy, known.since if known else self._clock.now())

    def end(self, part: str) -> None:
        if self._current.pop(part, None):
            log.info("%s: well again", part)

    def list(self) -> list[Trouble]:
        return sorted(self._current.values(), key=lambda trouble: trouble.since)
