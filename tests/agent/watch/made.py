"""Gateways and samples for the tests of the watch."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from agent.config import Gateway
from agent.watch.engine import Watch
from agent.watch.finding import Finding
from hal.clock import Clock
from hal.sample import Quality, Sample


class SetClock(Clock):
    """Shows what it was set to."""

    def __init__(self, now: float = 1000.0) -> None:
        super().__init__()
        self.time = now

    def now(self) -> float:
        return self.time


def point(name: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "modbus": {"function": "input", "address": sum(map(ord, name)), "type": "float32"}, **more}


def asset(name: str, points: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    return {"id": name, "name": {"en": name}, "bus": "line", "brick": "Water_Pump", "points": points, **more}


def gateway(*assets: dict[str, Any]) -> Gateway:
    return Gateway.model_validate(
        {
            "site": {"name": {"en": "Yard"}},
            "buses": [{"id": "line", "port": "/dev/ttyS1"}],
            "assets": list(assets),
        }
    )


class Line:
    """A watch whose samples come one second apart, and everything that it found.

    folder: of the state. assets: as of gateway.toml.
    """

    def __init__(self, folder: Path, *assets: dict[str, Any], now: float = 1000.0) -> None:
        self.clock = SetClock(now)
        self.watch = Watch(gateway(*assets), folder, self.clock)
        self.found: list[Finding] = []

    def say(self, after_s: float = 1.0, **values: float | tuple[str, str]) -> list[Finding]:
        """Samples of pump-1, all of one time; a pair instead of a value is a quality and its reason."""
        self.clock.time += after_s
        samples = []
        for name, value in values.items():
            full = f"pump-1.{name}"
            if isinstance(value, tuple):
                samples.append(Sample(full, self.clock.time, math.nan, Quality(value[0]), value[1]))
            else:
                samples.append(Sample(full, self.clock.time, value))
        return self._heard(self.watch.feed(samples))

    def tick(self, after_s: float = 1.0) -> list[Finding]:
        self.clock.time += after_s
        return self._heard(self.watch.tick(self.clock.time))

    def active(self) -> dict[str, Finding]:
        """The last finding of every condition that holds, by key."""
        last = {finding.key: finding for finding in self.found}
        return {key: finding for key, finding in last.items() if finding.active}

    def _heard(self, findings: list[Finding]) -> list[Finding]:
        self.found += findings
        return findings
