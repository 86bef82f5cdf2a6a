"""How the bus sees its port and each slave: healthy, or backing off."""

from __future__ import annotations

from dataclasses import dataclass, field

SLAVE_BACKOFF_S = (1.0, 30.0)
"""First and longest pause between two probes of a silent slave."""
PORT_BACKOFF_S = (0.1, 10.0)
"""First and longest pause between two attempts to open a lost port."""


class Backoff:
    """A pause that doubles with every failure up to a cap."""

    def __init__(self, first_s: float, cap_s: float) -> None:
        self._first_s, self._cap_s = first_s, cap_s
        self.pause_s = 0.0
        """0 while all is well."""

    def failed(self) -> float:
        """The pause to make now."""
        self.pause_s = min(self._cap_s, self.pause_s * 2 or self._first_s)
        return self.pause_s

    def succeeded(self) -> bool:
        """Whether this ends a series of failures."""
        was, self.pause_s = self.pause_s, 0.0
        return was > 0


@dataclass(frozen=True, slots=True)
class SlaveStatus:
    """healthy: answered last time. backoff_s: pause between probes, 0 when healthy. errors: of all `requests`."""

    healthy: bool
    backoff_s: float
    requests: int
    errors: int
    last_error: str


@dataclass(frozen=True, slots=True)
class BusStatus:
    """What the bus is doing now. connected: the port is open. running: its thread lives."""

    name: str
    port: str
    connected: bool
    running: bool
    last_error: str
    slaves: dict[int, SlaveStatus] = field(default_factory=dict)


class SlaveLink:
    """Counters and backoff of one slave."""

    def __init__(self) -> None:
        self.backoff = Backoff(*SLAVE_BACKOFF_S)
        self.requests = 0
        self.errors = 0
        self.last_error = ""

    def status(self) -> SlaveStatus:
        pause = self.backoff.pause_s
        return SlaveStatus(pause == 0, pause, self.requests, self.errors, self.last_error)
